import asyncio
import json
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of
from fastapi.testclient import TestClient

import web_app
from benchmarks.web_app import serving

HERE = {"localhost", "127.0.0.1", "::1"}


@pytest.fixture(scope="module")
def client(classify):
    app = web_app.guarded(web_app.web_app(web_app.one_at_a_time(classify)), HERE)
    return TestClient(app, base_url="http://127.0.0.1:8000", raise_server_exceptions=False)


def png_of(text, **form):
    return cv2.imencode(".png", picture_of(text, **form))[1].tobytes()


# --- reading ---


def test_the_answer_is_that_of_prediction_py(client):
    paths = [f"images/{name}" for name in ("seven.png", "two_rows.jpg", "transparent_two.png", "empty_page.jpg")]
    command = [sys.executable, "prediction.py", "--json", *paths]
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


def damaged_jpeg():
    whole = cv2.imencode(".jpg", picture_of("7"))[1]
    whole[len(whole) // 2 :][:40] = 0
    return whole.tobytes()


def test_what_is_no_picture_is_said_with_a_fitting_status(client):
    for body, status, word in (
        (b"", 400, "no picture"),
        (b"hello", 415, "not an image that OpenCV can read"),
        ((ROOT / "images" / "seven.png").read_bytes()[:500], 415, "not an image that OpenCV can read"),
        (damaged_jpeg(), 415, "damaged JPEG"),
        (bytes(web_app.MOST_BYTES + 1), 413, "20 MB"),
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
    with pytest.raises(web_app.HTTPException, match="20 MB"):
        asyncio.run(web_app.body_of(request))
    assert len(taken) == 21


def test_a_failure_is_not_the_next_ones(client, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(web_app, "read_marks", lambda *_: 1 / 0)
        answer = client.post("/api/read", content=png_of("7"))
        assert answer.status_code == 500 and "failed" in answer.json()["error"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    client.post("/api/read", content=b"hello")
    assert client.post("/api/read", content=png_of("7")).json()["text"] == "7"


# --- what can be fetched, and by whom ---


def test_the_page_its_samples_and_the_pictures_of_the_training_can_be_fetched(client):
    assert client.get("/").headers["content-type"].startswith("text/html")
    for path in re.findall(r'(?:href|src)="(/[^"]+)"', client.get("/").text):
        assert client.get(path).status_code == 200
    samples = client.get("/api/samples").json()["pictures"]
    assert "seven.png" in samples and "README.md" not in samples
    assert client.get("/images/seven.png").content == (ROOT / "images" / "seven.png").read_bytes()
    for name in client.get("/api/training").json()["pictures"]:
        assert client.get(f"/models/{name}").headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    "path",
    [
        "/web_app.py",
        "/images/README.md",
        "/images/draw_samples.py",
        "/models/shipped_digit_cnn.h5",
        "/models/shipped_digit_cnn.onnx",
        "/tests/test_web_app.py",
        "/web/%2e%2e%2fweb_app.py",
        "/images/..%2fREADME.md",
        "/images/%00",
        "/.git/config",
        "/../../etc/passwd",
        "/%2fetc/passwd",
        "/web/",
        "/docs",
        "/openapi.json",
    ],
)
def test_nothing_else_can_be(path, client):
    answer = client.get(path)
    assert answer.status_code == 404 and list(answer.json()) == ["error"]


def test_the_layers_are_those_of_the_model(client):
    pytest.importorskip("h5py")
    layers = client.get("/api/training").json()["layers"]
    assert layers[0] == {"kind": "Conv2D", "settings": "24 filters, 5x5, relu", "weights": 24 * (5 * 5 + 1)}
    assert layers[-2] == {"kind": "Dense", "settings": "11 units, softmax", "weights": 11 * (288 + 1)}


def test_another_model_is_shown_with_its_own_record_and_no_pictures_from_its_folder(classify, tmp_path):
    model = Path(shutil.copy(web_app.MODEL, tmp_path / "mine.h5"))
    shutil.copy(web_app.MODEL.with_suffix(".json"), tmp_path / "mine.json")
    (tmp_path / "mine_curves.png").write_bytes(b"")
    for path in (model, model.with_suffix(".json")):  # the second stands for a file that is no .h5
        shown = TestClient(web_app.web_app(classify, path)).get("/api/training").json()
        assert shown["pictures"] == []
        assert bool(shown["layers"]) == bool(shown["record"]) == (path == model)


def test_the_training_that_is_shown_is_that_of_the_model_that_answers(classify, tmp_path):
    model = Path(shutil.copy(web_app.MODEL, tmp_path / "mine.h5"))
    shutil.copy(web_app.MODEL.with_suffix(".json"), tmp_path / "mine.json")
    client = TestClient(web_app.web_app(classify, model))
    model.write_bytes(b"trained since")
    shown = client.get("/api/training").json()
    assert shown["layers"] and shown["record"]["sha256"]


def test_models_in_a_folder_that_is_a_link_are_shown_with_their_pictures(classify, tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "mine_curves.png").write_bytes(b"")
    try:
        (tmp_path / "models").symlink_to(tmp_path / "there", target_is_directory=True)
    except OSError:
        pytest.skip("no links may be made here")
    model = tmp_path / "models" / "mine.h5"
    monkeypatch.setattr(web_app, "MODEL", model)
    monkeypatch.setitem(web_app.SERVED, model.parent, {".png"})
    shown = TestClient(web_app.web_app(classify, model)).get("/api/training").json()
    assert shown["pictures"] == ["mine_curves.png"]


def test_an_activation_with_settings_of_its_own_is_named():
    activation = {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}
    assert web_app.settings_in_words({"units": 5, "activation": activation}) == "5 units, LeakyReLU"


@pytest.mark.parametrize("record", ["{", "[1]", '{"sha256": "of another model"}'])
def test_the_record_of_another_training_is_not_shown(record, tmp_path):
    model = tmp_path / "model.h5"
    model.write_bytes(b"weights")
    assert web_app.kept_record(model) == {}
    (tmp_path / "model.json").write_text(record)
    assert web_app.kept_record(model) == {}


def test_a_file_whose_name_is_no_text_is_not_offered(tmp_path, monkeypatch):
    monkeypatch.setitem(web_app.SERVED, tmp_path, {".png"})
    (tmp_path / "é.png").touch()
    try:
        (tmp_path / "\udce9.png").touch()
    except OSError:
        pytest.skip("the file system has no such names")
    assert web_app.fetchable(tmp_path) == ["é.png"]


def test_what_is_served_has_its_kind_whatever_is_set_for_the_machine():
    command = (
        "import mimetypes; mimetypes.add_type('text/plain', '.js'); import web_app; print(mimetypes.guess_type('a.js'))"
    )
    said = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    assert "text/javascript" in said


def test_a_foreign_host_is_refused(client):
    for host in (
        "evil.example",
        "evil.example:8000",
        "localhost.evil.example",
        "192.168.0.7",
        "",
        "localhost@evil",
        "[",
    ):
        answer = client.get("/", headers={"host": host})
        assert answer.status_code == 421 and "content-security-policy" in answer.headers
    for host in ("localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000"):
        assert client.get("/", headers={"host": host}).status_code == 200


def test_opened_to_all_it_answers_for_addresses_and_the_own_name_but_for_no_other_name():
    with socket.create_server(("0.0.0.0", 0)) as listener:
        names = web_app.own_names(listener, "0.0.0.0")
    for host in ("192.168.0.7:8000", "[fe80::1]", "localhost", f"{socket.gethostname()}:8000"):
        assert web_app.is_for(names, host)
    assert not web_app.is_for(names, "evil.example") and not web_app.is_for(names, "any address")


@pytest.mark.parametrize("host", ["0.0.0.0", "127.0.0.1"])
def test_both_addresses_that_it_names_reach_it_and_are_answered(host):
    with web_app.listening(host, 0) as listener:
        names = web_app.own_names(listener, host)
        for address in map(urlsplit, web_app.addresses_of(listener)):
            socket.create_connection((address.hostname, address.port), timeout=10).close()
            assert web_app.is_for(names, address.netloc)
            assert host == "127.0.0.1" or address.hostname != host  # which is no address to type


def test_without_a_network_its_name_is_named(monkeypatch):
    def no_route(*_):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(web_app.socket, "socket", lambda *_: closing(SimpleNamespace(connect=no_route, close=int)))
    assert web_app.own_address(socket.AF_INET) == socket.gethostname()


def test_every_answer_carries_the_security_headers(client):
    for answer in (client.get("/"), client.get("/nothing"), client.get("/web/page.js"), client.post("/api/read")):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff" and answer.headers["referrer-policy"]


# --- the program ---


def png_bomb(side):
    """Return a PNG, side x side, all black, in a few kB."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side // 8)) for _ in range(side)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def posted(address, body):
    """Return the status and the JSON that the server answers."""
    try:
        with urllib.request.urlopen(f"{address}/api/read", body) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def test_many_at_once_each_get_their_own_answer():
    texts = [f"{number}" for number in (10, 47, 203, 5, 88, 61, 7, 90)] * 3
    with serving() as (_, address), ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda text: posted(address, png_of(text, height=80, pen=7)), texts))
    assert answers == [(200, answer) for _, answer in answers]
    assert [answer["text"] for _, answer in answers] == texts


def test_the_program_is_closed_to_foreign_hosts_too():
    with serving() as (_, address):
        request = urllib.request.Request(address, headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError, match="421"):
            urllib.request.urlopen(request)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_a_small_file_with_a_huge_picture_is_refused_before_it_takes_memory():
    bomb = png_bomb(30_000)
    assert len(bomb) < 200_000
    with serving() as (server, address):
        assert posted(address, png_of("7"))[1]["text"] == "7"
        status, answer = posted(address, bomb)
        assert status == 413 and "more than 25 megapixels" in answer["error"]
        peak = int(re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{server.pid}/status").read_text())[1]) / 1024
        assert peak < 250  # MB
        assert posted(address, png_of("7"))[1]["text"] == "7"


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent from here")
def test_ctrl_c_ends_it_quietly():
    command = [sys.executable, ROOT / "web_app.py", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as server:
        address = re.search(r"http://127\.0\.0\.1:\d+", server.stdout.readline())[0]
        assert posted(address, b"hello")[0] == 415
        server.send_signal(signal.SIGINT)
        said = server.communicate(timeout=30)
    assert server.returncode == 0 and said == ("", "")


def run(*arguments):
    command = [sys.executable, ROOT / "web_app.py", "--no-browser", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)


def test_a_port_in_use_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = run("--port", other.getsockname()[1])
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "is in use" in done.stderr


def test_a_wrong_address_and_a_wrong_port_are_named():
    done = run("--host", "256.1.2.3.4")
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "256.1.2.3.4" in done.stderr
    done = run("--port", "70000")
    assert done.returncode == 2 and "70000" in done.stderr


def test_it_warns_where_it_is_open_to_others():
    command = [sys.executable, ROOT / "web_app.py", "--port", "0", "--no-browser", "--host", "0.0.0.0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as server:
        warning = server.stderr.readline()
        server.terminate()
        server.communicate(timeout=30)
    assert warning.startswith("Every machine")


@pytest.mark.skipif(sys.platform != "linux", reason="there is no /dev/full")
def test_it_serves_where_its_address_cannot_be_printed():
    command = [sys.executable, ROOT / "web_app.py", "--port", "0", "--no-browser", "--host", "0.0.0.0"]
    with Path("/dev/full").open("w") as full, subprocess.Popen(command, stdout=full, stderr=subprocess.PIPE) as server:
        assert server.stderr.readline().startswith(b"Every machine")  # which is said next
        server.kill()


def test_without_the_web_packages_it_says_what_to_install_and_prediction_needs_none_of_them():
    without = "import sys; sys.modules.update(fastapi=None, uvicorn=None, starlette=None, anyio=None); "
    done = subprocess.run([sys.executable, "-c", without + "import web_app"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.count("\n") == 1 and "pip install fastapi uvicorn" in done.stderr
    subprocess.run([sys.executable, "-c", without + "import prediction"], cwd=ROOT, check=True)


def test_it_starts_without_tensorflow():
    check = "import sys, web_app; web_app.load_classifier(web_app.MODEL); sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], cwd=ROOT).returncode == 0


def test_the_browser_is_opened_where_there_is_a_display(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for variable in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(variable, raising=False)
    assert not web_app.has_display()
    monkeypatch.setenv("DISPLAY", ":0")
    assert web_app.has_display()


def test_the_model_is_asked_by_one_thread_at_a_time():
    inside = []

    def classify(images):
        inside.append(1)
        assert len(inside) == 1
        time.sleep(0.001)  # the others run
        inside.pop()
        return images

    guarded = web_app.one_at_a_time(classify)
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(guarded, range(50))) == list(range(50))


@pytest.mark.parametrize("ground", ["page", "panel"])
@pytest.mark.parametrize("look", [0, 1], ids=["light", "dark"])
def test_words_stand_out_from_their_ground(look, ground):
    """The contrast that WCAG 2.2 asks of text, success criterion 1.4.3."""
    style = (ROOT / "web" / "style.css").read_text()
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", style.split(":root {")[1 + look]))
    for words in ("text", "muted", "accent", "sure", "unsure"):
        assert contrast(colours[words], colours[ground]) >= 4.5, (words, ground)
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5
    assert contrast(colours["ink"], colours["paper"]) >= 7


def contrast(one, other):
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
