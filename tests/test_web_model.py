"""What the application behind the page tells of the model that answers, and of its training."""

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from server import SEVEN, client_of

from digits.files import SHIPPED
from digits.web.app import SERVED


def test_the_layers_are_those_of_the_model(client):
    pytest.importorskip("h5py")
    layers = client.get("/api/training").json()["layers"]
    assert layers[0] == {"kind": "Conv2D", "settings": "24 filters, 5x5, relu", "weights": 24 * (5 * 5 + 1)}
    assert layers[-1] == {"kind": "Dense", "settings": "11 units, softmax", "weights": 11 * (288 + 1)}


def test_the_layers_are_shown_from_the_record_without_h5py(classify, mine, monkeypatch):
    monkeypatch.setitem(sys.modules, "h5py", None)
    layers = [{"kind": "Conv2D", "settings": "24 filters, 5x5, relu", "weights": 624}]
    record = json.loads(mine.with_suffix(".json").read_bytes()) | {"layers": layers}
    mine.with_suffix(".json").write_text(json.dumps(record))
    assert client_of(classify, mine).get("/api/training").json()["layers"] == layers


def test_the_filters_are_those_of_the_first_convolution_and_none_where_there_is_no_twin(classify, client, mine):
    h5py = pytest.importorskip("h5py")
    filters = client.get("/api/training").json()["filters"]
    with h5py.File(SHIPPED) as file:
        layer = file["model_weights/conv2d/handwritten_digit_cnn/conv2d"]
        kernels, biases = layer["kernel"][...], layer["bias"][...]
    assert np.allclose(filters["kernels"], kernels[:, :, 0].transpose(2, 0, 1), atol=1e-5)
    assert np.allclose(filters["biases"], biases, atol=1e-5)
    assert client_of(classify, mine).get("/api/training").json()["filters"] is None
    shutil.copy(SHIPPED.with_suffix(".onnx"), mine.with_suffix(".onnx"))
    assert client_of(classify, mine).get("/api/training").json()["filters"] == filters
    row_reader = SHIPPED.with_name("row_reader.onnx")  # which does not look at an image of one digit
    assert client_of(classify, row_reader).get("/api/training").status_code == 200


@pytest.fixture
def mine(tmp_path):
    """A model of the shipped one's name in another folder, its record and a picture of its training beside it."""
    (tmp_path / f"{SHIPPED.stem}_mine.png").write_bytes(b"")
    shutil.copy(SHIPPED.with_suffix(".json"), tmp_path)
    return Path(shutil.copy(SHIPPED, tmp_path))


def test_another_model_is_shown_with_its_own_layers_and_record_and_no_pictures(classify, mine):
    pytest.importorskip("h5py")
    shown = client_of(classify, mine).get("/api/training").json()
    assert shown["layers"] and shown["record"]["sha256"]
    assert shown["pictures"] == []  # neither its own, from a folder that is not served, nor the shipped model's


def test_the_training_that_is_shown_is_that_of_the_model_that_answers(classify, mine):
    client = client_of(classify, mine)
    before = client.get("/api/training").json()
    mine.write_bytes(b"trained since")
    assert client.get("/api/training").json() == before


def test_it_runs_without_h5py_and_without_a_record(classify, mine, monkeypatch):
    mine.with_suffix(".json").unlink()
    monkeypatch.setitem(sys.modules, "h5py", None)
    client = client_of(classify, mine)
    shown = client.get("/api/training").json()
    assert (shown["pictures"], shown["layers"], shown["record"]) == ([], [], {})
    assert client.post("/api/read", content=SEVEN).json()["text"] == "7"


def test_models_in_a_folder_that_is_a_link_are_shown_with_their_pictures(classify, mine, tmp_path, monkeypatch):
    link = tmp_path / "models"
    try:
        link.symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no links may be made here")
    monkeypatch.setitem(SERVED, "models", (link, {".png"}))
    for model in (mine, link / mine.name):
        shown = client_of(classify, model).get("/api/training").json()
        assert shown["pictures"] == [f"{SHIPPED.stem}_mine.png"]
