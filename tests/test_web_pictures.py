"""Pictures on the page of web_app.py: chosen, dropped, pasted or a sample."""

import itertools
import re

import cv2
import numpy as np
import pytest
from drawing import picture_of, save_picture
from page import GIVE, SEVEN, expect, first_of, in_browser, reads, slow
from PIL import Image

from benchmarks.web_screenshots import draw
from digits.files import ROOT

pytestmark = in_browser


def test_a_sample_and_a_chosen_file_are_read(opened, tmp_path):
    page = opened()
    page.get_by_role("button", name="Picture", exact=True).click()
    page.get_by_role("button", name="two_rows.jpg").click()
    reads(page, "123", "4768")
    assert page.locator("#picture").evaluate("picture => picture.naturalWidth") > 0
    page.locator("#file").set_input_files(save_picture(tmp_path / "größe 58.png", picture_of("58")))
    reads(page, "58")
    page.get_by_role("button", name="empty_page.jpg").click()
    expect(page.locator("#text")).to_have_text("No digit found")
    expect(page.locator(".box")).to_have_count(0)
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("#hint")).to_have_text(re.compile("^Draw"))


@slow
def test_a_picture_on_its_side_is_shown_and_saved_upright_with_its_boxes(opened, tmp_path):
    page = opened()
    page.get_by_role("button", name="Picture", exact=True).click()
    picture = picture_of("4702", height=120, pen=9)
    page.locator("#file").set_input_files(save_picture(tmp_path / "side.png", np.ascontiguousarray(np.rot90(picture))))
    reads(page, "4702")
    expect(page.locator("#note")).to_contain_text("on its side")
    sizes = "picture => [picture.naturalHeight, picture.naturalWidth]"
    page.wait_for_function(f"({sizes})(document.getElementById('picture'))[0] === {picture.shape[0]}")
    assert page.locator("#picture").evaluate(sizes) == list(picture.shape[:2])
    edges = [box.bounding_box()["x"] for box in page.locator(".box").all()]
    assert edges == sorted(edges) and len(set(edges)) == 4
    with page.expect_download() as download:
        page.get_by_role("button", name="Save PNG").click()
    saved = cv2.imread(str(download.value.path()))
    assert saved.shape[1] > saved.shape[0]


@slow
def test_of_a_pdf_the_first_page_is_read_and_it_is_told_which_that_is(opened, tmp_path):
    pytest.importorskip("pypdfium2", reason="PDF takes pypdfium2")
    first, second = (Image.fromarray(picture_of(text, height=200, pen=14)) for text in ("12", "345"))
    first.save(tmp_path / "scan.pdf", save_all=True, append_images=[second])
    page = opened()
    page.get_by_role("button", name="Picture", exact=True).click()
    page.locator("#file").set_input_files(tmp_path / "scan.pdf")
    reads(page, "12")
    expect(page.locator("#note")).to_contain_text("Page 1 of 2.")
    expect(page.locator("#hint")).to_have_text("The browser cannot show this file.")


@slow
def test_a_dropped_and_a_pasted_picture_is_read_in_both_views(opened):
    for way, view in itertools.product(("drop", "paste"), ("read", "hand", "training")):
        page = opened()
        page.evaluate("view => { location.hash = view }", view)
        expect(page.locator(f"#{view}")).to_be_visible()
        page.evaluate(GIVE, [way, "seven.png", "image/png", SEVEN])
        reads(page, "7")
        expect(page.locator("#text")).to_be_visible()


@slow
def test_a_text_file_is_refused_in_words_and_the_next_picture_is_read(opened):
    page = opened(expected="status of 415")
    page.evaluate(GIVE, ["drop", "notes.txt", "text/plain", list(b"hello")])
    expect(page.locator("#note")).to_contain_text("notes.txt is not a picture.")
    page.evaluate(GIVE, ["drop", "notes.png", "image/png", list(b"hello")])
    expect(page.locator("#note")).to_contain_text("not a picture")
    page.evaluate(GIVE, ["drop", "seven.png", "image/png", SEVEN])
    reads(page, "7")


@slow
def test_a_file_that_is_too_large_is_refused_in_words(opened):
    page = opened()
    expect(page.locator("#samples button").first).to_be_attached()
    give = GIVE.replace("new Uint8Array(data)", "new Uint8Array(data[0])")
    page.evaluate(give, ["drop", "huge.png", "image/png", [20_000_001]])
    expect(page.locator("#note")).to_contain_text("The file is larger than 20 MB.")


@slow
def test_a_picture_that_arrives_when_drawing_has_begun_does_not_shape_the_pad(opened):
    page = opened()
    ratio = page.evaluate("document.getElementById('frame').style.getPropertyValue('--ratio')")
    page.evaluate("document.getElementById('picture').addEventListener('load', () => { window.isThere = true })")
    give_and_draw = f"given => {{ ({GIVE})(given); document.querySelector('[data-way=pad]').click() }}"
    rows = list((ROOT / "images" / "two_rows.jpg").read_bytes())
    page.evaluate(give_and_draw, ["drop", "rows.jpg", "image/jpeg", rows])
    page.wait_for_function("() => window.isThere")
    assert page.evaluate("document.getElementById('frame').style.getPropertyValue('--ratio')") == ratio


@slow
def test_a_sample_that_arrives_when_drawing_has_begun_is_left(opened):
    page = opened()
    page.get_by_role("button", name="Picture").click()
    sample = page.locator("#samples button").first
    sample.wait_for()
    held = []
    page.route("**/images/*", lambda route: held.append(route))
    sample.click()
    page.get_by_role("button", name="Draw").click()
    draw(page, "7")
    reads(page, "7")
    with page.expect_response("**/images/*"):
        first_of(held, page).continue_()
    page.wait_for_load_state("networkidle")
    expect(page.locator("#pad")).to_be_visible()
    reads(page, "7")


@slow
def test_while_a_picture_is_read_it_says_so_and_a_file_that_is_gone_is_named(opened):
    page = opened()
    held = []
    page.route("**/api/read*", lambda route: held.append(route))
    page.evaluate(GIVE, ["drop", "seven.png", "image/png", SEVEN])
    expect(page.locator("#text")).to_have_text("Reading …")
    first_of(held, page).continue_()
    reads(page, "7")
    page.evaluate(
        "() => { File.prototype.arrayBuffer = async () => { throw new DOMException('', 'NotReadableError') } }"
    )
    page.evaluate(GIVE, ["drop", "seven.png", "image/png", SEVEN])
    expect(page.locator("#note")).to_contain_text("seven.png cannot be read")


@slow
def test_a_server_that_is_gone_is_named_whatever_is_asked_for(opened):
    page = opened(expected="ERR_FAILED")
    page.get_by_role("button", name="Picture").click()
    sample = page.locator("#samples button").first
    sample.wait_for()
    page.route("**/*", lambda route: route.abort())
    sample.click()
    expect(page.locator("#note")).to_contain_text("does not answer")
    page.get_by_role("button", name="Draw").click()
    expect(page.locator("#note")).not_to_contain_text("does not answer")
    draw(page, "1")
    expect(page.locator("#note")).to_contain_text("does not answer")
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#note")).not_to_contain_text("does not answer")
    page.get_by_role("link", name="How it was trained").click()
    expect(page.locator("#note")).to_contain_text("does not answer")
