"""The digits, and what is not a digit, that the project draws to train on; tests/drawing.py is another matter."""

import numpy as np

from digits.arrays import trimmed
from digits.drawing import in_mnists_form, non_digits, synthetic_digits
from digits.drawing.hand import pen_width, written
from digits.drawing.strokes import DIGITS, NON_DIGITS, smooth_through, strokes_of
from digits.drawing.surroundings import coarse, with_neighbour
from digits.reading import SURE


def test_the_same_seed_draws_the_same_and_another_draws_others():
    images, labels = synthetic_digits(50, seed=1)
    again, labels_again = synthetic_digits(50, seed=1)
    others, _ = synthetic_digits(50, seed=2)
    assert images.dtype == np.uint8 and images.shape == (50, 28, 28) and labels.shape == (50,)
    assert np.array_equal(images, again) and np.array_equal(labels, labels_again)
    assert not np.array_equal(images, others)
    assert np.array_equal(non_digits(20, seed=1), non_digits(20, seed=1))


def test_none_is_an_empty_array():
    images, labels = synthetic_digits(0, seed=0)
    assert images.shape == (0, 28, 28) and labels.shape == (0,) and non_digits(0, seed=0).shape == (0, 28, 28)


def test_every_digit_is_drawn_about_equally_often():
    _, labels = synthetic_digits(1000, seed=0)
    assert np.bincount(labels, minlength=10).min() > 60


def test_images_have_the_form_of_mnist():
    failures = []
    for i, image in enumerate([*synthetic_digits(200, seed=3)[0], *non_digits(200, seed=3)]):
        rows, columns = np.nonzero(image)
        y, x = (np.average(index, weights=image) for index in np.indices(image.shape))
        if max(np.ptp(rows), np.ptp(columns)) + 1 != 20 or abs(y - 14) >= 1 or abs(x - 14) >= 1:
            failures.append(i)
    assert not failures, failures


def test_every_line_of_strokes_txt_can_be_written_by_any_hand():
    random, cut_off = np.random.default_rng(0), []
    for skeleton in [skeleton for ways in DIGITS for skeleton in ways] + NON_DIGITS:
        for _ in range(3):
            mask = written(random, skeleton, pen_width(random))
            assert in_mnists_form(trimmed(mask)[1]).max() == 255, skeleton
            if mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any():
                cut_off.append(skeleton)
    assert not cut_off, cut_off


def test_what_is_drawn_beside_something_leaves_it_whole():
    random = np.random.default_rng(0)
    for h, w in ((1, 1), (3, 90), (90, 3), (76, 50)):
        for _ in range(100):
            mask = with_neighbour(random, np.ones((h, w), bool))
            assert mask.shape[0] == h and (mask[:, :w].all() or mask[:, -w:].all())
            assert coarse(random, mask).shape == mask.shape


def test_some_neighbours_touch_and_others_do_not():
    random = np.random.default_rng(0)
    masks = [with_neighbour(random, np.ones((76, 20), bool)) for _ in range(100)]
    beside = [mask[:, 20] if mask[:, :20].all() else mask[:, -21] for mask in masks]
    assert 10 < sum(column.any() for column in beside) < 60


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


def test_the_shipped_model_reads_drawn_digits_and_refuses_what_is_not_a_digit(classify):
    images, labels = synthetic_digits(500, seed=77)
    assert (classify(images / np.float32(255)).argmax(axis=1) == labels).mean() > 0.97
    assert (classify(non_digits(500, seed=77) / np.float32(255)).max(axis=1) < SURE).mean() > 0.85
