"""The training script as a whole, on a small data set that is drawn here."""

import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of, save_data_set, save_picture

import handwritten_digit_recognition as training
from digits import fitting, mnist, plots
from digits.classifier import load_classifier
from digits.deeper import build_deeper_cnn
from digits.files import SHIPPED
from digits.quiet_keras import keras

PICTURES = {f"_{name}.png" for name in ("curves", "data", "augmented", "errors", "confidence")}


@pytest.fixture(scope="session")
def small_data_set(tmp_path_factory):
    path = tmp_path_factory.mktemp("dataset") / "mnist.npz"
    save_data_set(path)
    return path


@pytest.fixture
def train(monkeypatch, small_data_set):
    """A function that runs the script in here, on the small data set."""

    def run(*options):
        monkeypatch.setattr(sys, "argv", ["handwritten_digit_recognition.py", "--no-show", *map(str, options)])
        training.main()
        plots.plt.close("all")

    data = mnist.read(small_data_set)
    monkeypatch.setattr(mnist, "load", lambda: data)
    return run


@pytest.fixture
def project(tmp_path, small_data_set):
    """A copy of the project with the small data set and no model."""
    for script in ROOT.glob("*.py"):
        shutil.copy(script, tmp_path)
    shutil.copytree(ROOT / "digits", tmp_path / "digits")
    (tmp_path / "dataset").mkdir()
    shutil.copy(small_data_set, tmp_path / "dataset")
    return tmp_path


def utf8():
    """The environment with UTF-8 for what is printed: Keras' summary has a frame round it."""
    return {**os.environ, "PYTHONUTF8": "1"}


def accuracy_in(printed):
    return float(re.search(r"test accuracy ([\d.]+)%", printed)[1])


@pytest.mark.slow
def test_it_trains_saves_and_prediction_reads_with_it_in_another_process(project):
    command = [sys.executable, "handwritten_digit_recognition.py", "--epochs", "4", "--batch-size", "32"]
    done = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", env=utf8())
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # none of TensorFlow's chatter
    assert accuracy_in(done.stdout) > 90
    saved = {path.name for path in (project / "models").iterdir()}
    assert saved == {f"handwritten_digit_cnn{end}" for end in (".h5", ".onnx", ".json", *PICTURES)}
    assert all(f"Saved models/{name}" in done.stdout for name in saved)
    assert len(re.findall(r"^epoch \d/4   loss", done.stdout, re.MULTILINE)) == 4

    record = json.loads((project / "models" / "handwritten_digit_cnn.json").read_bytes())
    model = (project / "models" / "handwritten_digit_cnn.h5").read_bytes()
    assert record["sha256"] == hashlib.sha256(model).hexdigest()
    assert round(100 * record["test_accuracy"], 2) == accuracy_in(done.stdout)
    assert record["command"] == "python handwritten_digit_recognition.py --epochs 4 --batch-size 32"
    assert len(record["history"]["val_loss"]) == 4 and record["recipe"] == "default"
    assert record["layers"][0] == {"kind": "Conv2D", "settings": "16 filters, 5x5, relu", "weights": 16 * (5 * 5 + 1)}

    for reader in (ROOT / "models").glob("row_reader.*"):
        shutil.copy(reader, project / "models")
    picture = save_picture(project / "seven.png", picture_of("7"))
    command = [sys.executable, "prediction.py", picture.name]
    read = subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8")
    assert read.stdout.startswith("seven.png: 7  (")
    assert read.stderr.count("\n") == 1 and "your own models/handwritten_digit_cnn.h5" in read.stderr


def test_the_same_seed_gives_the_same_weights_and_the_record_tells_the_truth(train, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plots, "save", lambda *_: None)  # it takes a while
    weights = []
    for name, seed in ("a", 5), ("b", 5), ("c", 6):
        shutil.copy(SHIPPED, tmp_path / f"{name}.keras")
        shutil.copy(SHIPPED.with_suffix(".json"), tmp_path / f"{name}.json")
        train("--epochs", 1, "--seed", seed, "--model", tmp_path / f"{name}.keras")
        assert f"{name}.keras, 99.62% right on the test set, will be replaced" in capsys.readouterr().out
        model = keras.models.load_model(tmp_path / f"{name}.keras", compile=False)
        weights.append(np.concatenate([weight.ravel() for weight in model.get_weights()]))
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])

    _, (images, labels) = mnist.load()
    record = json.loads((tmp_path / "c.json").read_bytes())
    answers = load_classifier(tmp_path / "c.keras")(images / np.float32(255)).argmax(axis=1)
    assert record["read_wrongly"] == np.count_nonzero(answers != labels)
    assert record["test_accuracy"] == pytest.approx(1 - record["read_wrongly"] / len(labels))


def test_a_net_of_ones_own_with_ten_outputs_is_trained_on_digits_alone(train, tmp_path, monkeypatch):
    def build_cnn(width):
        return keras.Sequential(
            [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
        )

    monkeypatch.setattr(training, "build_cnn", build_cnn)
    monkeypatch.setattr(plots, "save", lambda *_: None)
    train("--epochs", 2, "--model", tmp_path / "ten.h5")
    answers = load_classifier(tmp_path / "ten.h5")(np.zeros((2, 28, 28), np.float32))
    assert answers.shape == (2, 10) and np.allclose(answers.sum(axis=1), 1)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent from here")
def test_ctrl_c_saves_nothing_and_leaves_the_earlier_model(project):
    model = project / "models" / "handwritten_digit_cnn.h5"
    model.parent.mkdir()
    model.write_bytes(b"the earlier model")
    command = [sys.executable, "-u", "handwritten_digit_recognition.py", "--epochs", "1000"]
    with subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=utf8()) as process:
        for line in process.stdout:
            if line.startswith(b"epoch 1/"):
                break
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"nothing was saved" in said and b"no earlier model was changed" in said and b"Traceback" not in said
    assert [path.name for path in model.parent.iterdir()] == [model.name]
    assert model.read_bytes() == b"the earlier model"


@pytest.mark.slow
@pytest.mark.skipif(not mnist.DATASET.exists(), reason="dataset/mnist.npz is not there")
def test_one_epoch_of_a_sixth_of_mnist_reaches_96_percent(train, tmp_path, monkeypatch):
    (x, y), _ = mnist.read(mnist.DATASET)
    monkeypatch.setattr(mnist, "load", lambda: ((x[::6], y[::6]), (x[1::60], y[1::60])))
    monkeypatch.setattr(plots, "save", lambda *_: None)
    train("--recipe", "quick", "--model", tmp_path / "model.h5")
    assert json.loads((tmp_path / "model.json").read_bytes())["history"]["val_accuracy"][-1] > 0.96


@pytest.mark.slow
def test_without_mnist_it_trains_on_synthetic_digits_under_a_name_of_its_own(tmp_path, monkeypatch, capsys):
    def fail():
        raise Exception("URL fetch failure: no route to host")

    monkeypatch.setattr(keras.datasets.mnist, "load_data", fail)
    monkeypatch.setattr(mnist.load, "__defaults__", (tmp_path / "mnist.npz",))
    monkeypatch.setattr(mnist, "DATASET", tmp_path / "mnist.npz")
    monkeypatch.setattr(training, "SYNTHETIC_COUNTS", (2000, 500))
    monkeypatch.setattr(plots, "save", lambda *_: None)
    command = [
        "handwritten_digit_recognition.py",
        "--epochs",
        "2",
        "--no-show",
        "--model",
        str(tmp_path / "handwritten_mine.h5"),
    ]
    monkeypatch.setattr(sys, "argv", command)
    training.main()
    said = capsys.readouterr().out
    assert "no route to host" in said and mnist.URL in said and "synthetic digits" in said
    assert accuracy_in(said) > 80
    assert {path.name for path in tmp_path.iterdir()} == {f"synthetic_mine{end}" for end in (".h5", ".onnx", ".json")}


def test_a_damaged_data_set_ends_it_with_a_word(tmp_path, monkeypatch):
    (tmp_path / "mnist.npz").write_bytes(b"half a file")
    monkeypatch.setattr(mnist.load, "__defaults__", (tmp_path / "mnist.npz",))
    monkeypatch.setattr(sys, "argv", ["train", "--model", str(tmp_path / "model.h5")])
    with pytest.raises(SystemExit, match="is not the MNIST data set"):
        training.main()
    assert [path.name for path in tmp_path.iterdir()] == ["mnist.npz"]


def test_a_loss_that_is_not_a_number_ends_the_training_and_saves_nothing(train, tmp_path, monkeypatch):
    monkeypatch.setattr(fitting, "optimizer", lambda *_: keras.optimizers.SGD(float("nan")))
    with pytest.raises(SystemExit, match="nothing was saved"):
        train("--epochs", 3, "--model", tmp_path / "model.h5")
    assert not list(tmp_path.iterdir())


def test_the_nets_have_fewer_than_a_million_parameters_and_give_eleven_probabilities():
    for build, width, convolutions in (
        (training.build_cnn, 1, 2),
        (training.build_cnn, 1.5, 2),
        (build_deeper_cnn, 1, 6),
    ):
        model = build(width)
        assert model.count_params() < 1e6
        assert [type(layer).__name__ for layer in model.layers].count("Conv2D") == convolutions
        answers = model.predict(np.zeros((3, 28, 28, 1)), verbose=0)
        assert answers.shape == (3, 11) and np.allclose(answers.sum(axis=1), 1)


def test_a_wider_net_has_more_filters_and_units_in_each_layer_but_the_last():
    for build in training.build_cnn, build_deeper_cnn:
        usual, double = (
            [layer.kernel.shape[-1] for layer in build(width).layers if hasattr(layer, "kernel")] for width in (1, 2)
        )
        assert double == [2 * outputs for outputs in usual[:-1]] + [11]


def test_without_keras_it_says_what_to_install():
    hidden = "import sys, runpy; sys.modules['keras'] = None; runpy.run_path('handwritten_digit_recognition.py')"
    done = subprocess.run([sys.executable, "-c", hidden], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and done.stderr.splitlines()[-1].startswith("keras is missing.")
    assert "pip install -r requirements.txt" in done.stderr and "Traceback" not in done.stderr
