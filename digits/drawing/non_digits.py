"""Draws what is not a digit: letters, signs, scribbles, shapes, patches. Each function returns a mask, bool (h, w)."""

import cv2
import numpy as np

from digits.arrays import trimmed
from digits.drawing.hand import ROOM, SCALE, any_digit, draw, one_of, pen_width, written
from digits.drawing.strokes import NON_DIGITS, smooth_through, strokes_of


def any_non_digit(random):
    """Return a non-digit of a random kind; lines and patches are never narrow, as they might pass for a 1."""
    kind = one_of(random, KINDS)
    mask = trimmed(kind(random))[1]
    while kind in (random_line, outlined, blob, shape, crossing_lines) and mask.shape[1] < 0.55 * mask.shape[0]:
        mask = trimmed(kind(random))[1]
    return mask


def letter(random):
    return written(random, one_of(random, NON_DIGITS), pen_width(random), wobble=0.03)


def turned_digit(random):
    """A 3, 7 or 8 on its side; a 4 might pass for a 5, and a 5 for a 4."""
    return np.rot90(any_digit(random, (3, 7, 8)), one_of(random, (1, 3)))


def mirrored_digit(random):
    return any_digit(random, (3, 4, 7))[:, ::-1]


def run_together(random):
    """Two or three digits that touch."""
    digits = [trimmed(any_digit(random))[1] for _ in range(random.integers(2, 4))]
    height = max(digit.shape[0] for digit in digits)
    overlap = int(random.integers(0, 14))
    field = np.zeros((height, sum(max(8, digit.shape[1]) for digit in digits)), bool)
    x = 0
    for digit in digits:
        field[: digit.shape[0], x : x + digit.shape[1]] |= digit
        x += max(8, digit.shape[1] - overlap)
    return field


def random_line(random):
    """Lines through random points, so many that they hardly look like a digit."""
    field = np.zeros((SCALE + 2 * ROOM, SCALE + 2 * ROOM), np.uint8)
    for _ in range(random.integers(1, 4)):
        count = int(random.integers(8, 13))
        draw(field, smooth_through(count) @ random.uniform(-0.5, 0.5, (count, 2)), pen_width(random))
    return field.view(bool)


def outlined(random):
    """A closed line with strokes or a letter in it, or strokes that lead out of it: a face, an eye, a sign, a sun."""
    field = np.zeros((SCALE + 2 * ROOM, SCALE + 2 * ROOM), np.uint8)
    corners, pen = int(random.integers(3, 10)), pen_width(random)
    angles = np.arange(corners) * 2 * np.pi / corners + random.uniform(0, 2 * np.pi)
    reach = random.uniform(0.3, 0.5, 2) * np.exp(random.normal(0, 0.07, (corners, 1)))
    ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach
    ring = ring[np.arange(corners + 3) % corners]  # on past its beginning, so that a curve through it closes
    draw(field, smooth_through(len(ring)) @ ring if random.random() < 0.7 else ring, pen)
    kind = random.random()
    if kind < 0.3:
        for points, curve in strokes_of(one_of(random, NON_DIGITS)):
            draw(field, (curve @ points - (0.3, 0.5)) * random.uniform(0.35, 0.5), 0.8 * pen)
        return field.view(bool)
    for _ in range(random.integers(3, 6)):
        corner = one_of(random, ring)
        if kind < 0.8:
            start = corner * random.uniform(0, 0.65)
            end = start + random.normal(0, 0.12, 2)
        else:
            start, end = corner, corner * random.uniform(1.3, 1.7)
        draw(field, np.stack([start, end]), pen * random.uniform(0.6, 1))
    return field.view(bool)


def blob(random):
    """A patch of texture, as found in photos of things."""
    size = int(random.integers(3, 9))
    coarse = random.normal(size=(size, int(random.integers(3, 9)))).astype(np.float32)
    smooth = cv2.resize(coarse, None, fx=80 / size, fy=80 / size, interpolation=cv2.INTER_CUBIC)
    smooth += 0.3 * random.normal() * cv2.resize(random.normal(size=(20, 20)).astype(np.float32), smooth.shape[::-1])
    count, labels, stats, _ = cv2.connectedComponentsWithStats((smooth > random.uniform(-0.3, 0.5)).astype(np.uint8))
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax()) if count > 1 else 0
    return labels == largest


def shape(random):
    """A filled polygon, star or ellipse."""
    field = np.zeros((100, 100), np.uint8)
    corners = int(random.integers(3, 11))
    angles = np.arange(corners) * 2 * np.pi / corners + random.normal(0, 0.2) + random.normal(0, 0.1, corners)
    reach = np.where(np.arange(corners) % 2, random.uniform(0.35, 1), 1)[:, None] * random.uniform(20, 48, 2)
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach + 50
    if random.random() < 0.25:
        cv2.ellipse(field, (50, 50), tuple(int(v) for v in random.integers(22, 48, 2)), 0, 0, 360, 1, -1)
    else:
        cv2.fillPoly(field, [np.int32(points)], 1)
    return field.view(bool)


def crossing_lines(random):
    """Straight lines, as of a window or a fence, at least five; fewer might pass for a 1, a 4 or a 7."""
    field = np.zeros((110, 110), np.uint8)
    for _ in range(random.integers(5, 9)):
        ends = random.integers(0, 110, (2, 2))
        if random.random() < 0.6:
            ends[1, random.integers(2)] = ends[0, random.integers(2)]
        start, end = ([int(v) for v in point] for point in ends)
        cv2.line(field, start, end, 1, max(1, round(pen_width(random))))
    return field.view(bool)


KINDS = (
    letter,
    letter,
    letter,
    letter,
    letter,
    letter,
    turned_digit,
    mirrored_digit,
    run_together,
    random_line,
    outlined,
    outlined,
    blob,
    shape,
    crossing_lines,
)
