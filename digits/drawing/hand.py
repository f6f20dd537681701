"""Writes the strokes of a digit as a hand does with a pen: bent, slanted and unsteady, each time anew."""

from math import cos, exp, sin

import cv2
import numpy as np

from digits.drawing.strokes import DIGITS, strokes_of

SCALE = 76  # px: the height of a digit before to_mnist makes it 20 px high
ROOM = 36  # px on each side, for strokes that are bent far out
PEN_WIDTH, PEN_SPREAD = 2.6, 0.33  # px of the final 20, as in MNIST; standard deviation of its logarithm
MIN_PEN_WIDTH, MAX_PEN_WIDTH = 1.3, 5.5  # px of the final 20
FELT_PEN_WIDTHS = 3.5, 9  # px of the final 20: from, to
FELT_PENS = 0.35  # share of 1s that are written with one; the loops of other digits would close
BENDINGS = np.array([0.08, 0.25, 0.1, 0.1, 0.08, 0.08, 0.1, 0.2])  # deviations of turn, width, five bendings, slant
SLANT, MIDDLE = 0.08, np.array([0.32, 0.5])  # mean slant; middle of a digit, in heights of a digit


def one_of(random, choices):
    return choices[random.integers(len(choices))]


def any_digit(random, digits=range(10)):
    """Return a mask, bool (h, w), of one of `digits` as somebody might write it."""
    digit = one_of(random, digits)
    pen = felt_pen_width(random) if digit == 1 and random.random() < FELT_PENS else pen_width(random)
    return written(random, one_of(random, DIGITS[digit]), pen)


def written(random, skeleton, pen, wobble=0.022):
    """Return the strokes of `skeleton` as a hand might write them with a pen about `pen` px wide: bool (h, w).

    skeleton: a line of strokes.txt; wobble: standard deviation of its points, in heights of a digit.
    """
    bending = random_bending(random)
    field = np.zeros((SCALE + 2 * ROOM, SCALE + 4 * ROOM), np.uint8)
    for points, curve in strokes_of(skeleton):
        jitter = random.standard_normal((len(points) + 1, 2))
        points = points + wobble * jitter[:-1] + (0.02 * jitter[-1] - MIDDLE)
        line = bent(curve @ points, bending)
        first, last = random.integers(3), random.integers(3)
        draw(field, line[first : len(line) - last], pen * (1 + 0.15 * random.normal()))
    return field.view(bool)


def random_bending(random):
    """Return what makes a copybook digit one hand's: turn in radians, width, five kinds of bending, and slant."""
    return (BENDINGS * random.standard_normal(len(BENDINGS))).tolist()


def bent(line, bending):
    """Return `line`, float (n, 2) from a digit's middle, in its heights, slanted, bent and turned."""
    turn, width, a, b, c, d, e, slant = bending
    x, y = line.T
    xy = x * y
    x, y = exp(width) * x + a * (y * y - 0.08) + 2 * c * xy, y + 2 * b * (x * x - 0.03) + 2 * d * xy
    y = y + e * (y * y - 0.08)
    turned = np.array([(cos(turn), sin(turn)), (-sin(turn), cos(turn))])
    return np.array([x - (SLANT + slant) * y, y]).T @ turned


def pen_width(random):
    """Return the width in px of a pen, for a digit SCALE px high."""
    width = PEN_WIDTH * exp(random.normal(0, PEN_SPREAD))
    return min(max(width, MIN_PEN_WIDTH), MAX_PEN_WIDTH) * SCALE / 20


def felt_pen_width(random):
    """Return the width in px of a felt pen, with which a 1 may be half as wide as it is high."""
    return random.uniform(*FELT_PEN_WIDTHS) * SCALE / 20


def draw(field, line, pen):
    """Draw `line`, float (n, 2) from the middle, in heights of a digit, on `field`, uint8 (h, w); pen: width in px."""
    height, width = field.shape
    points = np.rint(line * (16 * SCALE) + np.array((8 * width, 8 * height))).astype(np.int32)  # in 16ths of a px
    cv2.polylines(field, [points], False, 1, max(1, round(pen)), cv2.LINE_8, 4)
