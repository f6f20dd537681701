"""Adds what surrounds a digit in a picture: specks, the edge of a neighbour; or the coarse dots of a scanner."""

import cv2
import numpy as np

from digits.arrays import trimmed
from digits.drawing.hand import any_digit, one_of

SPECKS = 0.2  # the share of images with specks
NEIGHBOURS = 0.16  # the share with the edge of a digit beside it
COARSE = 0.1  # the share drawn with few dots


def as_found(random, mask):
    """Return `mask`, bool (h, w), cut to its ink, at times with something beside it, or coarse, as in a picture."""
    found = mask = trimmed(mask)[1]
    if random.random() < SPECKS:
        found = with_specks(random, found)
    if random.random() < NEIGHBOURS:
        found = with_neighbour(random, found)
    if random.random() < COARSE:
        found = coarse(random, found)
    return mask if found is mask else trimmed(found)[1]


def with_specks(random, mask):
    """Add what lies about on paper: dots, and ends of other strokes and of ruled lines."""
    room = int(random.integers(0, 8))
    field = cv2.copyMakeBorder(mask.astype(np.uint8), *[room] * 4, cv2.BORDER_CONSTANT)
    h, w = field.shape
    for _ in range(random.integers(1, 4)):
        start = np.array([random.integers(w), random.integers(h)])
        if random.random() < 0.5:  # at an edge
            side = random.integers(2)
            start[side] = one_of(random, (0, (w, h)[side] - 1))
        end = start + random.normal(0, 8, 2)
        cv2.line(field, start.tolist(), end.astype(int).tolist(), 1, int(random.integers(2, 9)))
    return field.view(bool)


def with_neighbour(random, mask):
    """Add the edge of a neighbour, as is left where digits are cut out of a number; some touch."""
    other = trimmed(any_digit(random))[1]
    h, w = mask.shape
    width, gap, lower = int(random.integers(3, 16)), int(random.integers(-6, 14)), round(h * random.uniform(-0.5, 0.5))
    gap = max(gap, -w)
    width = max(width, 2 - gap)  # at least 2 px stand out
    order = one_of(random, (1, -1))  # -1: on its left, done by mirroring both
    edge = other[:, ::order][max(0, -lower) : h - lower, :width]
    field = np.zeros((h, w + gap + width), bool)
    field[:, :w] = mask[:, ::order]
    field[max(0, lower) :, w + gap :][: edge.shape[0], : edge.shape[1]] |= edge
    return field[:, ::order]


def coarse(random, mask):
    """Return `mask` as a scanner that makes a digit 10 to 20 dots high would see it."""
    dots = random.uniform(10, 20) / max(mask.shape)
    if dots * min(mask.shape) <= 0.5:
        return mask  # nothing would be left of so thin a line
    grey = cv2.resize(mask.astype(np.float32), None, fx=dots, fy=dots, interpolation=cv2.INTER_AREA)
    size = mask.shape[::-1]
    return cv2.resize((grey > random.uniform(0.3, 0.6)).astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
