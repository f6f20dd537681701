import itertools
from string import ascii_letters

import cv2
import numpy as np
import pytest
from drawing import row_of
from test_joining import frames_with, says
from test_joining import row_of as row_with

from digits import read
from digits.classifier import Classifier
from digits.drawing import synthetic_digits
from digits.drawing.forms import drawn_pictures
from digits.finding import Found, Mark, Row
from digits.mnist_form import to_mnist
from digits.reading import Reading, averaged, read_rows, result_of, turned
from digits.rows import DIVIDERS

ROWS = 500  # how many are drawn to see whether what is said with confidence is right


def drawn(text, size, at, font=cv2.FONT_HERSHEY_SCRIPT_SIMPLEX):
    picture = np.full((*size, 3), 255, np.uint8)
    return cv2.putText(picture, text, at, font, 3, (0, 0, 0), 6, cv2.LINE_AA)


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


@pytest.mark.slow
def test_hardly_any_letter_is_taken_apart_into_digits(classify):
    fonts, taken_apart = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX), []
    for font, letter in itertools.product(fonts, ascii_letters):
        if len(read(drawn(letter, (220, 300), (60, 130), font), classify)["digits"]) > 1:
            taken_apart.append(letter)
    assert len(taken_apart) <= 4, taken_apart


def test_a_word_is_not_taken_apart_into_digits(classify):
    assert len(read(drawn("Anna", (160, 700), (60, 110)), classify)["digits"]) == 4


# --- rows, drawn whole ---


def is_about(result, boxes, within):
    """Whether the digits of a result lie at `boxes`, each edge within so many px."""
    found, drawn = (np.array([(x, y, x + w, y + h) for x, y, w, h in each]) for each in (boxes_in(result), boxes))
    return found.shape == drawn.shape and np.abs(found - drawn).max() <= within


def boxes_in(result):
    return [digit["box"] for digit in result["digits"]]


@pytest.mark.parametrize("text", ["00", "000", "1000", "2500"])
def test_zeros_that_touch_are_read_apart_and_their_boxes_lie_on_them(classify, text):
    picture, boxes = row_of(text, gap=None)
    result = read(picture, classify)
    assert result["text"] == text and is_about(result, boxes, 120 / 5), result


def test_boxes_of_digits_that_touch_lie_in_the_picture_that_they_fill(classify):
    for text in ("57", "000", "2500"):
        picture, _ = row_of(text, gap=None)
        x, y, width, height = cv2.boundingRect(np.uint8(picture < 128))
        for left, top, across, down in boxes_in(read(picture[y : y + height, x : x + width], classify)):
            assert 0 <= left < left + across <= width and 0 <= top < top + down <= height, text


@pytest.mark.parametrize("text", ["4138", "27056"])
def test_an_underline_is_no_part_of_the_number(classify, text):
    for down in (8, 20):
        picture, boxes = row_of(text)
        bottom = max(y + height for _, y, _, height in boxes) + down
        cv2.line(picture, (40, bottom), (picture.shape[1] - 40, bottom + 2), 60, 5, cv2.LINE_AA)
        result = read(picture, classify)
        assert result["text"] == text and is_about(result, boxes, 6), (down, result)


@pytest.mark.parametrize("text", ["4702", "35816"])
def test_digits_in_boxes_whose_lines_they_touch_are_read(classify, text):
    picture, boxes = row_of(text, gap=0.03)
    edges = np.array([(x, y, x + w, y + h) for x, y, w, h in boxes])
    (left, top), (right, bottom) = edges[:, :2].min(axis=0) - 3, edges[:, 2:].max(axis=0) + 3
    for x in (left, *(edges[1:, 0] - 2).tolist(), right):
        cv2.line(picture, (x, top), (x, bottom), 110, 3)
    for y in (top, bottom):
        cv2.line(picture, (left, y), (right, y), 110, 3)
    result = read(picture, classify)
    assert result["text"] == text and is_about(result, boxes, 120 / 5), result


@pytest.mark.parametrize("text", ["3,75", "04-17", "25/31"])
def test_what_divides_the_digits_of_a_number_is_read(classify, text):
    picture, boxes = row_of(text)
    result = read(picture, classify)
    digits = [box for box, character in zip(boxes, text, strict=True) if character.isdigit()]
    assert result["text"] == text and is_about(result, digits, 6), result


@pytest.mark.parametrize("text", ["4A72", "35+28"])
def test_a_letter_and_a_sign_among_digits_are_question_marks(classify, text):
    picture, boxes = row_of(text)
    result = read(picture, classify)
    assert result["text"] == "".join(each if each.isdigit() else "?" for each in text), result
    assert [digit["sure"] for digit in result["digits"]] == [each.isdigit() for each in text]
    assert is_about(result, boxes, 6), result


@pytest.mark.slow
def test_what_is_said_with_confidence_is_right(classify):
    """Of rows as forms and cheques have them."""
    images, labels = synthetic_digits(3000, seed=11)
    pictures, texts = drawn_pictures(ROWS, 12, [images[labels == digit] for digit in range(10)])
    wrong, sure = [], 0
    for picture, text in zip(pictures, texts, strict=True):
        result = read(picture, classify)
        if result["confidence"] >= 0.95 and "?" not in result["text"]:
            sure += 1
            if bare(result["text"]) != bare(text.strip(DIVIDERS + "=")):
                wrong.append((text, result["text"]))
    assert sure >= 0.1 * ROWS and len(wrong) <= 0.02 * sure, (sure, wrong)


def bare(text):
    """Return the digits of a text, and ? for other signs, without what divides them."""
    return "".join(each for each in text.replace("=", "?") if each.isdigit() or each == "?")


# --- what is made of the answers about rows ---


def reading_of_row(spans, of_marks, said, of_parts=(), whole_says=()):
    """Return the reading of a row with marks at `spans` of which the nets say `of_marks` and `said` (see test_joining).

    whole_says: what the row reader says of the picture as a single row; of_parts: the classifier of its parts there.
    """
    row, whole = row_with(*spans), row_with((10, 30), (50, 70))._replace(marks=[])

    def net(images):
        return np.tile(of_marks if len(images) == 3 * len(of_marks) else of_parts, (3, 1))

    def of_rows(inks):
        return [frames_with(dict(whole_says if ink is whole.ink else said)) for ink in inks]

    return read_rows(Found([row], whole), Classifier(net, of_rows))


def text_of(reading):
    return result_of("", reading)["text"]


def test_what_divides_two_digits_is_in_the_text_and_what_divides_none_is_not():
    spans, digits = ((10, 30), (50, 70)), [says(4), says(7)]
    assert text_of(reading_of_row(spans, digits, {10: "4", 19: ",", 30: "7"})) == "4,7"
    assert text_of(reading_of_row(spans, digits, {1: "-", 10: "4", 30: "7", 50: "."})) == "47"
    assert text_of(reading_of_row(spans, digits, {10: "4", 19: "=", 30: "7"})) == "4?7"


def test_where_the_kind_of_what_divides_two_digits_is_not_sure_there_is_a_space():
    reading = reading_of_row(((10, 30), (50, 70)), [says(4), says(7)], {10: "4", 19: ",", 30: "7"})
    ((four, comma, seven),) = reading.rows
    for confidence, text in ((0.9, "4,7"), (0.5, "4 7")):
        row = [four, comma._replace(confidence=confidence), seven]
        assert text_of(Reading([row], 1.0)) == text
    assert [mark.character for mark in reading.marks] == ["4", "7"]


IN_DOUBT = [(10, 70)], [says(4, 0.9999)], {}


def test_a_picture_that_leaves_doubt_is_read_as_a_single_row_too_and_the_surer_reading_counts():
    whole = {10: "5", 30: "6"}
    assert text_of(reading_of_row(*IN_DOUBT, [says(5), says(6)], whole)) == "56"
    assert text_of(reading_of_row([(10, 70)], [says(4)], {20: "4"}, [says(5), says(6)], whole)) == "4"


def test_marks_are_not_given_up_where_the_picture_as_a_single_row_shows_nothing():
    assert len(reading_of_row(*IN_DOUBT).marks) == 1


# --- the result ---


def reading_of(*marks):
    """Return what the classifier alone reads in marks that are given as (row, likeliest digit, its probability)."""
    answers = np.array([says(digit, share) for _, digit, share in marks])
    classify = Classifier(lambda images: np.tile(answers, (len(images) // len(answers), 1)))
    pixels, ink = np.zeros((28, 28), np.float32), np.zeros((32, 8), np.float32)
    every = [Mark((1, 2, 3, 4), row, pixels) for row, *_ in marks]
    numbers = sorted({mark.row for mark in every})
    rows = [
        Row([mark for mark in every if mark.row == number], ink, np.eye(2, 3), number, (99, 99)) for number in numbers
    ]
    return read_rows(Found(rows, Row([], ink, np.eye(2, 3), 0, (99, 99))), classify)


def text_for(*marks):
    return text_of(reading_of(*marks))


def test_a_mark_that_is_not_surely_a_digit_is_a_question_mark():
    assert text_for((0, 7, 0.9), (0, 3, 0.3), (1, 4, 0.8)) == "7?\n4"
    assert text_for((0, 7, 0.3)) == "?"


def test_a_single_digit_among_many_marks_that_are_none_is_not_believed():
    assert text_for((0, 7, 0.9), (0, 3, 0.3), (0, 4, 0.2)) == "???"
    assert text_for((0, 7, 0.9), (0, 3, 0.3)) == "7?"


def test_a_number_beside_a_word_is_read(classify):
    for text, expected in (("AAAA 50", "????50"), ("AA 174 A", "??174?")):
        assert read(row_of(text)[0], classify)["text"] == expected


def test_bare_lines_between_marks_that_are_none_make_no_digits():
    line, letter = (0, 1, 0.99), (0, 3, 0.2)
    assert text_for(line, line, letter, (0, 7, 0.8), line, line, letter, line, line, letter, line) == 11 * "?"
    assert text_for(*[line] * 4) == "1111"
    assert text_for(line, letter, line, letter, (0, 2, 0.9)) == "1?1?2", "a sum"
    assert text_for(line, letter) == "1?"
