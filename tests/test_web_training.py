"""How the net was trained, on the page of web_app.py."""

import json
import re

import numpy as np
from page import expect, in_browser, reads, slow

from benchmarks.web_screenshots import draw
from digits.files import ROOT, SHIPPED

pytestmark = in_browser
RECORD = json.loads(SHIPPED.with_suffix(".json").read_bytes())


def open_training(page):
    page.get_by_role("link", name="How it was trained").click()


@slow
def test_the_record_and_the_figures_of_the_training_are_shown(opened):
    page = opened()
    open_training(page)
    record = page.locator("#record")
    for said in (f"{100 * RECORD['test_accuracy']:.2f} %", RECORD["command"], f"{RECORD['seconds'] / 60:.0f} min"):
        expect(record).to_contain_text(said)
    there = [name for name in ("errors", "augmented", "confidence", "data")
             if (ROOT / "models" / f"{SHIPPED.stem}_{name}.png").exists()]  # fmt: skip
    figures = page.locator("figure[data-picture]:visible")
    expect(figures).to_have_count(len(there))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("[...document.querySelectorAll('figure:not([hidden]) img')].every(i => i.naturalWidth > 0)")
    for figure in figures.all():
        assert figure.bounding_box()["width"] == page.locator("#training").bounding_box()["width"]
    page.get_by_role("link", name="Read digits").click()
    expect(page.locator("#pad")).to_be_visible()


@slow
def test_a_figure_opens_large(opened):
    page = opened()
    open_training(page)
    with page.context.expect_page() as large:
        page.locator("figure[data-picture=errors] a").click()
    assert large.value.url.endswith(f"/models/{SHIPPED.stem}_errors.png")


@slow
def test_the_curves_are_drawn_from_the_record_in_the_colours_of_the_page(opened):
    strokes = {}
    for scheme in ("light", "dark"):
        page = opened(color_scheme=scheme)
        open_training(page)
        curves = page.locator("#curves svg polyline")
        expect(curves).to_have_count(4)
        for curve in curves.all():
            assert len(curve.get_attribute("points").split()) == RECORD["epochs"]
        strokes[scheme] = curves.first.evaluate("curve => getComputedStyle(curve).stroke")
    assert strokes["light"] != strokes["dark"]
    last = re.escape(f"{100 * RECORD['history']['val_accuracy'][-1]:.4g} %")
    chart = page.get_by_role("img", name="Accuracy in")
    expect(chart).to_have_accessible_name(re.compile(f"to {last} on images"))


def test_what_is_drawn_is_followed_through_the_net(opened):
    page = opened()
    draw(page, "25")
    reads(page, "25")
    page.get_by_title("Follow it through the net").nth(1).click()
    maps = page.locator("#through .maps canvas")
    expect(maps).to_have_count(24)
    expect(page.locator("#through dt").first).to_have_text("5")
    image = pixels(page, "#through .strip > canvas")
    filters = page.request.get(page.url.split("#")[0] + "api/training").json()["filters"]
    expected = np.array([found(kernel, bias, image) for kernel, bias in zip(*filters.values(), strict=True)])
    shown = np.array([pixels(page, f"#through .maps canvas:nth-child({i + 1})") for i in range(24)])
    assert np.abs(shown - 255 * np.sqrt(expected / expected.max())).max() < 2


def pixels(page, canvas):
    data = page.locator(canvas).evaluate("each => [...each.getContext('2d').getImageData(0, 0, 28, 28).data]")
    return np.array(data).reshape(28, 28, 4)[..., 0]


def found(kernel, bias, image):
    """Return the answers of a filter all over the image, from what it is defined as."""
    kernel = np.array(kernel)
    half = len(kernel) // 2
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(image / 255, half), kernel.shape)
    return ((windows * kernel).sum(axis=(2, 3)) + bias).clip(0)


@slow
def test_where_nothing_was_drawn_a_sample_goes_through_the_net(opened):
    page = opened()
    open_training(page)
    expect(page.locator("#through dt").first).to_have_text("7")
    expect(page.locator("#whose")).to_contain_text("draw a digit")


@slow
def test_a_model_without_record_and_twin_says_how_to_train_one(opened):
    page = opened()
    nothing = {"pictures": [], "layers": [], "record": {}, "filters": None}
    page.route("**/api/training", lambda route: route.fulfill(json=nothing))
    open_training(page)
    expect(page.locator("#untrained")).to_be_visible()
    for part in ("#record", "#through", "#curves", "#layers", "figure[data-picture]:not([hidden])"):
        expect(page.locator(part)).not_to_be_visible()
