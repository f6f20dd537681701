"""web_app.py, which serves the page: its command line, and the server as a whole."""

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from drawing import png_of, png_of_size

pytest.importorskip("fastapi", reason="the page's server takes fastapi")
pytest.importorskip("uvicorn", reason="the page's server takes uvicorn")
pytest.importorskip("python_multipart", reason="the page's server takes python-multipart")

import web_app as program
from benchmarks.web_app import serving
from digits.files import ROOT, SHIPPED

SEVEN = (ROOT / "images" / "seven.png").read_bytes()


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
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "pip install fastapi uvicorn python-multipart" in done.stderr
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
