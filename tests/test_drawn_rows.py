import cv2
import numpy as np
import pytest

from digits.drawing import synthetic_digits
from digits.drawing.forms import EMPTY, drawn_pictures, drawn_rows
from digits.drawing.glyphs import FIELD, HEIGHT, ROOM, random_hand
from digits.drawing.numbers import number, row_of
from digits.rows import CHARACTERS, ROW_HEIGHT


@pytest.fixture(scope="module")
def by_digit():
    images, labels = synthetic_digits(300, seed=0)
    return [images[labels == digit] for digit in range(10)]


def test_rows_are_the_same_for_the_same_seed_and_as_the_reader_takes_them(by_digit):
    images, texts = drawn_rows(60, 1, by_digit)
    again, other = drawn_rows(60, 1, by_digit), drawn_rows(60, 2, by_digit)
    assert texts == again[1] != other[1]
    assert all(np.array_equal(one, same) for one, same in zip(images, again[0], strict=True))
    for image in images:
        assert image.dtype == np.uint8 and image.shape[0] == ROW_HEIGHT and image.shape[1] >= 8
    assert set("".join(texts)) <= set(CHARACTERS)


def test_every_character_is_drawn_and_some_rows_are_empty(by_digit):
    _, texts = drawn_rows(1500, 3, by_digit)
    assert set("".join(texts)) == set(CHARACTERS)
    assert 0.3 * EMPTY < np.mean([text == "" for text in texts]) < 3 * EMPTY


def test_a_row_holds_the_ink_of_its_text_between_its_edges(by_digit):
    random = np.random.default_rng(0)
    for _ in range(40):
        row = row_of(random, "174", by_digit)
        assert row.ink.shape[0] == FIELD and len(row.edges) == 4 and row.edges == sorted(row.edges)
        columns = np.flatnonzero(row.ink.any(axis=0))
        assert row.edges[0] <= columns[0] + 1 and columns[-1] <= row.edges[-1]
        for left, right in zip(row.edges, row.edges[1:], strict=False):
            lines = np.flatnonzero(row.ink[:, left:right].any(axis=1))
            assert np.ptp(lines) > 0.5 * HEIGHT and lines[0] > 0.4 * ROOM


def test_some_neighbours_touch_and_some_do_not(by_digit):
    random = np.random.default_rng(0)
    pieces = [cv2.connectedComponents(row_of(random, "06", by_digit).ink)[0] - 1 for _ in range(60)]
    assert pieces.count(1) >= 5 and pieces.count(2) >= 20


def test_numbers_are_of_every_kind():
    random = np.random.default_rng(0)
    texts = [number(random) for _ in range(800)]
    assert all(text.strip() and set(text) <= set(CHARACTERS + "+x ") for text in texts)
    for part in ("000", ".-", "??", "/", ":", " ", "=", "+"):
        assert any(part in text for text in texts), part


def test_hands_differ():
    random = np.random.default_rng(0)
    hands = [random_hand(random) for _ in range(200)]
    assert np.std([hand.slant for hand in hands]) > 0.1 and np.std([hand.width for hand in hands]) > 0.1
    assert min(hand.pen for hand in hands) > 1 and max(hand.pen for hand in hands) < 0.3 * HEIGHT


def test_pictures_are_what_a_camera_would_take_of_them(by_digit):
    pictures, texts = drawn_pictures(10, 1, by_digit)
    assert len(texts) == 10
    for picture in pictures:
        assert picture.dtype == np.uint8 and picture.ndim == 2 and min(picture.shape) > 60
        assert np.median(picture) > 60
