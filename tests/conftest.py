import os
import signal
import sys
from pathlib import Path

import pytest

os.environ["MPLBACKEND"] = "agg"  # no test opens a window

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where it starts in the background

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def classify():
    """The model that comes with the project, whatever was trained here."""
    from digits.classifier import load_classifier
    from digits.files import SHIPPED

    return load_classifier(SHIPPED)


@pytest.fixture(scope="module")
def client(classify):
    from server import client_of

    return client_of(classify)


# --- the page in the system's Chromium ---


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film, which Chromium takes for what its camera sees: two seconds of a sheet with a 7, two of one with 25."""
    import cv2
    from drawing import picture_of

    path = tmp_path_factory.mktemp("film") / "sheets.mjpeg"
    sheets = [cv2.imencode(".jpg", picture_of(text, size=(480, 640)))[1].tobytes() for text in ("7", "25")]
    path.write_bytes(b"".join(sheet * 60 for sheet in sheets))
    return path


@pytest.fixture(scope="module")
def browser(film):
    from playwright.sync_api import sync_playwright

    from benchmarks.web_screenshots import chromium

    camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", *camera, f"--use-file-for-fake-video-capture={film}"],
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address():
    from benchmarks.web_app import serving

    with serving() as (_, address):
        yield address


@pytest.fixture
def opened(browser, address):
    """A function that opens the page in a window as `form` says; an error in the console fails the test."""
    errors, contexts = [], []

    def open_page(expected="", **form):
        context = browser.new_context(**form)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: said.type == "error" and not (expected and expected in said.text)
                and errors.append(said.text))  # fmt: skip
        page.goto(address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []
