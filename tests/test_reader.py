"""What `read` and `read_all` return, from every kind of source."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of, save_picture
from PIL import Image
from test_reading import bare

from digits import load_classifier, read, read_all
from digits.files import picture_paths

with (ROOT / "images" / "labels.csv").open(encoding="utf-8") as file:
    SAMPLES = {row["file"]: row["label"].replace("/", "\n") for row in csv.DictReader(file)}


def png_of(picture):
    return cv2.imencode(".png", picture)[1].tobytes()


def test_the_samples_are_read_right(classify):
    paths = list(picture_paths([ROOT / "images"]))
    assert {path.name for path in paths} == set(SAMPLES)
    said = {path.name: read(path, classify)["text"] for path in paths}
    wrong = {name: text for name, text in said.items() if rows_of(text) != rows_of(SAMPLES[name])}
    assert not wrong, wrong


def test_a_path_bytes_and_an_array_are_read_alike(tmp_path, classify):
    picture = picture_of("12\n3", height=120, pen=9)
    path = save_picture(tmp_path / "a.png", picture)
    result = read(path, classify)
    assert list(result) == ["image", "text", "error", "confidence", "digits"]
    assert result["image"] == str(path) and result["text"] == "12\n3" and result["error"] is None
    assert 0.5 < result["confidence"] < 1
    assert [digit["row"] for digit in result["digits"]] == [0, 0, 1]
    for source, name in ((str(path), str(path)), (path.read_bytes(), ""), (picture, "")):
        assert read(source, classify) == {**result, "image": name}
    assert read(path, classify, name="mine")["image"] == read(picture, classify, name="mine")["image"] == "mine"
    assert read(picture[..., 0], classify)["text"] == "12\n3", "grey"
    assert json.loads(json.dumps(result)) == result


def test_of_each_mark_it_says_what_where_and_how_sure(classify):
    (digit,) = read(picture_of("7"), classify, top=4)["digits"]
    assert set(digit) == {"digit", "confidence", "sure", "box", "row", "top"}
    assert digit["digit"] == 7 and digit["sure"] is True and digit["confidence"] > 0.9
    assert digit["top"][0] == [7, digit["confidence"]] and len(digit["top"]) == 4
    assert sorted((share for _, share in digit["top"]), reverse=True) == [share for _, share in digit["top"]]
    x, y, width, height = digit["box"]
    assert 95 < x < 115 and 90 < y < 110 and 100 < width < 140 and 190 < height < 225


def test_what_cannot_be_read_is_said_in_the_result_and_what_is_not_a_picture_is_refused(tmp_path, classify):
    reasons = {
        tmp_path / "missing.png": "cannot be opened (No such file or directory)",
        b"text": "not a picture in a known format",
    }
    for source, reason in reasons.items():
        name = "" if isinstance(source, bytes) else str(source)
        expected = {"image": name, "text": "", "error": reason, "confidence": 0.0, "digits": []}
        assert read(source, classify) == expected
    with pytest.raises(ValueError, match="a picture is uint8"):
        read(np.zeros((9, 9)), classify)


def test_where_no_classifier_is_given_the_model_of_prediction_py_reads():
    picture = picture_of("58")
    assert read(picture) == read(picture, load_classifier())


def test_threads_read_what_one_reads(classify):
    pictures = [png_of(picture_of(f"{i % 10}{i % 7}", height=60 + i, pen=5)) for i in range(24)]
    expected = [read(picture, classify) for picture in pictures]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda picture: read(picture, classify), pictures)) == expected


def scan(kind, *texts):
    """Return the bytes of a file of `kind` with a page for each text."""
    first, *others = (Image.fromarray(picture_of(text)) for text in texts)
    file = io.BytesIO()
    first.save(file, kind, save_all=True, append_images=others)
    return file.getvalue()


def test_a_file_that_is_open_is_read(tmp_path, classify):
    with save_picture(tmp_path / "a.png", picture_of("58")).open("rb") as file:
        assert read(file, classify)["text"] == "58"


def test_a_page_is_named_only_where_there_are_several(classify):
    data = scan("TIFF", "12", "345")
    second = read(data, classify, name="scan.tif", page=2)
    assert list(second)[:4] == ["image", "page", "pages", "text"]
    assert (second["image"], second["page"], second["pages"], second["text"]) == ("scan.tif", 2, 2, "345")
    assert read(data, classify)["text"] == "12"
    assert read(data, classify, page=3)["error"] == "has no page 3: it has 2, counted from 1"
    assert read(data, classify, page=0)["error"] == "has no page 0: it has 2, counted from 1"
    assert "page" not in read(scan("TIFF", "12"), classify)


def test_of_many_sources_every_page_is_read_in_turn(tmp_path, classify):
    path = tmp_path / "scan.tif"
    path.write_bytes(scan("TIFF", "12", "345"))
    sources = path, picture_of("7"), tmp_path / "missing.png", io.BytesIO(path.read_bytes()), png_of(picture_of("8"))
    results = list(read_all(iter(sources), classify))
    assert [result["text"] for result in results] == ["12", "345", "7", "", "12", "345", "8"]
    assert [result.get("page") for result in results] == [1, 2, None, None, 1, 2, None]
    assert results[1]["image"] == str(path) and "No such file" in results[3]["error"]


def rows_of(text):
    return [bare(row) for row in text.split("\n")]
