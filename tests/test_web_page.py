"""The page of web_app.py in the system's Chromium: the first screen, the pad and what is drawn on it."""

import re

import numpy as np
import pytest
from page import answer, entry, expect, in_browser, reads, settles, slow

from benchmarks.web_app import strokes_of
from benchmarks.web_screenshots import draw, draw_strokes
from digits.files import SHIPPED

pytestmark = in_browser
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


# --- the first screen ---


@slow
def test_a_blank_pad_says_what_this_is_and_invites_to_draw(opened):
    page = opened()
    expect(page.locator("#about")).to_contain_text("reads the digits that you write")
    expect(page.locator("#hint")).to_have_text(re.compile("^Draw digits here"))
    expect(page.locator("#digits li")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    expect(page.locator("footer")).to_contain_text(f"Read by {SHIPPED.name}.")


@slow
@pytest.mark.parametrize("size", [DESKTOP, PHONE, {"width": 320, "height": 640}, {"width": 640, "height": 400}])
def test_a_sample_is_at_hand_and_pad_and_tabs_have_one_width(opened, size):
    page = opened(viewport=size)
    tabs, pad = page.locator(".ways").bounding_box(), page.locator("#frame").bounding_box()
    assert abs(tabs["x"] - pad["x"]) < 1 and abs(tabs["width"] - pad["width"]) < 1
    assert abs(pad["width"] - pad["height"]) < 1
    page.get_by_role("button", name="seven.png").click()
    reads(page, "7")
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


@slow
def test_the_samples_fill_the_empty_half_until_something_is_drawn(opened):
    page = opened(viewport=DESKTOP)
    samples = page.locator("#samples")
    expect(samples).to_be_in_viewport(ratio=1)
    assert samples.bounding_box()["x"] > page.locator("#frame").bounding_box()["x"] + 400
    draw(page, "1")
    reads(page, "1")
    expect(samples).to_be_hidden()
    page.get_by_role("button", name="Clear").click()
    expect(samples).to_be_visible()


# --- what is drawn ---


def test_what_is_drawn_is_read(opened):
    page = opened()
    draw(page, "25")
    reads(page, "25")
    expect(page.locator("#hint")).to_be_empty()
    expect(page.locator("#sure")).to_have_text(re.compile(r"^Confidence >?\d\d\.\d %$"))
    expect(page.locator(".box")).to_have_count(2)
    expect(page.locator("#digits li")).to_have_count(2)
    for digit, card in zip("25", page.locator("#digits li").all(), strict=True):
        expect(card.locator("dt").first).to_have_text(digit)
        expect(card.locator("dt")).to_have_count(3)
        expect(card.locator("dd").first).to_have_text(re.compile(r"^>?\d+\.\d %$"))


@slow
def test_the_net_sees_white_on_black(opened):
    page = opened()
    draw(page, "7")
    reads(page, "7")
    seen = page.evaluate("[...document.querySelector('#digits canvas').getContext('2d').getImageData(0,0,28,28).data]")
    image = np.array(seen).reshape(28, 28, 4)[..., 0]
    assert image[0].max() == 0 and image.max() > 200


@slow
def test_the_box_lies_about_the_strokes(opened):
    page = opened()
    draw(page, "7")
    reads(page, "7")
    points = np.concatenate(strokes_of("7"))
    pad = page.locator("#pad").bounding_box()
    left, top = pad["x"] + points.min(axis=0)[0] * pad["width"], pad["y"] + points.min(axis=0)[1] * pad["height"]
    right, bottom = pad["x"] + points.max(axis=0)[0] * pad["width"], pad["y"] + points.max(axis=0)[1] * pad["height"]
    for _ in range(100):  # until the answer to the last stroke is there
        box = page.locator(".box").bounding_box() or dict.fromkeys(("x", "y", "width", "height"), 0)  # just replaced
        edges = box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]
        if np.abs(np.subtract(edges, (left, top, right, bottom))).max() < 25:
            break
        page.wait_for_timeout(100)
    else:
        raise AssertionError(f"the box {edges} is not about {left, top, right, bottom}")


@slow
def test_a_box_sits_on_the_ink_with_the_same_space_on_all_sides(opened):
    page = opened()
    answer(page, "0", entry(0, [70, 70, 140, 140]))  # the middle half of the pad
    draw(page, "0")
    reads(page, "0")
    settles(page)
    pad, box = page.locator("#pad").bounding_box(), page.locator(".box").bounding_box()
    space = 6  # px: 4 and the line
    for at, size in (("x", "width"), ("y", "height")):
        assert box[at] == pytest.approx(pad[at] + pad[size] / 4 - space, abs=0.6)
        assert box[size] == pytest.approx(pad[size] / 2 + 2 * space, abs=0.6)


@slow
def test_rows_are_shown_as_rows_and_the_tiles_in_reading_order(opened):
    page = opened()
    draw_strokes(page, [stroke * 0.5 + (0.25, 0) for stroke in strokes_of("12")])
    draw_strokes(page, [stroke * 0.5 + (0.25, 0.5) for stroke in strokes_of("34")])
    reads(page, "12", "34")
    expect(page.locator("#digits dt:first-child")).to_have_text(["1", "2", "3", "4"])


@slow
def test_the_answer_comes_while_the_stroke_is_still_being_drawn(opened):
    page = opened()
    pad = page.locator("#pad").bounding_box()
    x, y = pad["x"] + pad["width"] / 2, pad["y"] + pad["height"] / 4
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + pad["height"] / 2, steps=10)
    reads(page, "1")
    page.mouse.up()


@slow
def test_undo_and_clear_by_button_and_by_key(opened):
    page = opened()
    undo, clear = page.get_by_role("button", name="Undo"), page.get_by_role("button", name="Clear")
    draw_strokes(page, [strokes_of("10")[0]])
    reads(page, "1")
    draw_strokes(page, strokes_of("10")[1:])
    reads(page, "10")
    for _ in strokes_of("10")[1:]:
        undo.click()
    reads(page, "1")
    page.keyboard.press("Control+z")
    expect(page.locator("#hint")).to_have_text(re.compile("^Draw"))
    expect(page.locator(".box")).to_have_count(0)
    draw(page, "7")
    reads(page, "7")
    clear.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#text.few")).to_be_visible()
    expect(clear).to_be_disabled()
    draw(page, "1")
    reads(page, "1")
    page.keyboard.press("Delete")
    expect(page.locator("#text.few")).to_be_visible()


@slow
def test_a_phone_held_sideways_shows_the_pad_and_the_answer(opened):
    page = opened(viewport={"width": 844, "height": 390})
    draw(page, "7")
    reads(page, "7")
    for part in ("#pad", "#text"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)


@slow
def test_a_finger_on_a_phone(opened):
    page = opened(viewport=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    pad = page.locator("#pad").bounding_box()
    finger = page.context.new_cdp_session(page)
    for stroke in strokes_of("4"):
        points = [{"x": pad["x"] + x * pad["width"], "y": pad["y"] + y * pad["height"]} for x, y in stroke]
        for i, point in enumerate(points):
            kind = "touchMove" if i else "touchStart"
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    reads(page, "4")
    expect(page.locator("#text")).to_be_in_viewport()
    assert page.evaluate("[document.documentElement.scrollWidth, scrollY]") == [390, 0]
