"""The camera on the page of web_app.py; Chromium films the fixture `film`, a 7 and then 25, again and again."""

import pytest
from page import expect, in_browser, reads, slow

from benchmarks.web_screenshots import draw

pytestmark = in_browser


def start_camera(page):
    page.get_by_role("button", name="Camera").click()
    page.get_by_role("button", name="Start the camera").click()


@slow
def test_what_the_camera_sees_is_read_again_and_again(opened):
    page = opened()
    start_camera(page)
    for row in ("7", "25", "7"):
        reads(page, row)
        expect(page.locator("#film")).to_be_visible()
        expect(page.locator(".box")).to_have_count(len(row))
    assert page.locator("#said").get_attribute("aria-live") == "off"


@slow
def test_freeze_keeps_a_picture_until_it_goes_on(opened):
    page = opened()
    start_camera(page)
    reads(page, "7")
    page.get_by_role("button", name="Freeze").click()
    page.get_by_role("button", name="Go on").wait_for()
    expect(page.locator("#film")).to_be_hidden()
    expect(page.locator("#picture")).to_be_visible()
    expect(page.locator("#text:not(.few)")).to_be_visible()
    page.wait_for_load_state("networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.wait_for_timeout(2500)  # the film has come to its other sheet
    assert asked == [] and page.locator("#said").get_attribute("aria-live") == "polite"
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("#film")).to_be_visible()
    expect(page.locator("#picture")).to_be_hidden()
    for row in ("7", "25"):
        reads(page, row)


@slow
def test_the_camera_is_off_once_somebody_goes_elsewhere(opened):
    for elsewhere in ("Draw", "How it was trained"):
        page = opened()
        start_camera(page)
        page.get_by_role("button", name="Freeze").wait_for()
        track = page.evaluate_handle("document.getElementById('film').srcObject.getTracks()[0]")
        page.get_by_text(elsewhere, exact=True).click()
        page.wait_for_function("track => track.readyState === 'ended'", arg=track)


@slow
@pytest.mark.parametrize(
    ("error", "trouble", "way_out"),
    [
        ("NotFoundError", "No camera was found", "choose a picture"),
        ("NotAllowedError", "may not use the camera", "Allow it"),
        ("NotReadableError", "cannot be started", "Close other programs"),
    ],
)
def test_without_a_camera_or_permission_it_says_what_to_do(opened, error, trouble, way_out):
    page = opened()
    page.evaluate(
        "name => { navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', name) } }", error
    )
    start_camera(page)
    expect(page.locator("#note")).to_contain_text(trouble)
    expect(page.locator("#note")).to_contain_text(way_out)


@slow
def test_where_the_browser_allows_no_camera_it_says_at_which_address_it_does(opened):
    page = opened()
    page.evaluate("Object.defineProperty(navigator, 'mediaDevices', { value: undefined })")
    start_camera(page)
    port = page.evaluate("location.port")
    expect(page.locator("#note")).to_contain_text(f"http://localhost:{port}")


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
    page.get_by_role("button", name="Freeze").wait_for()
    page.evaluate(
        """() => {
            const toBlob = HTMLCanvasElement.prototype.toBlob;
            HTMLCanvasElement.prototype.toBlob = function (done, type, quality) {
                const isPhoto = type === "image/png"; // and none of the pictures that are read while it moves
                if (isPhoto) document.querySelector("[data-way=pad]").click();
                toBlob.call(this, (blob) => { done(blob); window.isTaken = isPhoto; }, type, quality);
            };
        }"""
    )
    page.get_by_role("button", name="Freeze").click()
    page.wait_for_function("() => window.isTaken")
    expect(page.locator("#pad")).to_be_visible()
    expect(page.locator("#picture")).to_be_hidden()
