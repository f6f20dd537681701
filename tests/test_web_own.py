"""What the application keeps of the user's hand, and that it reads with what was learned of it."""

import sys
import time

import cv2
import numpy as np
import pytest
from drawing import png_of
from server import client_of

from digits.files import SHIPPED
from digits.web import own


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "own"


@pytest.fixture
def client(classify, folder):
    return client_of(classify, kept=folder)


def kept(client):
    return {digit: names for digit, names in client.get("/api/own").json()["kept"].items() if names}


def correct(client, text, typed=None):
    return client.post("/api/own", params={"text": typed or text}, content=png_of(text, height=80, pen=7))


def test_what_is_typed_labels_the_images_that_the_net_saw(client, folder):
    assert correct(client, "407", "4 0/7").json() == {"kept": 3}
    seen = client.post("/api/read?pixels=true", content=png_of("407", height=80, pen=7)).json()["digits"]
    for digit, entry in zip("407", seen, strict=True):
        (name,) = kept(client)[digit]
        image = cv2.imdecode(np.frombuffer(client.get(f"/api/own/{digit}/{name}").content, np.uint8), 0)
        assert image.ravel().tolist() == entry["pixels"]
        assert (folder / digit / name).exists()


def test_a_mark_can_be_left_out_and_what_is_typed_last_counts(client):
    assert correct(client, "407", "4?7").json() == {"kept": 2}
    assert set(kept(client)) == {"4", "7"}
    correct(client, "407", "1?1")
    assert {digit: len(names) for digit, names in kept(client).items()} == {"1": 2}


def test_what_does_not_fit_is_refused_in_words_and_nothing_is_kept(client, monkeypatch):
    short = correct(client, "407", "47")
    assert short.status_code == 409 and "Boxes: 3, typed: 2" in short.json()["error"]
    unlabelled = correct(client, "407", "???")
    assert unlabelled.status_code == 409 and "nothing to keep" in unlabelled.json()["error"]
    monkeypatch.setattr(own, "LIMIT", 2)
    full = correct(client, "407")
    assert full.status_code == 409 and "No more than 2" in full.json()["error"]
    assert client.post("/api/own?text=1", content=b"hello").status_code == 415
    assert kept(client) == {}


def test_what_is_kept_can_be_deleted_and_nothing_else(client, folder):
    correct(client, "407")
    (name,) = kept(client)["4"]
    (folder / "notes.txt").write_text("mine")
    for address in ("4/other.png", "4/..%2f..%2fnotes.txt", f"x/{name}", "../notes.txt"):
        assert client.delete(f"/api/own/{address}").status_code in (404, 405)
    assert client.delete(f"/api/own/4/{name}").status_code == 200
    assert set(kept(client)) == {"0", "7"}
    assert client.delete("/api/own").status_code == 200
    assert kept(client) == {} and (folder / "notes.txt").read_text() == "mine"


def test_other_web_pages_may_not_teach(client):
    for method, address in (("POST", "/api/own?text=1"), ("DELETE", "/api/own"), ("POST", "/api/own/lesson")):
        answer = client.request(method, address, headers={"Origin": "http://evil.example"})
        assert answer.status_code == 403 and "own page" in answer.json()["error"]
    assert client.get("/api/own", headers={"Origin": "http://127.0.0.1:8000"}).status_code == 200


def test_where_teaching_is_not_allowed_there_is_none_of_it(classify):
    client = client_of(classify)
    assert client.get("/api/samples").json()["may_teach"] is False
    assert correct(client, "4").status_code in (404, 405) and client.get("/api/own").status_code == 404


# --- learning ---


@pytest.fixture
def learns(tmp_path, monkeypatch):
    """A function that sets what runs in place of the training script; "own" in it is the path of the model to save."""
    monkeypatch.setattr(own, "OWN", tmp_path / "own_digit_cnn.h5")

    def set_script(script):
        head = f"import shutil, sys, time; from pathlib import Path; own = Path({str(own.OWN)!r}); "
        monkeypatch.setattr(own, "LEARN", [sys.executable, "-uc", head + script])

    return set_script


def after_lesson(client):
    """Return what the page is told once the lesson is over."""
    assert client.post("/api/own/lesson").status_code == 200
    for _ in range(600):
        said = client.get("/api/own").json()
        if said["lesson"]["state"] != "learning":
            return said
        time.sleep(0.05)
    raise AssertionError("it learns for ever")


def test_it_reads_with_what_was_learned_until_that_is_forgotten(client, learns):
    learns(f"[shutil.copy(Path({str(SHIPPED)!r}).with_suffix(end), own.with_suffix(end)) for end in ('.h5', '.onnx')]")
    assert (said := after_lesson(client))["lesson"]["state"] == "learned" and said["is_own"]
    assert client.get("/api/samples").json()["model"] == own.OWN.name
    assert client.post("/api/read", content=png_of("58")).json()["text"] == "58"
    assert client.delete("/api/own/lesson").status_code == 200
    assert client.get("/api/samples").json()["model"] == said["beneath"] == SHIPPED.name
    assert not list(own.OWN.parent.glob("own_digit_cnn*")) and SHIPPED.exists()


def test_what_the_script_says_is_passed_on_and_a_failure_leaves_the_model(client, learns):
    learns("print('[1/2] Learning'); sys.exit('There is no digit to learn from.')")
    said = after_lesson(client)
    assert said["lesson"] == {"state": "failed", "said": ["[1/2] Learning", "There is no digit to learn from."]}
    assert not said["is_own"] and client.get("/api/samples").json()["model"] == SHIPPED.name


def test_where_it_brings_nothing_the_earlier_model_goes_on_reading(client, learns):
    learns("print('Nothing was saved.')")
    said = after_lesson(client)
    assert said["lesson"]["state"] == "unchanged" and not said["is_own"]


def test_a_model_that_cannot_be_loaded_is_a_failure(client, learns):
    learns("own.write_text('hello')")
    said = after_lesson(client)
    assert said["lesson"]["state"] == "failed" and not said["is_own"]


def test_of_an_onnx_model_the_h5_beside_it_is_taught(classify, folder, learns):
    client = client_of(classify, SHIPPED.with_suffix(".onnx"), kept=folder)
    learns("print(*sys.argv[1:])")
    options = after_lesson(client)["lesson"]["said"][0]
    assert options == f"--own {folder} --model {SHIPPED}"


def test_there_is_one_lesson_at_a_time(client, learns):
    learns("time.sleep(30)")
    assert client.post("/api/own/lesson").status_code == 200
    again = client.post("/api/own/lesson")
    assert again.status_code == 409 and "already" in again.json()["error"]
