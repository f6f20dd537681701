"""Draws the characters of a number as one hand writes them: digits of MNIST and of strokes.txt, signs, dividers.

A glyph is a mask uint8 (FIELD, w), 1 = ink; a digit stands in it from ROOM to ROOM + HEIGHT.
"""

from typing import NamedTuple

import cv2
import numpy as np

from digits.arrays import trimmed
from digits.drawing.hand import SCALE, one_of, random_bending, written
from digits.drawing.strokes import DIGITS, NON_DIGITS, smooth_through

HEIGHT = 40  # px: of a digit, about
ROOM = 40  # px above and below the digits
FIELD = HEIGHT + 2 * ROOM  # px: height of the field on which a row is drawn
SIGNS = NON_DIGITS[2:]  # without - and =, which have names of their own here
TIMES = "0,20 60,90 | 60,20 0,90"  # in the form of strokes.txt


class Hand(NamedTuple):
    """How somebody writes a row."""

    slant: float  # px to the right per px upwards
    width: float  # of a digit, as a multiple of what is usual
    pen: float  # px
    gap: float  # between the ink of neighbours, in heights
    gap_spread: float
    unsteadiness: float  # standard deviation of heights and base lines, in heights
    from_mnist: float  # share of digits from MNIST, the others are drawn
    joined: float  # share of neighbours that are joined by a stroke
    ways: list[str]  # how this hand writes each digit: lines of strokes.txt


def random_hand(random):
    spacings = (
        (0.1, 0.35),
        (0.1, 0.35),
        (0.1, 0.35),
        (-0.05, 0.1),
        (-0.05, 0.1),
        (-0.05, 0.1),
        (-0.12, 0.02),
        (0.3, 1.2),
    )
    gap = random.uniform(*one_of(random, spacings))
    return Hand(
        slant=random.normal(0.08, 0.17),
        width=np.exp(random.normal(0, 0.23)),
        pen=HEIGHT * np.exp(random.normal(np.log(0.11), 0.35)).clip(0.05, 0.22),
        gap=gap,
        gap_spread=random.uniform(0, 0.1),
        unsteadiness=random.uniform(0.01, 0.08),
        from_mnist=one_of(random, (0.2, 0.7, 1)),
        joined=one_of(random, (0, 0, 0, 0.15, 0.5)),
        ways=[one_of(random, ways) for ways in DIGITS],
    )


def glyph(random, character, hand, mnist):
    if character in "0123456789":
        return digit(random, int(character), hand, mnist)
    if character in "?x":
        height = HEIGHT * random.uniform(0.6, 1.1)
        pen = hand.pen * SCALE / height
        mask = trimmed(written(random, TIMES if character == "x" else one_of(random, SIGNS), pen, 0.03))[1]
        if random.random() < 0.04:
            mask = np.rot90(mask, random.integers(4))
        return placed(mask.astype(np.float32), height, middle_of(random, height), hand, 0.5, 1)
    return divider(random, character, hand)


def middle_of(random, height):
    """Return the y at which a sign of this height ends: on the base line, or halfway between it and the top."""
    return ROOM + HEIGHT if random.random() < 0.6 else ROOM + (HEIGHT + height) / 2


def digit(random, label, hand, mnist):
    height = HEIGHT * np.exp(random.normal(0, hand.unsteadiness))
    bottom = ROOM + HEIGHT * (1 + random.normal(0, hand.unsteadiness))
    if random.random() < hand.from_mnist:
        image = one_of(random, mnist[label])
        lightest = float(np.interp(hand.pen / HEIGHT, (0.06, 0.11, 0.2), (0.8, 0.5, 0.2)))
        return placed(mnist_ink(image), height, bottom, hand, lightest, hand.width)
    way = hand.ways[label] if random.random() < 0.8 else one_of(random, DIGITS[label])
    mask = trimmed(written(random, way, hand.pen * SCALE / height))[1]
    return placed(mask.astype(np.float32), height, bottom, hand, 0.5, hand.width)


def mnist_ink(image):
    """Return an image of MNIST, uint8 (28, 28), cut to its ink: float32 (h, w), 0 to 1."""
    x, y, w, h = cv2.boundingRect((image > 60).view(np.uint8))
    return image[y : y + h, x : x + w].astype(np.float32) / 255


def placed(ink, height, bottom, hand, threshold, stretch):
    """Return `ink`, float32 (h, w), as a glyph `height` px high that ends at y = `bottom`, slanted as the hand does."""
    scale = height / len(ink)
    across = scale * stretch * min(1, 1.5 * len(ink) / ink.shape[1])
    lean = hand.slant * height
    width = int(ink.shape[1] * across + abs(lean)) + 6
    shift = 3 + max(lean, 0)
    matrix = np.float32([[across, -hand.slant * scale, shift], [0, scale, bottom - height]])
    smooth = cv2.warpAffine(ink, matrix, (width, FIELD), flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    if scale > 1:
        smooth = cv2.GaussianBlur(smooth, (0, 0), 0.35 * scale)
    return (smooth > threshold).view(np.uint8)


def divider(random, character, hand):
    base, pen = ROOM + HEIGHT * (1 + random.normal(0, 0.05)), hand.pen * random.uniform(0.8, 1.3)
    field = np.zeros((FIELD, 3 * HEIGHT), np.uint8)
    middle = ROOM + HEIGHT * (random.uniform(0.35, 0.75) if random.random() < 0.8 else random.uniform(-0.1, 0.9))

    def stroke(*points):
        line = smooth_through(len(points)) @ np.array(points, float) if len(points) > 2 else np.array(points, float)
        cv2.polylines(field, [np.rint(line * 16).astype(np.int32)], False, 1, max(1, round(pen)), cv2.LINE_8, 4)

    def dot(x, y):
        stroke((x, y), (x + pen * random.uniform(-0.5, 0.5), y + pen * random.uniform(-0.3, 0.6)))

    if character == ".":
        dot(60, base - random.uniform(0, 0.06) * HEIGHT)
    elif character == ",":
        length = HEIGHT * random.uniform(0.15, 0.55)
        end = 60 - 0.4 * length, base + 0.7 * length
        stroke((60, base - 0.3 * length), (60 + 0.1 * length, base + 0.2 * length), end)
    elif character == ":":
        dot(60, ROOM + HEIGHT * random.uniform(0.25, 0.45))
        dot(60 + random.normal(0, 1.5), ROOM + HEIGHT * random.uniform(0.7, 0.95))
    elif character == "/":
        lean = HEIGHT * (max(hand.slant, 0) + random.uniform(0.25, 0.7)) / 2
        top, end = ROOM - HEIGHT * random.uniform(0.1, 0.35), base + HEIGHT * random.uniform(0.05, 0.3)
        stroke((60 + lean, top), (60 + random.normal(0, 1), (top + end) / 2), (60 - lean, end))
    elif character == "+":
        width, height = HEIGHT * random.uniform(0.4, 0.9, 2)
        y, tilt, lean = (
            middle + random.normal(0, 0.06) * height,
            random.normal(0, 0.06) * width,
            hand.slant * height / 2,
        )
        stroke((60 - width / 2, y + tilt), (60 + width / 2, y - tilt))
        stroke((60 + lean, middle - height / 2), (60 - lean, middle + height / 2))
    else:
        length, rise = HEIGHT * random.uniform(0.2, 0.7), one_of(random, (0, 0, 0, 0.15))
        for y in [middle] if character == "-" else [middle, middle + max(2 * pen, HEIGHT * random.uniform(0.15, 0.3))]:
            bow, tilt = random.normal((0, -rise * length), 0.04 * length)
            stroke((60, y - tilt), (60 + length / 2, y + bow), (60 + length, y + tilt))
    return field


def joined_zeros(random, count, hand):
    """Zeros written in one stroke: ring after ring, joined at the top, at times with a tail."""
    height, pen = HEIGHT * random.uniform(0.5, 1), min(hand.pen, 0.16 * HEIGHT)
    bending, step = random_bending(random), random.uniform(0.5, 1.1)
    narrow, start, ring = random.uniform(0.25, 0.45), random.uniform(-0.6, 0.5), random.uniform(5.6, 7.2)
    points = []
    for i in range(count):
        angles = start - np.linspace(0, ring, 9)
        circle = np.stack([np.sin(angles) * narrow, 0.5 - 0.5 * np.cos(angles)], 1)
        points += (np.add(circle, (i * step * 2 * narrow, 0)) + random.normal(0, 0.025, circle.shape)).tolist()
        if random.random() < 0.5 and i < count - 1:
            points.append((((i + 0.5) * step * 2 * narrow), random.uniform(-0.1, 0.15)))
    if random.random() < 0.4:
        points.append((points[-1][0] + random.uniform(0.2, 0.9), random.uniform(-0.1, 0.15)))
    line = bent_row(smooth_through(len(points)) @ np.array(points), bending, hand) * height
    line -= line.min(axis=0) - (6, 0)
    field = np.zeros((FIELD, int(line[:, 0].max()) + 12), np.uint8)
    bottom = ROOM + HEIGHT * (1 + random.normal(0, 0.05)) - random.choice((0, (HEIGHT - height) / 2))
    line += (0, bottom - line[:, 1].max())
    cv2.polylines(field, [np.rint(line * 16).astype(np.int32)], False, 1, max(1, round(pen)), cv2.LINE_8, 4)
    return field


def bent_row(line, bending, hand):
    x, y = line.T
    return np.stack([x * np.exp(bending[1]) - hand.slant * y, y], 1)
