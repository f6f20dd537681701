"""A digit as MNIST has it, compared with what LeCun et al. (1998) say of it, and with MNIST's own images."""

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of

from digits.finding import find_marks
from digits.mnist_form import narrowed, to_mnist


def pixels_of(picture):
    (mark,) = find_marks(picture)
    return mark.pixels


def test_a_digit_is_20_px_long_and_its_centre_of_mass_in_the_middle():
    failures = []
    for digit in "0123456789":
        pixels = pixels_of(picture_of(digit))
        assert pixels.shape == (28, 28) and pixels.dtype == np.float32
        assert pixels.min() == 0 and 0.9 < pixels.max() <= 1
        rows, columns = np.nonzero(pixels)
        y, x = (np.average(index, weights=pixels) for index in np.indices(pixels.shape))
        if max(np.ptp(rows), np.ptp(columns)) + 1 != 20 or abs(y - 14) > 0.5 or abs(x - 14) > 0.5:
            failures.append((digit, np.ptp(rows), np.ptp(columns), y, x))
    assert not failures, failures


def test_mnists_own_images_come_back_as_they_are():
    """An outside reference: what LeCun's normalisation made, drawn large on paper, gives the same image again."""
    path = ROOT / "dataset" / "mnist.npz"
    if not path.exists():
        pytest.skip("dataset/mnist.npz is not there")
    with np.load(path) as data:
        images = data["x_train"][:40]
    likeness = []
    for image in images:
        large = cv2.resize(255 - image, (280, 280), interpolation=cv2.INTER_CUBIC)
        largest = max(find_marks(large), key=lambda mark: mark.box[2] * mark.box[3])
        likeness.append(np.corrcoef(largest.pixels.ravel(), image.ravel())[0, 1])
    assert np.median(likeness) > 0.95


def test_the_aspect_is_kept():
    bar = to_mnist(np.ones((90, 30), bool))
    rows, columns = np.nonzero(bar > 0.5)
    assert abs(np.ptp(rows) + 1 - 20) <= 1 and abs(np.ptp(columns) + 1 - 7) <= 1


def test_a_mask_without_ink_is_refused():
    with pytest.raises(ValueError, match="without ink"):
        to_mnist(np.zeros((30, 30), bool))


def test_a_thin_line_is_widened_not_greyed():
    for shape in ((300, 1), (300, 12), (2, 2), (1, 1)):
        pixels = to_mnist(np.ones(shape, bool))
        assert pixels.shape == (28, 28) and pixels.max() > 0.9, shape
    ring = pixels_of(picture_of("0", height=600, pen=2))
    assert np.median(ring.max(axis=1)[8:20]) > 0.8


@pytest.mark.parametrize("width", [2.5, 4])
def test_wide_strokes_are_narrowed_to_about_the_width_asked_for_and_the_digit_stays_20_px_long(width):
    ring = np.zeros((200, 200), np.uint8)
    cv2.circle(ring, (100, 100), 70, 1, 58)  # 5.9 px of 20
    slim = narrowed(to_mnist(ring > 0), width)
    assert width <= slim[14].sum() / 2 < width + 1.1
    assert np.count_nonzero(slim.any(axis=1)) == np.count_nonzero(slim.any(axis=0)) == 20
    for pixels in (to_mnist(np.ones((200, 20), bool)), np.zeros((28, 28), np.float32)):  # thin, and blank
        assert np.array_equal(narrowed(pixels, width), pixels)
