"""The application behind the page: what it reads, and what can be fetched from it."""

import json
import re
import subprocess
import sys

import cv2
import numpy as np
import pytest
from colours import contrast
from drawing import picture_of, png_of_size
from server import SEVEN, client_of

from digits.classifier import Classifier
from digits.files import ROOT, SHIPPED
from digits.web.app import SERVED, fetchable
from digits.web.upload import MAX_BYTES

STYLE = ROOT / "digits" / "web" / "page" / "style.css"


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
    assert client.post("/api/read?pixels=perhaps", content=b"hello").status_code == 400


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


def test_it_tells_that_it_is_up_and_what_can_be_asked(client):
    assert client.get("/health").json() == {"status": "ok"}
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/api/read", "/api/boxes", "/api/samples", "/api/training", "/health"}
    assert "multipart/form-data" in paths["/api/read"]["post"]["requestBody"]["content"]
    docs = client.get("/docs")
    assert "/openapi.json" in docs.text
    sources = re.findall(r'(?:src|href)="(https?://[^/"]+)', docs.text)
    assert sources and all(source in docs.headers["content-security-policy"] for source in sources)


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
        "/web/",
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
