"""The whole way on the page, with a tiny net: digits are read wrongly, corrected, learned, read right, forgotten."""

import re
import shutil
import subprocess
import sys

import numpy as np
import pytest
from drawing import drawn_data_set
from page import expect, in_browser, reads, settles, slow

from benchmarks.web_screenshots import draw_strokes
from digits.files import ROOT
from images.draw_samples import curve

pytestmark = in_browser
UNKNOWN = 1, 7  # the digits that the tiny net has never seen
ONE = [[(0.12, 0.7), (0.22, 0.4), (0.3, 0.3), (0.3, 0.5), (0.29, 0.7)]]  # its hook begins as low as it ends
SEVEN = [[(0.55, 0.4), (0.56, 0.3), (0.7, 0.32), (0.85, 0.3), (0.75, 0.5), (0.68, 0.7)], [(0.58, 0.52), (0.85, 0.49)]]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A copy of the project that reads with a tiny net, trained on drawn digits but for UNKNOWN."""
    from digits import model_files
    from digits.mnist import net_input
    from digits.quiet_keras import keras
    from handwritten_digit_recognition import build_cnn

    folder = tmp_path_factory.mktemp("checkout")
    for name in ("digits", "images"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("web_app.py", "handwritten_digit_recognition.py"):
        shutil.copy(ROOT / name, folder)
    images, labels = drawn_data_set(1200, 0)
    (folder / "dataset").mkdir()
    np.savez(folder / "dataset" / "mnist.npz", x_train=images, y_train=labels, x_test=images[:100], y_test=labels[:100])
    is_known = ~np.isin(labels, UNKNOWN)
    keras.utils.set_random_seed(0)
    model = build_cnn(0.25)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(net_input(images[is_known]), labels[is_known], epochs=6, verbose=0)
    model_files.save(model, folder / "models" / "handwritten_digit_cnn.h5")
    return folder


@pytest.fixture(scope="module")
def address(checkout):
    command = [sys.executable, checkout / "web_app.py", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, cwd=checkout, stdout=subprocess.PIPE, encoding="utf-8") as server:
        yield re.search(r"http://\S+", server.stdout.readline())[0]
        server.terminate()


def draw_17(page, seed):
    """Draw the hand's 1 and 7, each time a little differently."""
    random = np.random.default_rng(seed)
    if page.locator("#clear").is_enabled():
        page.locator("#clear").click()
    for stroke in ONE + SEVEN:
        draw_strokes(page, [curve(np.array(stroke) + random.normal(0, 0.008, (len(stroke), 2)), steps=8)])
    settles(page)
    expect(page.locator("#digits li")).to_have_count(2)


@slow
def test_a_hand_is_corrected_learned_read_and_forgotten(opened, checkout):
    page = opened()
    for seed in range(4):
        draw_17(page, seed)
        expect(page.locator("#text")).not_to_have_text("17")
        page.get_by_role("button", name="Not right?").click()
        page.locator("#truth").fill("17")
        page.keyboard.press("Enter")
        expect(page.locator("#done")).to_contain_text("2 kept")
    page.get_by_role("link", name="Learn from them").click()
    expect(page.locator("#kept img")).to_have_count(8)
    expect(page.locator("#kept-note")).to_have_text("Still missing: 0, 2, 3, 4, 5, 6, 8, 9.")
    page.get_by_role("button", name="Learn from these").click()
    expect(page.locator("#lesson")).to_be_visible()
    expect(page.locator("#lesson-note")).to_contain_text("Done", timeout=120_000)
    expect(page.locator("#lesson-said")).to_contain_text("8 of your digits")
    expect(page.locator("#model")).to_have_text("Read by own_digit_cnn.h5.")

    page.get_by_role("link", name="How it was trained").click()
    expect(page.locator("#record")).to_contain_text("of your digits learned")
    page.get_by_role("link", name="Read digits").click()
    draw_17(page, 10)
    reads(page, "17")

    page.get_by_role("link", name="Your hand").click()
    page.get_by_role("button", name="Forget").click()
    expect(page.locator("#model")).to_have_text("Read by handwritten_digit_cnn.h5.")
    expect(page.get_by_role("button", name="Learn from these")).to_be_focused()
    page.get_by_role("button", name="Delete this 7, number 1").press("Enter")
    expect(page.locator("#kept img")).to_have_count(7)
    expect(page.locator("#kept button").nth(4)).to_be_focused()  # the next one
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete all").click()
    expect(page.locator("#kept img")).to_have_count(0)
    expect(page.get_by_role("button", name="Learn from these")).to_be_disabled()
    assert not list((checkout / "dataset" / "own").rglob("*.png"))
    assert sorted(path.name for path in (checkout / "models").glob("own*")) == []


@slow
def test_rows_from_0_to_9_are_labelled_at_once_and_what_does_not_fit_is_told(opened):
    page = opened(expected="status of 409")
    xs = np.linspace(0.06, 0.9, 10)
    draw_strokes(page, [np.array([(x, y), (x, y + 0.15)]) for y in (0.2, 0.6) for x in xs])
    expect(page.locator("#digits li")).to_have_count(20)
    page.get_by_role("button", name="Not right?").click()
    page.get_by_role("button", name="0 to 9 in each row").click()
    expect(page.locator("#truth")).to_have_value("0123456789 / 0123456789")
    page.locator("#truth").fill("12")
    page.get_by_role("button", name="Keep as my hand").click()
    expect(page.locator("#done")).to_contain_text("Boxes: 20, typed: 2.")
    page.locator("#truth").press("Home")
    page.locator("#truth").press("Delete")  # which clears the pad elsewhere
    expect(page.locator("#truth")).to_have_value("2")
    expect(page.locator("#digits li")).to_have_count(20)
    page.locator("#truth").press("Escape")
    expect(page.locator("#correction")).to_be_hidden()
    expect(page.get_by_role("button", name="Not right?")).to_be_focused()


@slow
def test_what_was_left_out_of_a_lesson_that_brought_nothing_is_marked_and_can_be_saved_all_the_same(opened):
    page = opened()
    said = {"kept": {"4": ["a.png", "b.png"]}, "model": "net.h5", "beneath": "net.h5", "is_own": False, "command": None}
    lines = ["[1/2] Looking ...", "left out: dataset/own/4/b.png: said to be a 4", "To save it all the same: python x"]
    said["lesson"] = {"state": "unchanged", "said": lines}
    page.route("**/api/own", lambda route: route.fulfill(json=said))
    page.route("**/api/own/4/*", lambda route: route.fulfill(status=200, body=b"", content_type="image/png"))
    page.route("**/api/own/lesson*", lambda route: route.fulfill(json={}))
    page.get_by_role("link", name="Your hand").click()
    expect(page.locator("#lesson-note")).to_have_text("Nothing was learned:")
    expect(page.locator("#lesson-said")).to_have_text(lines[1])
    expect(page.locator("#kept .left-out")).to_have_count(1)
    assert "Left out" in page.locator("#kept button").nth(1).get_attribute("title")
    with page.expect_request("**/api/own/lesson?anyway=true"):
        page.get_by_role("button", name="Save it all the same").click()


@slow
def test_where_tensorflow_is_missing_the_command_is_shown(opened):
    page = opened()
    said = {
        "kept": {"4": ["a.png"]},
        "lesson": None,
        "is_own": False,
        "beneath": "net.h5",
        "model": "net.h5",
        "command": "python x --own y",
    }
    page.route("**/api/own", lambda route: route.fulfill(json=said))
    page.route("**/api/own/4/*", lambda route: route.fulfill(status=200, body=b"", content_type="image/png"))
    page.get_by_role("link", name="Your hand").click()
    expect(page.locator("#by-command code")).to_have_text("python x --own y")
    expect(page.get_by_role("button", name="Learn from these")).to_be_hidden()
