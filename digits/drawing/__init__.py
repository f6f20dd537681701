"""Draws synthetic digits, and what is not a digit, from strokes: labelled images without a data set.

    images, labels = synthetic_digits(1000, seed=0)       uint8 (1000, 28, 28), uint8 (1000,)
    images = non_digits(1000, seed=0)                     uint8 (1000, 28, 28)

    python -m digits.plots                                shows some of both, and saves models/synthetic_digits.png

strokes.txt holds the ways in which people of different countries write each digit. For each image, one of them is bent
and slanted as by a hand and drawn with a pen of some width (hand.py), at times with something beside it
(surroundings.py), then brought into MNIST's form, as the marks in a picture are.
"""

import numpy as np

from digits.drawing.hand import any_digit
from digits.drawing.non_digits import any_non_digit
from digits.drawing.surroundings import as_found
from digits.mnist_form import to_mnist


def synthetic_digits(count: int, seed: int | list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Return `count` synthetic digits: images uint8 (count, 28, 28) in MNIST's form, labels uint8 (count,), 0 to 9."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, count).astype(np.uint8)
    images = [in_mnists_form(as_found(random, any_digit(random, (label,)))) for label in labels]
    return np.array(images, np.uint8).reshape(count, 28, 28), labels


def non_digits(count: int, seed: int | list[int]) -> np.ndarray:
    """Return `count` images, uint8 (count, 28, 28), of what is not a digit, in MNIST's form."""
    random = np.random.default_rng(seed)
    images = [in_mnists_form(as_found(random, any_non_digit(random))) for _ in range(count)]
    return np.array(images, np.uint8).reshape(count, 28, 28)


def in_mnists_form(mask):
    """Return `mask`, bool (h, w), in MNIST's form: float32 (28, 28), whole numbers from 0 to 255."""
    return np.rint(to_mnist(mask) * 255)
