"""The application behind the page: what it reads, and what can be fetched from it."""

import asyncio
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from colours import contrast
from drawing import picture_of, png_of_size

pytest.importorskip("fastapi", reason="the page's server takes fastapi")
pytest.importorskip("httpx2" if sys.version_info >= (3, 11) else "httpx", reason="fastapi's test client takes it")

from fastapi import HTTPException
from fastapi.testclient import TestClient

from digits.classifier import Classifier
from digits.files import ROOT, SHIPPED
from digits.web.access import guarded
from digits.web.app import MAX_BYTES, SERVED, body_of, fetchable, web_app

SEVEN = (ROOT / "images" / "seven.png").read_bytes()
STYLE = ROOT / "digits" / "web" / "page" / "style.css"


@pytest.fixture(scope="module")
def client(classify):
    return client_of(classify)


def client_of(classify, model=SHIPPED):
    app = guarded(web_app(classify, model), {"127.0.0.1"})
    return TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)


# --- reading ---


def test_the_answer_is_that_of_prediction_py(client):
    paths = [f"images/{name}" for name in ("seven.png", "two_rows.jpg", "transparent_two.png", "empty_page.jpg")]
    command = [sys.executable, "prediction.py", "--json", "--model", SHIPPED, *paths]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.splitlines()
    for path, line in zip(paths, said, strict=True):
        answer = client.post("/api/read", params={"name": path}, content=(ROOT / path).read_bytes())
        assert answer.status_code == 200 and answer.json() == json.loads(line)


def test_for_the_page_it_also_tells_the_size_and_what_the_net_saw(client):
    picture = picture_of("12\n3", height=120, pen=9)
    answer = client.post("/api/read?pixels=true", content=cv2.imencode(".png", picture)[1].tobytes()).json()
    assert (answer["height"], answer["width"]) == picture.shape[:2] and answer["text"] == "12\n3"
    for digit in answer["digits"]:
        assert digit["not_a_digit"] < 0.05
        seen = np.array(digit["pixels"])
        assert seen.shape == (784,) and seen.min() >= 0 and 200 < seen.max() <= 255


def test_for_the_page_it_tells_how_likely_a_mark_is_not_a_digit(client):
    field = np.full((280, 280), 255, np.uint8)
    zigzag = np.array([(50 + 18 * i, 80 + 100 * (i % 2)) for i in range(11)], np.int32)
    cv2.polylines(field, [zigzag], False, 0, 11, cv2.LINE_AA)
    answer = client.post("/api/read?pixels=true", content=cv2.imencode(".png", field)[1].tobytes()).json()
    assert answer["text"] == "?" and answer["digits"][0]["not_a_digit"] > 0.9


def test_the_picture_with_boxes_is_that_of_prediction_py(client, tmp_path):
    path = ROOT / "images" / "two_rows.jpg"
    command = [sys.executable, "prediction.py", "--model", SHIPPED, "--save", tmp_path, path]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    answer = client.post("/api/boxes", content=path.read_bytes())
    assert answer.headers["content-type"] == "image/png"
    (saved,) = tmp_path.iterdir()
    assert answer.content == saved.read_bytes()
    refused = client.post("/api/boxes", content=b"hello")
    assert refused.status_code == 415 and "not a picture" in refused.json()["error"]


def test_what_is_not_a_picture_is_refused_with_a_fitting_status(client):
    for body, status, word in (
        (b"", 400, "no picture"),
        (b"hello", 415, "not a picture"),
        (SEVEN[:500], 415, "damaged"),
        (bytes(MAX_BYTES + 1), 413, "20 MB"),
        (png_of_size(6_000), 413, "25 megapixels"),
    ):
        answer = client.post("/api/read", content=body)
        assert answer.status_code == status and list(answer.json()) == ["error"] and word in answer.json()["error"]
    form = client.post("/api/read", files={"file": b"hello"})
    assert form.status_code == 415 and "--data-binary" in form.json()["error"]
    assert client.post("/api/read?pixels=perhaps", content=b"hello").status_code == 400


def test_a_stream_of_unknown_length_is_refused_once_it_is_too_long():
    taken = []

    async def endless():
        while len(taken) < 100:
            taken.append(1)
            yield bytes(1_000_000)

    request = SimpleNamespace(headers={}, stream=endless)
    with pytest.raises(HTTPException, match="20 MB"):
        asyncio.run(body_of(request))
    assert len(taken) == 21


def test_after_a_failure_the_next_picture_is_read(classify):
    failures = ["something"]

    def failing_at_first(images):
        if failures:
            raise RuntimeError(failures.pop())
        return classify.net(images)

    client = client_of(Classifier(failing_at_first, classify.read_rows))
    answer = client.post("/api/read", content=SEVEN)
    assert answer.status_code == 500 and "failed" in answer.json()["error"]
    assert client.post("/api/read", content=SEVEN).json()["text"] == "7"


# --- what can be fetched ---


def test_the_page_its_samples_and_the_pictures_of_the_training_can_be_fetched(client):
    assert client.get("/").headers["content-type"].startswith("text/html")
    for path in re.findall(r'(?:href|src)="(/[^"]+)"', client.get("/").text):
        assert client.get(path).status_code == 200
    said = client.get("/api/samples").json()
    samples = said["pictures"]
    assert said["model"] == SHIPPED.name
    assert "seven.png" in samples and "README.md" not in samples
    assert client.get("/images/seven.png").content == SEVEN
    pictures = client.get("/api/training").json()["pictures"]
    assert f"{SHIPPED.stem}_curves.png" in pictures
    for name in pictures:
        assert client.get(f"/models/{name}").headers["content-type"] == "image/png"


def test_nothing_else_can_be_fetched(client):
    paths = [
        *("/web_app.py", "/images/README.md", "/images/draw_samples.py", "/docs/CHANGELOG.md", "/.git/config"),
        *("/models/shipped_digit_cnn.h5", "/models/shipped_digit_cnn.onnx", "/tests/test_web_app.py"),
        *("/web/%2e%2e%2fapp.py", "/images/..%2fREADME.md", "/images/%00", "/../../etc/passwd", "/%2fetc/passwd"),
        *("/web/", "/docs", "/openapi.json"),
    ]
    answers = {path: client.get(path) for path in paths}
    found = [path for path, answer in answers.items() if answer.status_code != 404 or list(answer.json()) != ["error"]]
    assert not found, found


def test_every_answer_carries_the_security_headers(client):
    for answer in (client.get("/"), client.get("/nothing"), client.get("/web/page.js"), client.post("/api/read")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["referrer-policy"]


def test_what_is_served_has_its_kind_whatever_is_set_for_the_machine():
    command = (
        "import mimetypes as m; m.add_type('text/plain', '.js'); import digits.web.app; print(m.guess_type('a.js'))"
    )
    said = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert "text/javascript" in said


def test_a_file_whose_name_is_not_text_is_not_offered(tmp_path, monkeypatch):
    monkeypatch.setitem(SERVED, "models", (tmp_path, {".png"}))
    (tmp_path / "é.png").touch()
    try:
        (tmp_path / "\udce9.png").touch()
    except OSError:
        pytest.skip("the file system has no such names")
    assert fetchable("models") == ["é.png"]


# --- the training that is shown ---


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


def test_words_stand_out_from_their_ground():
    """The contrast that WCAG 2.2 asks of text, success criterion 1.4.3."""
    pairs = [(words, ground) for words in ("text", "muted", "accent", "sure", "unsure") for ground in ("page", "panel")]
    _, light, dark = STYLE.read_text().split(":root {")
    for look in (light, dark):
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", look))
        on_pad = [("sure", "paper"), ("unsure", "paper"), ("muted", "paper")]
        pale = [pair for pair in [*pairs, *on_pad, ("on-accent", "accent")] if contrast(*map(colours.get, pair)) < 4.5]
        assert not pale, pale
        assert contrast(colours["ink"], colours["paper"]) >= 7
