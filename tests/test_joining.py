import numpy as np
import pytest
from test_rows import frames_that_say

from digits.finding import Mark, Row
from digits.joining import characters_alone, characters_of, cut_apart
from digits.rows import CHARACTERS

TO_PICTURE = np.array([[2.0, 0, 100], [0, 2.0, 50]])  # a row at (100, 50), twice as large in the picture


def row_of(*spans, height=28):
    """Return a row with a mark, and a bar of ink, at each span, (from, to) in px of its ink."""
    ink = np.zeros((32, 120), np.float32)
    for left, right in spans:
        ink[2 : 2 + height, left:right] = 1
    pixels = np.zeros((28, 28), np.float32)
    marks = [Mark((100 + 2 * a, 54, 2 * (b - a), 2 * height), 3, pixels, (a, b)) for a, b in spans]
    return Row(marks, ink, TO_PICTURE, 3, (600, 400))


def says(digit, share=0.97):
    """Return a classifier's probabilities for a mark; None: not a digit."""
    return np.full(10, 0.1) if digit is None else np.where(np.arange(10) == digit, share, (1 - share) / 9)


def frames_with(said, count=60):
    """Return frames that say nothing but a character at each frame in `said`, a dict."""
    return frames_that_say(*(said.get(i, 0) for i in range(count)), share=0.9999)


def read(row, of_marks, frames, after=None, knows_hand=False):
    """Return the characters, as text, and their confidence; after: of_marks of what the row is cut into."""
    cut = cut_apart(row, np.array(of_marks).reshape(-1, 10), frames, knows_hand)
    of_cut = np.array(after or of_marks).reshape(-1, 10)
    characters, confidence = characters_of(cut, of_cut, frames, knows_hand)
    return "".join(each.character for each in characters), confidence, characters


def test_what_both_say_is_surer_than_what_one_says():
    row, frames = row_of((10, 30), (50, 70)), frames_with({10: "4", 30: "7"})
    text, both, characters = read(row, [says(4), says(7)], frames)
    assert text == "47" and both > 0.95 and [each.mark for each in characters] == row.marks
    text, one, _ = read(row, [says(4), says(None)], frames)
    assert text == "47" and one < both
    text, against, _ = read(row, [says(4), says(1)], frames)
    assert against < one
    for each in characters:
        assert each.probabilities.sum() == pytest.approx(1) and each.probabilities.argmax() == int(each.character)


def test_the_whole_is_less_sure_where_the_row_reader_half_sees_another_digit_but_not_where_it_sees_a_point():
    row, of_marks = row_of((10, 30), (60, 80)), [says(4), says(7)]
    clear = frames_with({10: "4", 35: "7"})
    half, point = clear.copy(), clear.copy()
    half[22], point[22] = 0, 0
    half[22, [0, 1 + CHARACTERS.index("5")]] = point[22, [0, 1 + CHARACTERS.index(".")]] = 0.6, 0.4
    sure, unsure, divided = (read(row, of_marks, frames)[1] for frames in (clear, half, point))
    assert unsure < divided < sure


def test_digits_that_touch_are_cut_apart_where_the_classifier_sees_no_digit():
    row, frames = row_of((10, 60)), frames_with({8: "8", 26: "1"})
    text, confidence, (left, right) = read(row, [says(None)], frames, [says(8), says(1)])
    assert text == "81" and confidence > 0.9
    assert left.mark.box == (120, 54, 50, 56) and right.mark.box == (170, 54, 50, 56) and left.mark.row == 3


def test_a_digit_without_a_mark_is_read_where_the_row_reader_is_sure():
    row, frames = row_of((10, 30), (46, 66), (80, 100)), frames_with({10: "4", 28: "5", 45: "7"})
    row = row._replace(marks=[row.marks[0], row.marks[2]])
    text, _, (_, missed, _) = read(row, [says(4), says(7)], frames, [says(4), says(5), says(7)])
    assert text == "457" and missed.mark.box == (192, 54, 40, 56)
    faint = frames_with({10: "4", 45: "7"})
    faint[28, :6] = 0.9, 0, 0, 0, 0, 0.1
    assert read(row, [says(4), says(7)], faint)[0] == "47"


def test_dividers_are_read_between_marks():
    row, frames = row_of((10, 30), (50, 70)), frames_with({10: "4", 19: ",", 30: "7"})
    text, confidence, characters = read(row, [says(4), says(7)], frames)
    assert text == "4,7" and confidence > 0.9 and characters[1].confidence > 0.9


def test_a_sign_is_no_digit_and_a_high_mark_does_not_vanish():
    row = row_of((10, 30), (50, 70))
    text, _, (_, sign) = read(row, [says(4), says(None)], frames_with({10: "4", 30: "?"}))
    assert text == "4?" and sign.confidence > 0.9
    assert read(row, [says(4), says(None)], frames_with({10: "4"}))[0] == "4?"
    low = row.marks[1]._replace(box=(200, 54, 40, 20))
    assert read(row._replace(marks=[row.marks[0], low]), [says(4), says(None)], frames_with({10: "4"}))[0] == "4"


def test_which_digit_it_is_the_classifier_tells_where_it_knows_the_hand_but_not_where_digits_are():
    row, frames = row_of((10, 30), (50, 70)), frames_with({10: "4", 30: "7"})
    of_marks = [says(4), says(1)]
    assert read(row, of_marks, frames)[0] == "47"
    text, _, characters = read(row, of_marks, frames, knows_hand=True)
    assert text == "41" and characters[1].probabilities.argmax() == 1
    touching, frames = row_of((10, 60)), frames_with({8: "8", 26: "7"})
    assert read(touching, [says(None)], frames, [says(8), says(1)], knows_hand=True)[0] == "81"


def test_a_row_reader_that_is_unsure_of_a_digit_lessens_the_confidence_little_where_the_hand_is_known():
    row, frames = row_of((10, 30), (50, 70)), frames_with({10: "4", 30: "7"})
    at, (seven, one) = frames[:, 8].argmax(), [1 + CHARACTERS.index(each) for each in "71"]
    frames[at, [seven, one]] = frames[at, [seven, one]].sum() / 2
    (text, stranger, _), (same, known, _) = (read(row, [says(4), says(7)], frames, knows_hand=k) for k in (False, True))
    assert text == same == "47" and known > 0.9 > stranger


def test_without_a_row_reader_the_classifier_reads_alone():
    characters, confidence = characters_alone(row_of((10, 30), (50, 70)), np.array([says(4, 0.9), says(7, 0.8)]))
    assert "".join(each.character for each in characters) == "47" and confidence == pytest.approx(0.72)


def test_a_row_without_marks_is_read_from_the_row_reader_alone():
    row, frames = row_of((10, 30))._replace(marks=[]), frames_with({10: "4"})
    text, _, (digit,) = read(row, [], frames, [says(4)])
    assert text == "4" and digit.mark.box == (120, 54, 40, 56)
    assert read(row, [], frames_with({}))[0] == ""
