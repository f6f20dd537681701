import os
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT
from drawing import drawn_data_set, picture_of, save_data_set, save_picture

import handwritten_digit_recognition as training
from quiet_keras import keras


@pytest.fixture
def project(tmp_path):
    """A copy of the scripts with a small drawn data set and no model."""
    for script in ROOT.glob("*.py"):
        shutil.copy(script, tmp_path)
    save_data_set(tmp_path / "dataset" / "mnist.npz")
    return tmp_path


def train(folder, *options):
    command = [sys.executable, folder / "handwritten_digit_recognition.py", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", env=utf8())


def utf8():
    """The environment with UTF-8 for what is printed: Keras' summary has a frame round it."""
    return {**os.environ, "PYTHONUTF8": "1"}


def accuracy_in(printed):
    return float(re.search(r"test accuracy ([\d.]+)%", printed)[1])


# --- the whole ---


def test_trains_saves_and_prediction_reads_with_it_in_another_process(project):
    done = train(project, "--epochs", "4", "--batch-size", "32")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # none of TensorFlow's chatter
    assert accuracy_in(done.stdout) > 90
    saved = {path.name for path in (project / "models").iterdir()}
    assert saved == {f"handwritten_digit_cnn{end}" for end in (".h5", "_curves.png", "_data.png", "_errors.png")}
    assert all(f"Saved models/{name}" in done.stdout for name in saved)

    picture = save_picture(project / "seven.png", picture_of("7"))
    command = [sys.executable, "prediction.py", picture.name]
    read = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8")
    assert read.stdout.startswith("seven.png: 7  (")


def test_ctrl_c_saves_nothing_and_leaves_the_earlier_model(project):
    model = project / "models" / "handwritten_digit_cnn.h5"
    model.parent.mkdir()
    model.write_bytes(b"the earlier model")
    command = [sys.executable, "-u", "handwritten_digit_recognition.py", "--epochs", "1000"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=utf8()) as process:
        for line in process.stdout:
            if line.startswith(b"Epoch 2/"):
                break
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"nothing was saved" in said and b"untouched" in said and b"Traceback" not in said
    assert [path.name for path in model.parent.iterdir()] == [model.name]
    assert model.read_bytes() == b"the earlier model"


@pytest.mark.skipif(not training.DATASET.exists(), reason="dataset/mnist.npz is not there")
def test_one_epoch_of_mnist_reaches_98_percent(tmp_path):
    done = train(ROOT, "--epochs", "1", "--model", str(tmp_path / "one_epoch.keras"), "--no-show")
    assert accuracy_in(done.stdout) >= 98
    assert (tmp_path / "one_epoch.keras").exists()


def test_the_same_seed_gives_the_same_weights():
    images, labels = drawn_data_set(300, seed=2)
    weights = []
    for seed in (5, 5, 6):
        keras.utils.set_random_seed(seed)
        model = training.build_cnn()
        training.train(model, *training.hold_out(images, labels), epochs=2, batch_size=32, seed=seed)
        weights.append(np.concatenate([weight.ravel() for weight in model.get_weights()]))
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


@pytest.mark.parametrize("options", [["--epochs", "0"], ["--batch-size", "-1"], ["--model", "model.txt"]])
def test_impossible_options_are_refused(project, options):
    done = train(project, *options)
    assert done.returncode == 2 and options[0] in done.stderr
    assert not (project / "models").exists()


# --- data ---


def test_mnist_is_downloaded_once_and_kept(tmp_path, monkeypatch):
    calls = []
    x, y = drawn_data_set(120, seed=3)
    monkeypatch.setattr(keras.datasets.mnist, "load_data", lambda: calls.append(1) or ((x, y), (x[:100], y[:100])))
    path = tmp_path / "dataset" / "mnist.npz"
    first, second = training.load_mnist(path), training.load_mnist(path)
    assert calls == [1]
    for arrays in (first, second):
        assert np.array_equal(arrays[0], x) and np.array_equal(arrays[3], y[:100])
    assert [p.name for p in path.parent.iterdir()] == ["mnist.npz"]


def test_a_failed_download_says_why_and_what_to_do(tmp_path, monkeypatch):
    def fail():
        raise Exception("URL fetch failure: no route to host")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    path = tmp_path / "dataset" / "mnist.npz"
    with pytest.raises(training.DatasetError) as caught:
        training.load_mnist(path)
    for part in ("no route to host", str(path), training.MNIST_URL):
        assert part in str(caught.value)


def damaged_files():
    x, y = drawn_data_set(120, seed=4)
    good = {"x_train": x, "y_train": y, "x_test": x, "y_test": y}
    yield "empty", b""
    yield "text", b"<html>not found</html>"
    yield "zip header only", b"PK\x03\x04" + bytes(100)
    yield "missing key", {key: good[key] for key in ("x_train", "y_train", "x_test")}
    yield "float images", {**good, "x_test": x / 255}
    yield "flat images", {**good, "x_train": x.reshape(120, 784)}
    yield "too few labels", {**good, "y_train": y[:100]}
    yield "one-hot labels", {**good, "y_train": np.eye(10, dtype=np.uint8)[y]}
    yield "labels beyond 9", {**good, "y_test": y + 9}
    yield "no images", {**good, "x_test": x[:0], "y_test": y[:0]}
    yield "objects", {**good, "x_train": np.array([{}], object)}


@pytest.mark.parametrize("content", [pytest.param(content, id=name) for name, content in damaged_files()])
def test_a_damaged_data_set_is_named_and_left_alone(tmp_path, content):
    path = tmp_path / "mnist.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.savez(path, **content)
    before = path.read_bytes()
    with pytest.raises(training.DatasetError, match="Move it away") as caught:
        training.load_mnist(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before


def test_the_scripts_exit_names_a_damaged_data_set(project):
    (project / "dataset" / "mnist.npz").write_bytes(b"half a file")
    done = train(project)
    assert done.returncode == 1 and "is not the MNIST data set" in done.stderr and "Traceback" not in done.stderr


def test_a_twelfth_is_held_out_and_nothing_is_in_both():
    images = np.zeros((1200, 28, 28), np.uint8)
    labels = np.arange(1200)
    (x, y), (x_held, y_held) = training.hold_out(images, labels)
    assert len(y_held) == 100 and len(x_held) == 100 and len(x) == 1100
    assert sorted([*y, *y_held]) == list(range(1200))


def test_the_net_gets_values_from_0_to_1():
    scaled = training.net_input(np.arange(256, dtype=np.uint8).reshape(1, 16, 16))
    assert scaled.shape == (1, 16, 16, 1) and scaled.dtype == np.float32
    assert scaled.min() == 0 and scaled.max() == 1


# --- what is saved ---


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "model.h5"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), training.written_whole(path) as beside:
        beside.write_text("half")
        1 / 0  # noqa: B018
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    with training.written_whole(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]


def test_the_confusion_matrix_counts_and_the_surest_errors_come_first():
    labels = np.array([0, 0, 1, 2, 3])
    probabilities = np.full((5, 10), 0.01)
    for i, (answer, confidence) in enumerate([(0, 0.9), (5, 0.6), (1, 0.9), (7, 0.8), (3, 0.9)]):
        probabilities[i, answer] = confidence
    figure = training.plot_errors(probabilities, np.zeros((5, 28, 28), np.uint8), labels)
    matrix, *errors = figure.axes
    cells = {(text.get_position()[1], text.get_position()[0]): text.get_text() for text in matrix.texts}
    assert cells == {(0, 0): "1", (0, 5): "1", (1, 1): "1", (2, 7): "1", (3, 3): "1"}
    titles = [axis.get_title() for axis in errors if axis.get_title()]
    assert titles == ["2 read as 7, 80%", "0 read as 5, 60%"]


def test_the_curves_show_every_epoch():
    history = {"loss": [3, 2, 1], "val_loss": [4, 3, 2], "accuracy": [0.1, 0.2, 0.3], "val_accuracy": [0.4, 0.5, 0.6]}
    figure = training.plot_curves(history)
    drawn = [list(line.get_ydata()) for axis in figure.axes for line in axis.lines]
    assert drawn == [history[key] for key in ("loss", "val_loss", "accuracy", "val_accuracy")]


def test_the_class_counts_are_those_of_the_labels():
    y_train, y_test = np.repeat(np.arange(10), range(10, 20)), np.arange(10)
    figure = training.plot_data(np.zeros((len(y_train), 28, 28), np.uint8), y_train, y_test)
    heights = [bar.get_height() for bar in figure.axes[1].patches]
    assert heights == [*range(10, 20), *[1] * 10]
