"""Take the pictures of the page of web_app.py, of which the README shows two, with the system's Chromium.

python -m benchmarks.web_screenshots            writes docs/screenshots/*.png
"""

import shutil

import numpy as np
from playwright.sync_api import sync_playwright

from benchmarks.web_app import serving, strokes_of
from digits.files import ROOT
from images.draw_samples import curve

FOLDER = ROOT / "docs" / "screenshots"
DESKTOP, PHONE, LOW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}, {"width": 1280, "height": 560}
CURLED_7 = [(0.35, 0.5), (0.25, 0.42), (0.27, 0.3), (0.6, 0.3), (0.5, 0.5), (0.45, 0.8)], [(0.42, 0.5), (0.68, 0.47)]


def main():
    FOLDER.mkdir(exist_ok=True)
    with serving() as (_, address), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for name, size, scheme, act in (
            ("desktop_light", DESKTOP, "light", lambda page: draw(page, "407")),
            ("desktop_dark", DESKTOP, "dark", lambda page: choose_sample(page, "phone_number.jpg")),
            ("phone", PHONE, "light", lambda page: draw(page, "25")),
            ("phone_first_dark", PHONE, "dark", lambda page: page.locator("#samples button").first.wait_for()),
            ("many_light", DESKTOP, "light", choose_all),
            ("training_dark", DESKTOP, "dark", follow),
            ("hand_light", LOW, "light", correct),
        ):
            page = browser.new_page(viewport=size, color_scheme=scheme)
            page.goto(address)
            act(page)
            page.wait_for_load_state("networkidle")
            page.screenshot(path=FOLDER / f"{name}.png")
            print(f"Saved {(FOLDER / name).relative_to(ROOT)}.png")
        browser.close()


def chromium():
    """Return the path of the system's Chromium or Chrome, or None."""
    names = "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"
    return next(filter(None, map(shutil.which, names)), None)


def draw(page, number):
    """Draw a number on the pad with the mouse."""
    draw_strokes(page, strokes_of(number))


def draw_strokes(page, strokes):
    """Draw strokes on the pad with the mouse, each points (n, 2) as shares of the pad, from its upper left."""
    pad = page.locator("#pad").bounding_box()
    for stroke in strokes:
        points = [(pad["x"] + x * pad["width"], pad["y"] + y * pad["height"]) for x, y in stroke]
        page.mouse.move(*points[0])
        page.mouse.down()
        for point in points[1:]:
            page.mouse.move(*point)
        page.mouse.up()


def choose_sample(page, name):
    page.get_by_role("button", name="Picture", exact=True).click()
    page.get_by_role("button", name=name).click()


def choose_all(page):
    """Give all samples at once, and wait until they are read."""
    page.locator("#file").set_input_files(sorted((ROOT / "images").glob("*.[jp][pn]g")))
    page.locator("#finished:not(:empty)").wait_for()


def follow(page):
    """Draw a digit, and show how the net was trained, with that digit on its way through it."""
    draw(page, "4")
    page.get_by_title("Follow it through the net").click()
    page.locator("#through .maps canvas").first.wait_for()


def correct(page):
    """Draw a 7 with a curl, which is read wrongly, and type what it is."""
    draw_strokes(page, [curve(np.array(stroke), steps=8) for stroke in CURLED_7])
    page.wait_for_timeout(1000)
    page.get_by_role("button", name="Not right?").click()
    page.locator("#truth").fill("7")


if __name__ == "__main__":
    main()
