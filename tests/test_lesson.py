"""--own from a folder to a saved model: what it prints, what it keeps, what it leaves as it was."""

import hashlib
import json
import shutil
from argparse import Namespace

import numpy as np
import pytest
from conftest import ROOT
from drawing import drawn_data_set, save_picture
from test_teaching import FEW, hand

from digits import lesson, mnist, teaching
from digits.classifier import is_twin, load_classifier
from digits.files import SHIPPED


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with the shipped model beneath, and a small data set in place of MNIST."""
    for name, value in FEW.items():
        monkeypatch.setattr(teaching, name, value)
    base = tmp_path / "models" / "base.h5"
    base.parent.mkdir()
    shutil.copy(SHIPPED, base)
    shutil.copy(SHIPPED.with_suffix(".onnx"), base.with_suffix(".onnx"))
    for file in (ROOT / "models").glob("row_reader.*"):
        shutil.copy(file, base.parent)
    monkeypatch.setattr(lesson, "BENEATH", base)
    monkeypatch.setattr(lesson, "OWN", tmp_path / "models" / "own.h5")
    data = drawn_data_set(360, 3), drawn_data_set(100, 4)
    monkeypatch.setattr(mnist, "load", lambda: data)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save_digits(folder, images, labels):
    for index, (image, label) in enumerate(zip(images, labels, strict=True)):
        (folder / str(label)).mkdir(parents=True, exist_ok=True)
        save_picture(folder / str(label) / f"{index}.png", 255 - np.kron(np.pad(image, 10), np.ones((4, 4), np.uint8)))


def learn_from(folder, model=None, anyway=False):
    lesson.learn_from(Namespace(own=folder, model=model, seed=0, anyway=anyway))


def saved(project):
    return sorted(path.name for path in (project / "models").glob("own.*"))


def test_a_hand_is_learned_and_saved_beside_the_earlier_model_which_stays(project, capsys):
    save_digits(project / "mine", *hand(60, 1))
    (project / "mine" / "7" / "broken.png").write_bytes(b"no picture")
    earlier = hashlib.sha256((project / "models" / "base.h5").read_bytes()).hexdigest()
    learn_from(project / "mine")
    said = capsys.readouterr().out
    assert "60 of your digits" in said and "left out: mine/7/broken.png: " in said.replace("\\", "/")
    assert "[1/6] " in said and "[6/6] Saving" in said and "--forget" in said
    assert hashlib.sha256((project / "models" / "base.h5").read_bytes()).hexdigest() == earlier
    path = project / "models" / "own.h5"
    assert saved(project) == ["own.h5", "own.json", "own.onnx"] and is_twin(path.with_suffix(".onnx"), path)
    images, labels = hand(100, 2)
    right = [
        np.mean(load_classifier(each)(images / np.float32(255)).argmax(axis=1) == labels)
        for each in (project / "models" / "base.h5", path)
    ]
    assert right[0] < 0.5 and right[1] > 0.8
    record = json.loads(path.with_suffix(".json").read_bytes())
    assert record["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert sum(record["taught"]) + record["left out"] == 61
    lesson.forget()
    assert saved(project) == [] and "own.h5: prediction.py reads with models" in capsys.readouterr().out
    lesson.forget()
    assert "There is no models" in capsys.readouterr().out


def test_it_never_starts_from_what_it_saved(project):
    save_digits(project / "mine", *hand(2, 1))
    (project / "models" / "own.h5").write_bytes(b"an earlier lesson")
    learn_from(project / "mine", anyway=True)
    assert saved(project) == ["own.h5", "own.json", "own.onnx"]
    with pytest.raises(SystemExit, match="Name the model to start from"):
        learn_from(project / "mine", model=project / "models" / "own.h5")


def test_what_brings_nothing_is_not_saved_but_for_anyway(project, capsys, monkeypatch):
    save_digits(project / "mine", *hand(20, 1))
    monkeypatch.setattr(teaching, "LEARNING_RATE", 0.0)
    monkeypatch.setattr(teaching, "FOLDS", 2)
    learn_from(project / "mine")
    said = capsys.readouterr().out
    assert "It brings nothing" in said and "Nothing was saved" in said and saved(project) == []
    learn_from(project / "mine", anyway=True)
    assert saved(project) == ["own.h5", "own.json", "own.onnx"]


def test_a_wrong_label_is_named_and_not_learned(project, capsys):
    images, labels = hand(60, 1)
    labels[7] = wrong = (labels[7] + 1) % 10
    save_digits(project / "mine", images, labels)
    learn_from(project / "mine")
    said = capsys.readouterr().out
    lines = [line for line in said.splitlines() if "said to be" in line]
    held_out = 60 - np.count_nonzero(np.bincount(labels) == 1)
    assert f" of {held_out - len(lines)} read right before" in said  # they do not count against the lesson
    assert any(f"{wrong}/7.png: said to be a {wrong}" in line.replace("\\", "/") for line in lines)
    assert len(lines) < 6


def test_without_mnist_and_with_a_single_picture_it_learns_and_says_what_it_cannot_tell(project, capsys, monkeypatch):
    def load():
        raise mnist.DownloadError("MNIST could not be downloaded")

    monkeypatch.setattr(mnist, "load", load)
    save_digits(project / "mine", *hand(1, 1))
    learn_from(project / "mine")
    said = capsys.readouterr().out
    assert "could not be downloaded" in said and "drawn digits stand for other people's" in said
    assert "No example of " in said and "none can be held out" in said and "MNIST's validation" not in said
    assert "own.h5" in saved(project)


def test_where_nothing_can_be_learned_it_ends_with_the_reason_and_saves_nothing(project, capsys):
    (project / "empty").mkdir()
    with pytest.raises(SystemExit, match="no digit to learn from"):
        learn_from(project / "empty")
    save_digits(project / "mine", *hand(3, 1))
    with pytest.raises(SystemExit, match="There is no model at"):
        learn_from(project / "mine", model=project / "missing.h5")
    with pytest.raises(SystemExit, match="does not turn images"):
        learn_from(project / "mine", model=project / "models" / "row_reader.h5")
    assert saved(project) == []
