"""The application behind the page, and web_app.py, which serves it."""

import asyncio
import io
import json
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import urllib.error
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from drawing import picture_of
from PIL import Image

pytest.importorskip("fastapi", reason="the page's server takes fastapi")
pytest.importorskip("uvicorn", reason="the page's server takes uvicorn")
pytest.importorskip("python_multipart", reason="the page's server takes python-multipart")
pytest.importorskip("httpx2" if sys.version_info >= (3, 11) else "httpx", reason="fastapi's test client takes it")

from fastapi import HTTPException
from fastapi.testclient import TestClient

import web_app as program
from benchmarks.web_app import serving
from digits.classifier import Classifier
from digits.files import ROOT, SHIPPED
from digits.web.access import guarded
from digits.web.app import SERVED, fetchable, web_app
from digits.web.layers import settings_in_words
from digits.web.upload import MAX_BYTES, body_of

SEVEN = (ROOT / "images" / "seven.png").read_bytes()
STYLE = ROOT / "digits" / "web" / "page" / "style.css"


@pytest.fixture(scope="module")
def client(classify):
    return client_of(classify)


def client_of(classify, model=SHIPPED):
    app = guarded(web_app(classify, model), {"127.0.0.1"})
    return TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)


def png_of(text, **form):
    return cv2.imencode(".png", picture_of(text, **form))[1].tobytes()


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
        seen = np.array(digit["pixels"])
        assert seen.shape == (784,) and seen.min() >= 0 and 200 < seen.max() <= 255


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


def test_it_tells_that_it_is_up_and_what_can_be_asked(client):
    assert client.get("/health").json() == {"status": "ok"}
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/api/read", "/api/samples", "/api/training", "/health"}
    assert "multipart/form-data" in paths["/api/read"]["post"]["requestBody"]["content"]
    docs = client.get("/docs")
    assert "/openapi.json" in docs.text
    sources = re.findall(r'(?:src|href)="(https?://[^/"]+)', docs.text)
    assert sources and all(source in docs.headers["content-security-policy"] for source in sources)


def png_of_size(side):
    """Return a PNG, side x side, all black: many pixels in few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side // 8)) for _ in range(side)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


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
    samples = client.get("/api/samples").json()["pictures"]
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
        *("/web/", "/redoc"),
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


def test_an_activation_with_settings_of_its_own_is_named():
    activation = {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}
    assert settings_in_words({"units": 5, "activation": activation}) == "5 units, LeakyReLU"


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
    assert client.get("/api/training").json() == {"pictures": [], "layers": [], "record": {}}
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
        pale = [pair for pair in [*pairs, ("on-accent", "accent")] if contrast(*map(colours.get, pair)) < 4.5]
        assert not pale, pale
        assert contrast(colours["ink"], colours["paper"]) >= 7


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


# --- the program ---


def run(*arguments):
    command = [sys.executable, ROOT / "web_app.py", "--no-browser", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)


def run_without(packages, script):
    """Run `script` with python -c, where the packages cannot be imported."""
    hidden = f"import sys; sys.modules.update(dict.fromkeys({packages})); {script}"
    return subprocess.run([sys.executable, "-c", hidden], cwd=ROOT, capture_output=True, text=True, timeout=60)


def test_without_the_web_packages_it_says_what_to_install_and_prediction_needs_none_of_them():
    web_packages = ["fastapi", "uvicorn", "starlette", "anyio", "python_multipart"]
    done = run_without(web_packages, "import runpy; runpy.run_path('web_app.py', run_name='__main__')")
    assert (
        done.returncode == 1
        and done.stderr.count("\n") == 1
        and "pip install fastapi uvicorn python-multipart" in done.stderr
    )
    assert run_without(web_packages, "import prediction").returncode == 0


def test_it_starts_without_tensorflow():
    load = "import web_app; web_app.load_classifier('models/shipped_digit_cnn.h5')"
    assert run_without([], f"{load}; sys.exit('tensorflow' in sys.modules)").returncode == 0


def test_the_browser_is_opened_where_there_is_a_display(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    assert not program.has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert program.has_display()


@pytest.mark.slow
def test_what_it_cannot_use_is_named_in_one_line():
    with socket.create_server(("127.0.0.1", 0)) as other:
        used = run("--port", other.getsockname()[1])
    for done, status, word in (
        (used, 1, "is in use"),
        (run("--host", "256.1.2.3.4"), 1, "256.1.2.3.4"),
        (run("--model", "nowhere.h5"), 2, "nowhere.h5"),
    ):
        assert done.returncode == status and done.stderr.count("\n") == 1 and word in done.stderr
    done = run("--port", "70000")
    assert done.returncode == 2 and "70000" in done.stderr


@pytest.fixture(scope="module")
def server():
    """The process of the program, and the address of its page."""
    with serving() as running:
        yield running


def posted(address, body):
    """Return the status and the JSON that the server answers."""
    try:
        with urllib.request.urlopen(f"{address}/api/read", body) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.slow
def test_many_at_once_each_get_their_own_answer(server):
    texts = [f"{number}" for number in (10, 47, 203, 5, 88, 61, 7, 90)] * 3
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda text: posted(server[1], png_of(text, height=80, pen=7)), texts))
    assert [(status, answer["text"]) for status, answer in answers] == [(200, text) for text in texts]


@pytest.mark.slow
def test_the_program_is_closed_to_foreign_hosts(server):
    request = urllib.request.Request(server[1], headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="421"):
        urllib.request.urlopen(request)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_small_file_with_a_huge_picture_is_refused_before_it_takes_memory(server):
    process, address = server
    bomb = png_of_size(30_000)
    assert len(bomb) < 200_000
    status, answer = posted(address, bomb)
    assert status == 413 and "more than 25 megapixels" in answer["error"]
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]) / 1024
    assert peak < 250  # MB
    assert posted(address, SEVEN)[1]["text"] == "7"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent from here")
def test_open_to_others_it_warns_and_ctrl_c_ends_it_quietly():
    command = [sys.executable, ROOT / "web_app.py", "--model", SHIPPED, "--port", "0", "--no-browser"]
    for host, warning in (("127.0.0.1", ""), ("0.0.0.0", "Every machine")):
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen([*command, "--host", host], **pipes, encoding="utf-8") as server:
            port = re.search(r"http://\S+:(\d+)", server.stdout.readline())[1]
            assert posted(f"http://127.0.0.1:{port}", b"hello")[0] == 415
            server.send_signal(signal.SIGINT)
            stdout, stderr = server.communicate(timeout=30)
        assert server.returncode == 0 and stdout == ""
        assert stderr.startswith(warning) and stderr.count("\n") == bool(warning)
