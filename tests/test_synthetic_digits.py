import numpy as np
import pytest

import synthetic_digits as drawing
from prediction import SURE
from preprocessing import trimmed
from synthetic_digits import (
    DIGITS,
    LETTERS,
    coarse,
    drawn,
    in_mnists_form,
    pen_width,
    scribbles,
    smooth_through,
    strokes_of,
    synthetic_digits,
    with_neighbour,
)


def test_the_same_seed_draws_the_same_and_another_draws_others():
    images, labels = synthetic_digits(50, seed=1)
    again, labels_again = synthetic_digits(50, seed=1)
    others, _ = synthetic_digits(50, seed=2)
    assert images.dtype == np.uint8 and images.shape == (50, 28, 28) and labels.shape == (50,)
    assert np.array_equal(images, again) and np.array_equal(labels, labels_again)
    assert not np.array_equal(images, others)
    assert np.array_equal(scribbles(20, seed=1), scribbles(20, seed=1))


def test_none_is_an_empty_array():
    images, labels = synthetic_digits(0, seed=0)
    assert images.shape == (0, 28, 28) and labels.shape == (0,) and scribbles(0, seed=0).shape == (0, 28, 28)


def test_every_digit_is_drawn_about_equally_often():
    _, labels = synthetic_digits(1000, seed=0)
    assert np.bincount(labels, minlength=10).min() > 60


@pytest.mark.parametrize("make", [lambda: synthetic_digits(200, seed=3)[0], lambda: scribbles(200, seed=3)])
def test_images_have_the_form_of_mnist(make):
    for image in make():
        rows, columns = np.nonzero(image)
        assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
        y, x = (np.average(index, weights=image) for index in np.indices(image.shape))
        assert abs(y - 14) < 1 and abs(x - 14) < 1


@pytest.mark.parametrize("skeleton", [s for ways in DIGITS.values() for s in ways] + LETTERS)
def test_every_skeleton_can_be_drawn_by_any_hand(skeleton):
    random = np.random.default_rng(0)
    for _ in range(10):
        mask = drawn(random, skeleton, pen_width(random))
        assert in_mnists_form(trimmed(mask)[1]).max() == 255
        assert not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())  # nothing is cut off


@pytest.mark.parametrize("shape", [(1, 1), (3, 90), (90, 3), (76, 50)])
def test_what_is_drawn_beside_something_leaves_it_whole(shape):
    random = np.random.default_rng(0)
    for _ in range(200):
        mask = with_neighbour(random, np.ones(shape, bool))
        h, w = shape
        assert mask.shape[0] == h and (mask[:, :w].all() or mask[:, -w:].all())
        assert coarse(random, mask).shape == mask.shape


def test_some_neighbours_touch_and_others_do_not():
    random = np.random.default_rng(0)
    masks = [with_neighbour(random, np.ones((76, 20), bool)) for _ in range(100)]
    beside = [mask[:, 20] if mask[:, :20].all() else mask[:, -21] for mask in masks]
    assert 10 < sum(column.any() for column in beside) < 60


def test_the_thinnest_digits_run_together_like_others(monkeypatch):
    monkeypatch.setattr(drawing, "any_digit", lambda random: np.ones((90, 5), bool))  # a 1 of the thinnest pen
    for seed in range(20):
        assert drawing.run_together(np.random.default_rng(seed)).sum() in (2 * 5 * 90, 3 * 5 * 90)


def test_a_curve_passes_through_its_points_and_two_make_a_straight_line():
    points = np.array([(0, 0), (1, 2), (3, 1), (4, 4)], float)
    line = smooth_through(4) @ points
    assert all(np.abs(line - point).max(axis=1).min() < 1e-9 for point in points)
    straight = smooth_through(2) @ points[:2]
    assert np.allclose(straight[:, 1], 2 * straight[:, 0])


def test_a_stroke_passes_its_points_and_a_corner_is_not_rounded():
    (points, curve), _ = strokes_of("0,0 30,0 60,0 / 60,40 | 5,5 9,9")
    line = curve @ points
    assert all(np.abs(line - point).max(axis=1).min() < 1e-9 for point in points)
    assert np.minimum(np.abs(line[:, 1]), np.abs(line[:, 0] - 0.6)).max() < 1e-9  # along two sides of a rectangle


def test_the_shipped_model_reads_drawn_digits_and_refuses_scribbles(classify):
    images, labels = synthetic_digits(500, seed=77)
    assert (classify(images / np.float32(255)).argmax(axis=1) == labels).mean() > 0.97
    assert (classify(scribbles(500, seed=77) / np.float32(255)).max(axis=1) < SURE).mean() > 0.85
