"""What the documents say is so: commands print what is shown, options and files are there, figures are those kept."""

import json
import re
import subprocess
import sys
import urllib.request

import pytest
from conftest import ROOT

from digits.files import DEFAULT_MODEL, SHIPPED

README = (ROOT / "README.md").read_text(encoding="utf-8")
CARD = (ROOT / "models" / "README.md").read_text(encoding="utf-8")


def blocks(kind):
    """Return the blocks of the README that are marked as `kind`, or not at all."""
    every = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [block for each, block in every if each == kind]


def said_by(*arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout


shipped = pytest.mark.skipif(
    DEFAULT_MODEL != SHIPPED or sys.platform == "win32",
    reason="the README shows what the shipped model answers, with the paths of Linux and macOS",
)


@shipped
def test_the_first_command_prints_what_is_shown():
    assert blocks("")[0] == said_by("prediction.py")


@pytest.mark.slow
def test_the_tests_can_be_collected_with_what_the_readme_installs():
    others = ["fastapi", "uvicorn", "python_multipart", "httpx", "httpx2", "playwright", "ray", "hypothesis"]
    hide = f"import os, sys; sys.modules.update(dict.fromkeys({others}))"
    plain = "os.environ['PYTEST_DISABLE_PLUGIN_AUTOLOAD'] = '1'"
    said_by("-c", f"{hide}; {plain}; import pytest; sys.exit(pytest.main(['-q', '--collect-only']))")


@shipped
def test_the_json_is_what_is_shown():
    command, shown = re.search(r"^\$ python (.*--json.*)\n(.*)\n", README, re.MULTILINE).groups()
    assert said_by(*command.split()) == shown + "\n"


def test_the_lines_of_python_print_what_is_said():
    (program,) = blocks("python")
    assert said_by("-c", program) == "123\n4768\n" and "prints `123` and, below it, `4768`" in README


def test_the_curl_command_answers_what_json_prints():
    pytest.importorskip("uvicorn", reason="the page takes fastapi and uvicorn")
    from benchmarks.web_app import serving

    ((file, path),) = re.findall(r"^curl --data-binary @(\S+) http://127.0.0.1:8000(\S+)$", README, re.MULTILINE)
    with serving() as (_, address):
        body = (ROOT / file).read_bytes()
        answer = json.load(urllib.request.urlopen(address.rstrip("/") + path, body, timeout=30))
    assert answer | {"image": file} == json.loads(said_by("prediction.py", "--json", "--model", SHIPPED, file))


def test_the_dockerfile_copies_what_is_there_and_its_health_check_asks_the_page():
    pytest.importorskip("uvicorn", reason="the page takes fastapi and uvicorn")
    from benchmarks.web_app import serving

    dockerfile = (ROOT / "Dockerfile").read_text()
    copied = re.findall(r"^COPY (\S+) ", dockerfile, re.MULTILINE)
    assert copied and all((ROOT / name).exists() for name in copied)
    kept = (ROOT / ".dockerignore").read_text().splitlines()
    assert all(f"!{name}" in kept for name in copied)
    check = json.loads(re.search(r"^HEALTHCHECK CMD (.*)$", dockerfile, re.MULTILINE)[1])
    with serving() as (_, address):
        code = check[2].replace("http://localhost:8000", address)
        assert code != check[2]
        subprocess.run([sys.executable, "-c", code], check=True)
        gone = code.replace("health", "nothing")
        assert subprocess.run([sys.executable, "-c", gone], capture_output=True).returncode == 1


def test_every_option_that_the_documents_name_is_there():
    there = set()
    for script in "prediction.py", "handwritten_digit_recognition.py":
        there |= set(re.findall(r"(--[a-z-]+)", said_by(script, "--help")))
    there |= set(re.findall(r'"(--[a-z-]+)"', (ROOT / "web_app.py").read_text()))
    of_others = {"--depth", "--data-binary"}
    named = set(re.findall(r"(--[a-z][a-z-]+)", README)) - of_others
    assert named and named <= there, named - there


def test_every_file_and_picture_named_is_there():
    missing = []
    for place in "README.md", "models/README.md", "docs/CONTRIBUTING.md", "docs/experiments.md":
        text = (ROOT / place).read_text(encoding="utf-8")
        links = re.findall(r"\]\(([\w/.]+)\)", text)
        missing += [name for name in links if not ((ROOT / place).parent / name).exists()]
        missing += [
            name for name in re.findall(r"`([\w/]+/[\w/]*\.(?:py|md|txt))`", text) if not (ROOT / name).exists()
        ]
        for name in re.findall(r"python -m ((?:benchmarks|digits)[\w.]+)", text):
            path = ROOT / name.replace(".", "/")
            missing += [name] if not (path.with_suffix(".py").exists() or (path / "__main__.py").exists()) else []
    assert not missing


def test_the_model_card_tells_what_the_training_recorded():
    record = json.loads(SHIPPED.with_suffix(".json").read_bytes())
    assert record["command"] in CARD
    for figure in (
        f"{record['test_accuracy']:.2%}",
        f"{record['read_wrongly']} of",
        f"{record['calibration_error']:.2%}",
    ):
        assert figure.replace("%", " %") in CARD, figure
    assert f"{SHIPPED.stat().st_size / 1e6:.1f} MB" in CARD


def test_documents_stay_short():
    assert len(README.split()) <= 1000 and len(CARD.split()) <= 600


def test_the_version_is_that_of_the_changelog():
    version = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
    released = re.findall(
        r"^## \[(\d.*?)\]", (ROOT / "docs" / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert released[0] == version
