"""What the documents say is so: commands print what is shown, options and files are there, figures are those kept."""

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from conftest import ROOT

import prediction
from benchmarks.web_app import serving

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(kind):
    """Return the blocks of the README that are marked as `kind`, or not at all."""
    every = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    return [block for each, block in every if each == kind]


def said_by(*arguments):
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True).stdout


shipped = pytest.mark.skipif(
    prediction.MODEL != prediction.SHIPPED or sys.platform == "win32",
    reason="the README shows what the shipped model answers, with the paths of Linux and macOS",
)


@shipped
def test_the_first_command_prints_what_is_shown():
    assert blocks("")[0] == said_by("prediction.py")


@shipped
def test_the_json_is_what_is_shown():
    command, shown = re.search(r"^\$ python (.*--json.*)\n(.*)\n", README, re.MULTILINE).groups()
    assert said_by(*command.split()) == shown + "\n"


def test_the_lines_of_python_print_what_is_said():
    (program,) = blocks("python")
    assert said_by("-c", program) == "123\n4768\n" and "prints `123` and, below it, `4768`" in README


@shipped
def test_the_curl_command_answers_what_is_shown():
    shown = re.findall(
        r"^\$ curl --data-binary @(\S+) '?http://127.0.0.1:8000([^\s']+)'?\n(.*)\n", README, re.MULTILINE
    )
    assert shown
    with serving() as (_, address):
        for file, path, answer in shown:
            request = urllib.request.Request(address.rstrip("/") + path, (ROOT / file).read_bytes())
            try:
                said = urllib.request.urlopen(request, timeout=30).read()
            except urllib.error.HTTPError as error:
                said = error.read()
            assert said.decode() == answer


@pytest.mark.parametrize("script", ["prediction.py", "web_app.py", "handwritten_digit_recognition.py"])
def test_every_option_named_is_there_and_every_one_there_is_named(script):
    there = set(re.findall(r"^  (--[a-z-]+)", said_by(script, "--help"), re.MULTILINE))
    assert there
    for option in there:
        assert f"{option}" in README, option


def test_every_file_and_picture_named_is_there():
    for document in (README, (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")):
        named = re.findall(r"\]\(([\w/.]+)\)", document) + re.findall(r"`([\w/]+\.(?:py|md))`", document)
        assert named
        for name in named:
            assert (ROOT / name).exists() or (ROOT / "benchmarks" / name).exists(), name


def test_the_model_card_tells_what_the_training_recorded():
    record = json.loads(prediction.SHIPPED.with_suffix(".json").read_bytes())
    card = (ROOT / "models" / "README.md").read_text(encoding="utf-8")
    assert record["command"] in card
    for figure in (
        f"{record['test_accuracy']:.2%}",
        f"{record['read_wrongly']} of",
        f"{record['calibration_error']:.2%}",
    ):
        assert figure.replace("%", " %") in card, figure
    assert f"{prediction.SHIPPED.stat().st_size / 1e6:.1f} MB" in card


def test_the_version_is_that_of_the_changelog():
    version = re.search(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)[1]
    released = re.findall(r"^## \[(\d.*?)\]", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert released[0] == version
