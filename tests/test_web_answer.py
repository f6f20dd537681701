"""The answer on the page of web_app.py: what it says where it does not know, and its uses."""

import json
import re

import cv2
import numpy as np
import pytest
from colours import contrast
from page import answer, entry, expect, in_browser, reads, slow

from benchmarks.web_screenshots import choose_sample, draw, draw_strokes

pytestmark = in_browser
ZIGZAG = np.array([(0.2 + 0.06 * i, 0.3 + 0.35 * (i % 2)) for i in range(11)])


# --- honest ---


@slow
def test_a_mark_that_is_no_digit_is_a_question_mark_and_shown_as_no_digit(opened):
    page = opened()
    draw_strokes(page, [ZIGZAG])
    reads(page, "?")
    expect(page.locator("#note")).to_contain_text("not surely one digit")
    expect(page.locator(".box.unsure")).to_have_count(1)
    expect(page.locator("#digits dt")).to_have_text(["not a digit"])
    assert float(page.locator("#digits dd").inner_text().strip(">%")) > 90
    expect(page.locator("#sure")).to_be_empty()


@slow
def test_a_mark_that_is_a_digit_perhaps_shows_both(opened):
    page = opened()
    answer(page, "?", entry(3, [70, 70, 140, 140], confidence=0.36, not_a_digit=0.6))
    draw(page, "0")
    reads(page, "?")
    expect(page.locator("#digits dt")).to_have_text(["not a digit", "3"])
    expect(page.locator("#digits dd")).to_have_text(["60.0 %", "30.0 %"])


@slow
def test_no_confidence_is_said_to_be_complete(opened):
    page = opened()
    answer(page, "0", entry(0, [70, 70, 140, 140], confidence=1.0), confidence=0.9995)
    draw(page, "0")
    reads(page, "0")
    expect(page.locator("#sure")).to_have_text("Confidence >99.9 %")
    expect(page.locator("#digits dd").first).to_have_text(">99.9 %")
    page.unroute("**/api/read*")
    answer(page, "0", entry(0, [70, 70, 140, 140], confidence=0.9994), confidence=0.9994)
    draw(page, "1")
    expect(page.locator("#sure")).to_have_text("Confidence 99.9 %")


@slow
def test_the_confidence_of_the_whole_stands_beside_the_text(opened):
    page = opened()
    draw(page, "25")
    reads(page, "25")
    text, sure = page.locator("#text").bounding_box(), page.locator("#sure").bounding_box()
    assert sure["x"] > text["x"] + text["width"] and text["y"] < sure["y"] < text["y"] + text["height"]


@slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("kind", "confidence"), [("sure", 1.0), ("unsure", 0.2)])
def test_boxes_and_labels_stand_out_on_the_pad_and_on_any_photo(opened, scheme, kind, confidence):
    page = opened(color_scheme=scheme)
    answer(page, "0", entry(0, [70, 70, 140, 140], confidence))
    draw(page, "0")
    page.locator(f".box.{kind}").wait_for()
    paper = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--paper').trim()")
    assert contrast(style_of_box(page, "borderTopColor"), paper) >= 4.5  # 3 for the box, 4.5 for its label
    choose_sample(page, "seven.png")
    page.locator("#read[data-way=picture] .box").wait_for()
    assert contrast(style_of_box(page, "borderTopColor"), "#ffffff") >= 9  # so one of both stands out from any grey
    assert style_of_box(page, "boxShadow").startswith("rgb(255, 255, 255)")


def style_of_box(page, name):
    """Return a style of the box; a colour as "#rrggbb"."""
    said = page.evaluate("name => getComputedStyle(document.querySelector('.box'))[name]", name)
    parts = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", said)
    return "#" + "".join(f"{int(part):02x}" for part in parts.groups()) if parts else said


# --- of use ---


@slow
def test_the_text_is_copied_with_its_rows_and_what_divides_its_digits(opened):
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    for name, rows in (("two_rows.jpg", ["123", "4768"]), ("amount.jpg", ["12 500"])):
        choose_sample(page, name)
        reads(page, *rows)
        page.get_by_role("button", name="Copy text").click()
        expect(page.locator("#done")).to_have_text("Copied.")
        assert page.evaluate("navigator.clipboard.readText()") == "\n".join(rows)


@slow
def test_where_the_page_may_not_copy_it_selects_the_text_and_says_what_to_press(opened):
    page = opened()
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    draw(page, "25")
    reads(page, "25")
    page.get_by_role("button", name="Copy text").click()
    expect(page.locator("#done")).to_contain_text("Ctrl+C")
    assert page.evaluate("getSelection().toString().trim()") == "25"


@slow
def test_the_picture_with_boxes_and_the_answer_can_be_saved(opened, tmp_path):
    page = opened()
    choose_sample(page, "two_rows.jpg")
    reads(page, "123", "4768")
    with page.expect_download() as png:
        page.get_by_role("button", name="Save PNG").click()
    assert png.value.suggested_filename == "two_rows.jpg.read.png"
    picture = cv2.imread(png.value.path())
    assert min(picture.shape[:2]) > 300 and (np.abs(picture.astype(int) - (60, 140, 0)).max(axis=2) < 9).sum() > 500
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save JSON").click()
    assert saved.value.suggested_filename == "two_rows.jpg.json"
    result = json.loads(saved.value.path().read_text())
    assert list(result) == ["image", "text", "error", "confidence", "digits"] and result["text"] == "123\n4768"
    assert list(result["digits"][0]) == ["digit", "confidence", "sure", "box", "row", "top"]


@slow
def test_with_the_server_gone_saving_says_so(opened):
    page = opened(expected="ERR_FAILED")
    choose_sample(page, "seven.png")
    reads(page, "7")
    page.route("**/api/boxes*", lambda route: route.abort())
    page.get_by_role("button", name="Save PNG").click()
    expect(page.locator("#done")).to_contain_text("does not answer")
