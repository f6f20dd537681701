"""Many pictures on the page of web_app.py: a table of them, and all as CSV."""

import csv
import io
import shutil

import pytest
from page import expect, first_of, in_browser, reads, slow

from digits.files import ROOT

pytestmark = in_browser
NAMES = "seven.png", "amount.jpg", "empty_page.jpg", "two_rows.jpg"
rows = "#many tbody tr"


@pytest.fixture
def files(tmp_path):
    """Four pictures, and a file named like one that is none, in a folder."""
    for name in NAMES:
        shutil.copy(ROOT / "images" / name, tmp_path)
    (tmp_path / "damaged, twice.png").write_text("hello")
    return sorted(tmp_path.iterdir())


def choose_all(page, files):
    page.get_by_role("button", name="Picture", exact=True).click()
    page.locator("#file").set_input_files(files)


@slow
def test_several_files_make_a_table_the_least_sure_first(opened, files):
    page = opened(expected="status of 415")
    choose_all(page, files)
    expect(page.locator("#finished")).to_have_text("4 pictures read, 1 not: the table says why.")
    said = page.locator(f"{rows} b").all_inner_texts()
    assert "not a picture" in said[0] and said[1:3] == ["no digit found", "12 500"]
    assert sorted(said[3:]) == ["123 / 4768", "7"]
    shares = [float(each.strip(">%")) for each in page.locator(f"{rows} td:nth-child(3)").all_inner_texts()]
    assert len(shares) == 3 and shares == sorted(shares)
    assert page.evaluate(
        "[...document.querySelectorAll('#many canvas')].filter((each) => each.getContext('2d')"
        ".getImageData(0, 0, 64, 64).data.some(Boolean)).length"
    ) == len(NAMES)  # thumbnails


@slow
def test_the_table_can_be_saved_as_csv(opened, files):
    page = opened(expected="status of 415")
    choose_all(page, files)
    button = page.get_by_role("button", name="Save CSV")
    expect(button).to_be_enabled()
    with page.expect_download() as download:
        button.click()
    assert download.value.suggested_filename == "digits.csv"
    saved = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    assert [row["file"] for row in saved] == [path.name for path in files]
    texts = {row["file"]: row["text"] for row in saved}
    assert texts["two_rows.jpg"] == "123 / 4768" and texts["amount.jpg"] == "12 500" and texts["empty_page.jpg"] == ""
    (damaged,) = [row for row in saved if row["error"]]
    assert damaged["file"] == "damaged, twice.png" and damaged["confidence"] == ""


@slow
def test_while_it_runs_it_shows_how_far_it_has_come(opened, files):
    page = opened()
    held = []
    page.route("**/api/read*seven*", lambda route: held.append(route))
    choose_all(page, [path for path in files if path.name in NAMES])
    expect(page.locator("#counted")).to_have_text("3 of 4 read")
    expect(page.locator("#progress")).to_be_visible()
    expect(page.get_by_role("button", name="Save CSV")).to_be_disabled()
    first_of(held, page).continue_()
    expect(page.locator("#finished")).to_have_text("4 pictures read.")
    expect(page.locator("#progress")).to_be_hidden()


@slow
def test_a_picture_in_the_table_can_be_looked_at_and_the_table_is_kept(opened, files):
    page = opened(expected="status of 415")
    choose_all(page, files)
    page.get_by_role("button", name="Show seven.png").focus()
    page.keyboard.press("Enter")
    reads(page, "7")
    expect(page.locator("#many")).to_be_hidden()
    page.get_by_role("button", name="Back to the table").click()
    expect(page.locator(rows)).to_have_count(len(files))


def drop(page, *paths):
    """Drop files or folders on the page, as the browser tells of it."""
    data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
    hand = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        hand.send("Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})


@slow
@pytest.mark.parametrize("given_by", ["hand", "keyboard"])
def test_all_pictures_of_a_folder_are_read(opened, tmp_path, given_by):
    inner = tmp_path / "scans" / "more"
    inner.mkdir(parents=True)
    shutil.copy(ROOT / "images" / "seven.png", tmp_path / "scans")
    shutil.copy(ROOT / "images" / "two.jpg", inner)
    (tmp_path / "scans" / "labels.csv").write_text("file,label\n")
    page = opened()
    if given_by == "hand":
        drop(page, tmp_path / "scans")
    else:
        page.on("filechooser", lambda chooser: chooser.set_files(tmp_path / "scans"))
        page.get_by_role("button", name="Picture", exact=True).click()
        page.get_by_role("button", name="Choose a folder").press("Enter")
    expect(page.locator("#finished")).to_have_text("2 pictures read.")
    assert sorted(page.locator(f"{rows} b").all_inner_texts()) == ["2", "7"]


@slow
def test_a_folder_without_pictures_says_so(opened, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").write_text("hello")
    page = opened()
    drop(page, tmp_path / "notes")
    expect(page.locator("#note")).to_contain_text("no picture in this folder")
