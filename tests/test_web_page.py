"""The page of web_app.py in the system's Chromium: what a user does, and what he sees."""

import itertools
import json
import re

import cv2
import numpy as np
import pytest
from drawing import picture_of, save_picture

pytest.importorskip("fastapi", reason="the page's server takes fastapi")
pytest.importorskip("uvicorn", reason="the page's server takes uvicorn")
pytest.importorskip("playwright", reason="a browser is driven by playwright")

from playwright.sync_api import expect, sync_playwright

from benchmarks.web_app import serving, strokes_of
from benchmarks.web_screenshots import chromium, draw, draw_strokes
from digits.files import ROOT, SHIPPED

pytestmark = pytest.mark.skipif(chromium() is None, reason="there is no Chromium on this machine")
SEVEN = list((ROOT / "images" / "seven.png").read_bytes())  # as JavaScript takes it
slow = pytest.mark.slow


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A film of a sheet with a 7 on it, which Chromium takes for what its camera sees."""
    path = tmp_path_factory.mktemp("film") / "seven.mjpeg"
    picture = cv2.imencode(".jpg", picture_of("7", size=(480, 640)))[1].tobytes()
    path.write_bytes(picture * 30)
    return path


@pytest.fixture(scope="module")
def browser(film):
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


expect.set_options(timeout=20_000)


def reads(page, *rows):
    """Wait until the page shows these rows of digits."""
    expect(page.locator("#text > span")).to_have_text(list(rows))


@slow
def test_a_blank_pad_invites_to_draw(opened):
    page = opened()
    expect(page.locator("#hint")).to_have_text(re.compile("^Draw digits here"))
    expect(page.locator("#digits li")).to_have_count(0)
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_what_is_drawn_is_read(opened):
    page = opened()
    draw(page, "25")
    reads(page, "25")
    expect(page.locator("#hint")).to_be_empty()
    expect(page.locator(".box")).to_have_count(2)
    expect(page.locator("#digits li")).to_have_count(2)
    for digit, card in zip("25", page.locator("#digits li").all(), strict=True):
        expect(card.locator("dt").first).to_have_text(digit)
        expect(card.locator("dt")).to_have_count(3)
        expect(card.locator("dd").first).to_have_text(re.compile(r"^>?\d+\.\d %$"))


@slow
def test_the_boxes_lie_about_the_strokes_and_the_net_sees_white_on_black(opened):
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
    seen = page.evaluate("[...document.querySelector('#digits canvas').getContext('2d').getImageData(0,0,28,28).data]")
    image = np.array(seen).reshape(28, 28, 4)[..., 0]
    assert image[0].max() == 0 and image.max() > 200


@slow
def test_rows_are_shown_as_rows(opened):
    page = opened()
    draw_strokes(page, [stroke * 0.5 + (0.25, 0) for stroke in strokes_of("12")])
    draw_strokes(page, [stroke * 0.5 + (0.25, 0.5) for stroke in strokes_of("34")])
    reads(page, "12", "34")


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
    expect(page.locator("#text > span")).to_have_count(0)
    expect(clear).to_be_disabled()
    draw(page, "1")
    reads(page, "1")
    page.keyboard.press("Delete")
    expect(page.locator("#text > span")).to_have_count(0)


@slow
def test_a_mark_that_is_not_a_digit_is_a_question_mark_with_a_word_on_it(opened):
    page = opened()
    zigzag = np.array([(0.2 + 0.06 * i, 0.3 + 0.35 * (i % 2)) for i in range(11)])
    draw_strokes(page, [zigzag])
    reads(page, "?")
    expect(page.locator("#note")).to_contain_text("not surely one digit")
    expect(page.locator(".box.unsure")).to_have_count(1)


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
def test_a_picture_on_its_side_is_shown_upright_with_its_boxes(opened, tmp_path):
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


GIVE = """([kind, name, type, data]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(data)], name, { type }));
    const form = { bubbles: true, cancelable: true, dataTransfer: transfer, clipboardData: transfer };
    document.body.dispatchEvent(kind === "paste" ? new ClipboardEvent(kind, form) : new DragEvent(kind, form));
}"""


@slow
def test_a_dropped_and_a_pasted_picture_is_read_in_both_views(opened):
    for way, view in itertools.product(("drop", "paste"), ("read", "training")):
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
    expect(page.locator("#note")).to_have_text("notes.txt is not a picture.")
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
    expect(page.locator("#note")).to_have_text("The file is larger than 20 MB.")


def start_camera(page):
    page.get_by_role("button", name="Camera").click()
    page.get_by_role("button", name="Start the camera").click()


@slow
def test_the_camera_is_read_on_the_press_of_a_button(opened):
    page = opened()
    start_camera(page)
    page.get_by_role("button", name="Take the picture").click()
    reads(page, "7")
    page.get_by_role("button", name="Take another").click()
    expect(page.locator("#film")).to_be_visible()
    expect(page.locator("#picture")).to_be_hidden()


@slow
def test_the_camera_is_off_once_somebody_goes_elsewhere(opened):
    for elsewhere in ("Draw", "How it was trained"):
        page = opened()
        start_camera(page)
        page.get_by_role("button", name="Take the picture").wait_for()
        track = page.evaluate_handle("document.getElementById('film').srcObject.getTracks()[0]")
        page.get_by_text(elsewhere, exact=True).click()
        page.wait_for_function("track => track.readyState === 'ended'", arg=track)


@slow
def test_without_a_camera_or_permission_it_says_so(opened):
    for error, said in (("NotFoundError", "No camera was found"), ("NotAllowedError", "may not use the camera")):
        page = opened()
        page.evaluate(
            "name => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name) } }", error
        )
        start_camera(page)
        expect(page.locator("#note")).to_contain_text(said)


@slow
def test_permission_that_is_refused_later_leaves_what_was_drawn_since(opened):
    page = opened()
    page.evaluate(
        "() => { navigator.mediaDevices.getUserMedia = () => new Promise((_, refuse) => { window.refuse = refuse }) }"
    )
    start_camera(page)
    page.get_by_role("button", name="Draw").click()
    draw(page, "7")
    reads(page, "7")
    page.evaluate("refuse(new DOMException('', 'NotAllowedError'))")
    reads(page, "7")


@slow
def test_a_photo_that_is_ready_when_drawing_has_begun_is_left(opened):
    page = opened()
    start_camera(page)
    page.get_by_role("button", name="Take the picture").wait_for()
    page.evaluate(
        """() => {
            const toBlob = HTMLCanvasElement.prototype.toBlob;
            HTMLCanvasElement.prototype.toBlob = function (done, ...form) {
                document.querySelector("[data-way=pad]").click();
                toBlob.call(this, (blob) => { done(blob); window.isTaken = true; }, ...form);
            };
        }"""
    )
    page.get_by_role("button", name="Take the picture").click()
    page.wait_for_function("() => window.isTaken")
    expect(page.locator("#pad")).to_be_visible()
    expect(page.locator("#picture")).to_be_hidden()


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


def first_of(held, page):
    """Return the first request that was held up, as soon as there is one."""
    for _ in range(2000):
        if held:
            return held[0]
        page.wait_for_timeout(10)
    raise AssertionError("nothing was asked for")


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
def test_a_phone_held_sideways_shows_the_pad_and_the_answer(opened):
    page = opened(viewport={"width": 844, "height": 390})
    draw(page, "7")
    reads(page, "7")
    for part in ("#pad", "#text"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)


@slow
def test_a_finger_on_a_phone(opened):
    page = opened(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, device_scale_factor=2)
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


@slow
def test_the_training_is_shown_as_far_as_there_are_pictures(opened):
    page = opened()
    page.get_by_role("link", name="How it was trained").click()
    expect(page.get_by_text("Learning curves.")).to_be_visible()
    record = json.loads(SHIPPED.with_suffix(".json").read_bytes())
    expect(page.locator("#record")).to_contain_text(f"{100 * record['test_accuracy']:.2f} %")
    expect(page.locator("#record")).to_contain_text(record["command"])
    there = [name for name in ("curves", "errors", "augmented", "confidence", "data")
             if (ROOT / "models" / f"{SHIPPED.stem}_{name}.png").exists()]  # fmt: skip
    expect(page.locator("#training figure:visible")).to_have_count(len(there))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.querySelectorAll('figure:not([hidden]) img')].every(i => i.naturalWidth > 0)")
    page.get_by_role("link", name="Read digits").click()
    expect(page.locator("#pad")).to_be_visible()


@slow
def test_without_pictures_of_a_training_it_says_how_to_get_them(opened):
    page = opened()
    page.route("**/api/training", lambda route: route.fulfill(json={"pictures": [], "layers": [], "record": {}}))
    page.get_by_role("link", name="How it was trained").click()
    expect(page.locator("#untrained")).to_be_visible()
    expect(page.locator("#training figure:visible")).to_have_count(0)


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
