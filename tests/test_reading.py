import csv
import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from string import ascii_letters

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of, save_picture

from digits import load_classifier, read
from digits.files import picture_paths
from digits.finding import Mark
from digits.mnist_form import to_mnist
from digits.reading import averaged, classified, result_of, surest, turned

with (ROOT / "images" / "labels.csv").open(encoding="utf-8") as file:
    SAMPLES = {row["file"]: row["label"].replace("/", "\n") for row in csv.DictReader(file)}


def png_of(picture):
    return cv2.imencode(".png", picture)[1].tobytes()


def drawn(text, size, at, font=cv2.FONT_HERSHEY_SCRIPT_SIMPLEX):
    picture = np.full((*size, 3), 255, np.uint8)
    return cv2.putText(picture, text, at, font, 3, (0, 0, 0), 6, cv2.LINE_AA)


# --- read ---


def test_the_samples_are_read_right(classify):
    paths = list(picture_paths([ROOT / "images"]))
    assert {path.name for path in paths} == set(SAMPLES)
    said = {path.name: read(path, classify)["text"] for path in paths}
    wrong = {name: text for name, text in said.items() if text != SAMPLES[name]}
    assert not wrong, wrong


def test_a_path_bytes_and_an_array_are_read_alike(tmp_path, classify):
    picture = picture_of("12\n3", height=120, pen=9)
    path = save_picture(tmp_path / "a.png", picture)
    result = read(path, classify)
    assert result["image"] == str(path) and result["text"] == "12\n3" and result["error"] is None
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
        assert read(source, classify) == {"image": name, "text": "", "error": reason, "digits": []}
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


# --- what the net is asked, and what is made of its answers ---


def test_the_answers_about_each_image_and_about_it_turned_are_averaged():
    fat = to_mnist(np.ones((60, 30), bool))
    images, seen = np.stack([fat, to_mnist(np.ones((60, 6), bool))]), []

    def classify(views):
        seen.append(views)
        return np.eye(10)[: len(views)]  # 0 and 1 said of the first view, ...

    shares = averaged(classify, images)
    assert np.allclose(shares, [np.eye(10)[[0, 2, 4]].mean(axis=0), np.eye(10)[[1, 3, 5]].mean(axis=0)])
    assert np.array_equal(seen[0][:2], images)
    assert 3 * seen[0][[2, 4]].sum() < 2 * 2 * fat.sum()  # narrowed
    assert np.allclose(seen[0][[3, 5]].sum(axis=(1, 2)), images[1].sum(), rtol=0.05)  # as wide as it was
    assert np.allclose(turned(images, 90), np.rot90(images, axes=(1, 2)), atol=1e-6)


def test_a_mark_is_taken_apart_where_its_parts_are_far_less_in_doubt():
    pixels = np.zeros((28, 28), np.float32)
    left, right = (Mark((x, 0, 9, 10), 0, pixels) for x in (0, 9))
    mark = Mark((0, 0, 18, 10), 0, pixels, ((left, right),))
    for whole, part, is_taken_apart in ((0.3, 0.97, True), (0.3, 0.8, False), (0.9, 0.99, False), (1, 1, False)):
        answers = {id(mark): np.array([whole]), id(left): np.array([max(0.99, part)]), id(right): np.array([part])}
        assert (len(surest(mark, answers)) == 2) is is_taken_apart, (whole, part)


@pytest.mark.slow
def test_hardly_any_letter_is_taken_apart_into_digits(classify):
    fonts, taken_apart = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX), []
    for font, letter in itertools.product(fonts, ascii_letters):
        if len(read(drawn(letter, (220, 300), (60, 130), font), classify)["digits"]) > 1:
            taken_apart.append(letter)
    assert len(taken_apart) <= 3, taken_apart


def test_a_word_is_not_taken_apart_into_digits(classify):
    assert len(read(drawn("Anna", (160, 700), (60, 110)), classify)["digits"]) == 4


def mark_of(digit, width=18, height=10):
    """Return a mark that found_in takes for `digit`, or for none where it is None."""
    pixels = np.full((28, 28), (20 if digit is None else digit) / 100, np.float32)  # too pale to be narrowed
    return Mark((0, 0, width, height), 0, pixels)


def found_in(marks):
    """Return the digits, or None, of the marks of mark_of that are left."""

    def classify(images):
        codes = np.round(100 * images[:, 14, 14]).astype(int)
        return np.where((codes == 20)[:, None], 0.1, np.eye(10)[codes % 20 % 10])

    found, probabilities = classified(marks, classify)
    assert len(found) == len(probabilities)
    return [None if answer.max() < 0.5 else answer.argmax() for answer in probabilities]


def test_among_letters_no_mark_is_taken_apart():
    letter = mark_of(None)._replace(readings=((mark_of(1), mark_of(2)),))
    assert found_in([letter]) == [1, 2]
    assert found_in([letter, mark_of(7)]) == [1, 2, 7]
    assert found_in([letter, mark_of(None), mark_of(None)]) == [None, None, None]


def test_a_low_mark_that_is_not_a_digit_is_left_out_beside_a_digit_that_is_alone():
    cases = [
        ([(5, 20, 40), (None, 9, 15)], [5]),  # the bar of a 5, drawn apart
        ([(None, 9, 15), (5, 20, 40)], [5]),
        ([(5, 20, 40), (None, 20, 25)], [5, None]),  # it may be a digit
        ([(5, 20, 40), (None, 45, 15)], [5, None]),
        ([(5, 20, 40), (None, 9, 15), (3, 20, 40)], [5, None, 3]),  # a sum
        ([(5, 20, 40), (1, 3, 15)], [5, 1]),
        ([(None, 20, 40), (None, 9, 15)], [None, None]),
        ([], []),
    ]
    for marks, left in cases:
        assert found_in([mark_of(*mark) for mark in marks]) == left, marks


# --- the result ---


def text_for(*marks):
    """Return the text of marks that are given as (row, likeliest digit, its probability)."""
    probabilities = [np.where(np.arange(10) == digit, share, (1 - share) / 9) for _, digit, share in marks]
    pixels = np.zeros((28, 28), np.float32)
    return result_of("", [Mark((1, 2, 3, 4), row, pixels) for row, *_ in marks], np.array(probabilities))["text"]


def test_a_mark_that_is_not_surely_a_digit_is_a_question_mark():
    assert text_for((0, 7, 0.9), (0, 3, 0.3), (1, 4, 0.8)) == "7?\n4"
    assert text_for((0, 7, 0.3)) == "?"


def test_a_single_digit_among_many_marks_that_are_none_is_not_believed():
    assert text_for((0, 7, 0.9), (0, 3, 0.3), (0, 4, 0.2)) == "???"
    assert text_for((0, 7, 0.9), (0, 3, 0.3)) == "7?"


def test_bare_lines_between_marks_that_are_none_make_no_digits():
    line, letter = (0, 1, 0.99), (0, 3, 0.2)
    assert text_for(line, line, letter, (0, 7, 0.8), line, line, letter, line, line, letter, line) == 11 * "?"
    assert text_for(*[line] * 4) == "1111"
    assert text_for(line, letter, line, letter, (0, 2, 0.9)) == "1?1?2", "a sum"
    assert text_for(line, letter) == "1?"
