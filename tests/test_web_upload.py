"""What a client may send: a picture as it is or in a form, one of several pages, one on its side."""

import asyncio
import io
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from drawing import picture_of, png_of
from PIL import Image
from server import SEVEN

from digits.web.upload import MAX_BYTES, HTTPException, body_of


def test_a_picture_in_a_form_is_read_like_one_as_it_is_and_never_put_on_disk(client, monkeypatch):
    monkeypatch.setattr("tempfile.TemporaryFile", None)
    large = png_of("58") + bytes(5_000_000)
    answer = client.post("/api/read", files={"file": ("a.png", large)}, data={"note": "not looked at"})
    assert answer.status_code == 200 and answer.json() == client.post("/api/read?name=a.png", content=large).json()
    assert client.post("/api/read?name=b.png", files={"file": ("a.png", SEVEN)}).json()["image"] == "b.png"


def test_a_form_without_one_picture_is_refused(client):
    for form, status, word in (
        ({"files": {"file": b"hello"}}, 415, "not a picture"),
        ({"files": {"file": b""}}, 400, "no picture"),
        ({"files": [("file", SEVEN), ("file", SEVEN)]}, 400, "Too many files"),
        ({"files": {"file": (None, "text")}}, 400, "no file in the form"),
        ({"files": {"file": bytes(MAX_BYTES)}}, 413, "20 MB"),
        ({"content": b"--x", "headers": {"content-type": "multipart/form-data"}}, 400, "boundary"),
    ):
        answer = client.post("/api/read", **form)
        assert answer.status_code == status and list(answer.json()) == ["error"] and word in answer.json()["error"]


def test_of_several_pages_the_one_that_is_asked_for_is_read(client):
    file = io.BytesIO()
    first, second = (Image.fromarray(picture_of(text)) for text in ("12", "345"))
    first.save(file, "TIFF", save_all=True, append_images=[second])
    answers = [client.post(f"/api/read?page={page}", content=file.getvalue()) for page in (1, 2, 3)]
    assert [answer.json().get("text") for answer in answers] == ["12", "345", None]
    assert (answers[1].json()["page"], answers[1].json()["pages"]) == (2, 2)
    assert answers[2].status_code == 415 and "has no page 3" in answers[2].json()["error"]


def test_a_picture_on_its_side_is_turned_unless_that_is_not_wanted(client):
    picture = picture_of("4702", height=120, pen=9)
    side = cv2.imencode(".png", np.rot90(picture))[1].tobytes()
    answer = client.post("/api/read?pixels=true", content=side).json()
    assert (answer["text"], answer["turned"]) == ("4702", 90)
    assert (answer["height"], answer["width"]) == picture.shape[:2]
    assert "turned" not in client.post("/api/read?turn=false", content=side).json()


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
