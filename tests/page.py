"""What the tests of the page in a browser have in common; the fixture `opened` is in conftest.py."""

import pytest

pytest.importorskip("fastapi", reason="the page's server takes fastapi")
pytest.importorskip("uvicorn", reason="the page's server takes uvicorn")
pytest.importorskip("python_multipart", reason="the page's server takes python-multipart")
pytest.importorskip("playwright", reason="a browser is driven by playwright")

from playwright.sync_api import expect

from benchmarks.web_screenshots import chromium
from digits.files import ROOT

in_browser = pytest.mark.skipif(chromium() is None, reason="there is no Chromium on this machine")
slow = pytest.mark.slow
SEVEN = list((ROOT / "images" / "seven.png").read_bytes())  # as JavaScript takes it
expect.set_options(timeout=20_000)

GIVE = """([kind, name, type, data]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(data)], name, { type }));
    const form = { bubbles: true, cancelable: true, dataTransfer: transfer, clipboardData: transfer };
    document.body.dispatchEvent(kind === "paste" ? new ClipboardEvent(kind, form) : new DragEvent(kind, form));
}"""


def reads(page, *rows):
    """Wait until the page shows these rows of digits."""
    expect(page.locator("#text:not(.few) > span")).to_have_text(list(rows))


def settles(page):
    """Wait until all that was drawn is read."""
    expect(page.locator("#said[aria-busy=false]")).to_be_visible()


def first_of(held, page):
    """Return the first request that was held up, as soon as there is one."""
    for _ in range(2000):
        if held:
            return held[0]
        page.wait_for_timeout(10)
    raise AssertionError("nothing was asked for")


def entry(digit, box, confidence=0.9999, not_a_digit=0.0, row=0):
    """Return what the server tells the page of a mark."""
    others = [each for each in range(10) if each != digit][:2]
    return {
        **{"digit": digit, "confidence": confidence, "sure": confidence > 0.4, "box": box, "row": row},
        **{"top": [[digit, confidence], *([each, not_a_digit / 10] for each in others)], "not_a_digit": not_a_digit},
        "pixels": [0] * 784,
    }


def answer(page, text, *digits, confidence=0.9999):
    """Let the server answer every picture, as large as that of the pad, with `text` and `digits`."""
    said = {"image": "drawing.png", "text": text, "error": None, "confidence": confidence, "digits": list(digits)}
    page.route("**/api/read*", lambda route: route.fulfill(json={**said, "width": 280, "height": 280}))
