"""A digit in MNIST's form: 28x28, its longer side 20 px, its centre of mass in the middle, strokes 2 to 4 px wide.

The marks in a picture and the synthetic digits are brought into it alike.
"""

import cv2
import numpy as np

from digits.arrays import resized, trimmed

MIN_STROKE_WIDTH = 2.2  # px of the 20: a thinner stroke is widened to this; MNIST's are 2 to 4 wide
POWERS = np.stack([np.ones(20), np.arange(20)])  # (2, 20): powers 0 and 1 of a row or column, for an image's moments


def to_mnist(mask: np.ndarray) -> np.ndarray:
    """Return a digit, bool (h, w) True = ink, in MNIST's form: float32 (28, 28) from 0 to 1.

    The longer side becomes 20 px, the aspect stays, and the centre of mass comes to pixel (14, 14)
    (LeCun, Bottou, Bengio, Haffner 1998). Strokes too thin for that size are widened first: they would turn grey.
    `mask` should be cut to its ink, see `trimmed`. Raises ValueError if it has none.
    """
    if not mask.any():
        raise ValueError("a mask without ink")
    mask = widened(mask, MIN_STROKE_WIDTH * max(mask.shape) / 20)
    ink = resized(mask.astype(np.float32), 20 / max(mask.shape))[:20, :20]
    height, width = ink.shape
    (mass, across), (down, _) = (POWERS[:, :height] @ ink @ POWERS[:, :width].T).tolist()
    top, left = round(14 - down / mass), round(14 - across / mass)  # whole pixels: nothing is blurred
    top, left = min(max(top, 0), 28 - height), min(max(left, 0), 28 - width)
    field = np.zeros((28, 28), np.float32)
    field[top : top + height, left : left + width] = ink.clip(0, 1)
    return field


def widened(mask, width):
    """Return `mask`, bool (h, w), with its strokes widened to `width` px if they are thinner, cut to its ink again."""
    missing = width - stroke_width(mask)
    if missing <= 0:
        return mask
    reach = 0.575 * missing  # half on either side, and a little for the shrinking that makes the digit larger
    room = int(reach) + 2
    paper = cv2.copyMakeBorder((~mask).astype(np.uint8), room, room, room, room, cv2.BORDER_CONSTANT, value=1)
    grown = cv2.distanceTransform(paper, cv2.DIST_L2, 5) <= reach
    return trimmed(grown)[1]


def narrowed(pixels: np.ndarray, width: float) -> np.ndarray:
    """Return a digit in MNIST's form, float32 (28, 28), with strokes narrowed to about `width` px if they are wider.

    Half of the mean excess is taken from either side; if nothing would be left, the digit stays as it is.
    """
    ink = cv2.resize(pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC) > 0.5
    fine = trimmed(ink)[1]
    excess = stroke_width(fine) - width * max(fine.shape) / 20
    if excess <= 0 or not ink.any():
        return pixels
    core = distance_to_edge(fine) > excess / 2  # no more, so that thin parts of the stroke stay
    return to_mnist(trimmed(core)[1]) if core.any() else pixels


def stroke_width(mask):
    """Return the mean width in px of the strokes of `mask`, bool (h, w): four times the mean distance to the edge."""
    return max(1.0, 4 * cv2.sumElems(distance_to_edge(mask))[0] / np.count_nonzero(mask) - 2)


def distance_to_edge(mask):
    """Return for each pixel of `mask`, bool (h, w), the distance in px to the nearest pixel without ink."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    return cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
