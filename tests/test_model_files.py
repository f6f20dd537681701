import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from conftest import ROOT

from digits import model_files
from digits.classifier import is_twin, load_classifier, opencv_net
from digits.files import SHIPPED, record_beside, written_whole
from digits.quiet_keras import keras


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(11, activation="softmax")]
    )


def test_a_model_is_saved_with_its_twin_and_both_answer_alike(model, tmp_path):
    path = tmp_path / "new folder" / "mine.h5"
    digest = model_files.save(model, path)
    assert is_twin(path.with_suffix(".onnx"), path) and len(digest) == 64
    images = np.random.default_rng(0).random((5, 28, 28), np.float32)
    assert np.allclose(load_classifier(path)(images), load_classifier(path.with_suffix(".onnx"))(images), atol=1e-6)
    assert sorted(each.name for each in path.parent.iterdir()) == ["mine.h5", "mine.onnx"]


def test_a_twin_takes_images_of_any_width_where_the_model_does(tmp_path):
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((8, None, 1)), keras.layers.Conv2D(3, (8, 3), padding="same")])
    path = tmp_path / "wide.h5"
    model_files.save(model, path)
    net = opencv_net(path.with_suffix(".onnx"))
    for width in (64, 20, 150):
        images = np.random.default_rng(0).random((2, 8, width), np.float32)
        assert np.allclose(net(images), model.predict(images[..., np.newaxis], verbose=0), atol=1e-5), width


def net_of(*layers):
    keras.utils.set_random_seed(0)
    end = keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), *layers, *end])


def test_where_opencv_cannot_run_a_net_it_has_no_twin_and_keras_reads(tmp_path, capfd):
    images = np.random.default_rng(0).random((5, 28, 28), np.float32)
    for layer in (keras.layers.Conv2D(2, 5, activation="gelu"), keras.layers.RandomRotation(0.1)):
        path, model = tmp_path / "mine.h5", net_of(layer)
        path.with_suffix(".onnx").write_text("the twin of an earlier model")
        model_files.save(model, path)
        line = f"There is no {path.with_suffix('.onnx')}: OpenCV cannot run this net"
        out, err = capfd.readouterr()
        assert line in out and "Saved" not in out.replace(f"Saved {path}\n", "") and err == ""
        assert list(tmp_path.iterdir()) == [path]
        expected = model.predict(images[..., np.newaxis], verbose=0)
        assert np.allclose(load_classifier(path)(images), expected, atol=1e-5)
        capfd.readouterr()


def test_a_twin_that_answers_otherwise_than_keras_is_not_kept(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(model_files, "opencv_net", lambda path: lambda images: np.eye(10)[np.zeros(len(images), int)])
    model_files.save(net_of(), tmp_path / "mine.h5")
    assert "There is no" in capsys.readouterr().out
    assert [each.name for each in tmp_path.iterdir()] == ["mine.h5"]


def test_the_record_of_a_training_holds_its_settings_and_figures(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/some/where/train.py", "--seed", "3"])
    record = model_files.record_of({"seed": 3, "rows": 8}, {"loss": [0.1234567, 0.1]}, 12.34, "a digest")
    assert record.pop("keras") == keras.__version__
    assert record == {
        **{"command": "python train.py --seed 3", "seed": 3, "rows": 8, "seconds": 12.3, "sha256": "a digest"},
        "history": {"loss": [0.12346, 0.1]},
    }


@pytest.mark.slow
def test_a_twin_is_written_for_a_model_that_was_trained_elsewhere(model, tmp_path):
    path = tmp_path / "mine.keras"
    model.save(path)
    (tmp_path / "text.h5").write_text("not a model")
    for name, status, said in (
        ("mine.keras", 0, "Saved"),
        ("text.h5", 1, "is not a model that Keras can load"),
        ("none.h5", 1, "is not a model that Keras can load"),
    ):
        command = [sys.executable, "-m", "digits.model_files", tmp_path / name]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
        assert done.returncode == status and said in done.stdout + done.stderr, name
    assert is_twin(path.with_suffix(".onnx"), path)
    assert {each.name for each in tmp_path.iterdir()} == {"mine.keras", "mine.onnx", "text.h5"}


def test_where_nothing_can_be_saved_it_is_said_before_the_training(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("not a folder")
    (tmp_path / "folder.h5").mkdir()
    for path, said in (
        (tmp_path / "file" / "model.h5", "Nothing can be saved in"),
        (tmp_path / f"{'x' * 240}.h5", "Nothing can be saved in"),  # the names of its pictures would be too long
        (tmp_path / "folder.h5", "is a folder"),
    ):
        with pytest.raises(SystemExit, match=said):
            model_files.check_can_save(path)
    with monkeypatch.context() as patch:
        patch.setattr(model_files, "DISK_SPACE", 1e18)
        with pytest.raises(SystemExit, match="is full"):
            model_files.check_can_save(tmp_path / "model.h5")
    monkeypatch.setitem(sys.modules, "tf2onnx", None)  # as if it were not installed
    with pytest.raises(SystemExit, match="takes onnx and tf2onnx"):
        model_files.check_can_save(tmp_path / "model.h5")
    assert {path.name for path in tmp_path.iterdir()} == {"file", "folder.h5"}


def test_the_record_of_another_training_is_not_taken_for_the_models(tmp_path):
    model = tmp_path / "model.h5"
    model.write_bytes(b"weights")
    assert record_beside(model) == {}
    for record in "{", "[1]", '{"sha256": "of another model"}':
        (tmp_path / "model.json").write_text(record)
        assert record_beside(model) == {}
    assert record_beside(SHIPPED) == json.loads(SHIPPED.with_suffix(".json").read_bytes())


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "model.h5"
    path.write_text("old")
    with pytest.raises(ZeroDivisionError), written_whole(path) as beside:
        beside.write_text("half")
        1 / 0  # noqa: B018
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]
    with written_whole(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
def test_killed_while_it_saves_it_leaves_the_earlier_model_and_a_file_that_git_ignores(tmp_path):
    path = tmp_path / "model.h5"
    path.write_text("the earlier model")
    child = os.fork()
    if not child:
        with written_whole(path) as beside:
            beside.write_text("half a model")
            os.kill(os.getpid(), signal.SIGKILL)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert path.read_text() == "the earlier model"
    (left,) = {each.name for each in tmp_path.iterdir()} - {path.name}
    ignored = subprocess.run(["git", "check-ignore", "--no-index", f"models/{left}"], cwd=ROOT, capture_output=True)
    assert ignored.returncode in (0, 128)  # 128: this is not a checkout
