"""From a picture to its marks: what may be digits, where they are, and each as the net sees it."""

from typing import NamedTuple

import cv2
import numpy as np

from digits.arrays import Box, resized
from digits.finding.grouping import grouped, rows_of
from digits.finding.ink import page_of
from digits.finding.piece import union_of
from digits.finding.pieces import ink_pieces
from digits.finding.sheet import board_in, sheet_in
from digits.finding.touching import TWO_WIDE, cut_in_two
from digits.mnist_form import to_mnist

LONG_SIDE = 1600  # px: a larger picture is shrunk to this; a digit 3 % as high as a 4:3 photo still has 36 px
SHORT_SIDE = 160  # px: a smaller picture is enlarged to this, so that one-pixel steps become smooth edges
WIDE = 1.05  # width over height: a wider mark may be digits that touch
WIDE_AMONG_OTHERS, SEVERAL = 0.8, 3  # the same where there are at least SEVERAL marks, which touch more often
MAX_FRAGMENTS = 3  # so few marks, no wider than WIDE together, may be one digit whose strokes do not touch
FRAGMENTS_APART = 0.35  # of the height of the tallest: no gap between them is wider


class Mark(NamedTuple):
    """Something in a picture that may be a digit."""

    box: Box  # in pixels of the picture
    row: int  # counted from the top, from 0
    pixels: np.ndarray  # float32 (28, 28) from 0, paper, to 1, ink
    readings: tuple = ()  # the ways to read it as several digits: each a tuple of Marks from left to right


def find_marks(picture: np.ndarray) -> list[Mark]:
    """Return the marks in `picture`, uint8 (h, w, 3) BGR or (h, w) grey, in reading order.

    Raises ValueError if `picture` is not such an array, or is empty.
    """
    if not isinstance(picture, np.ndarray):
        raise ValueError(f"a picture is a NumPy array, not {type(picture).__name__}")
    if picture.dtype != np.uint8 or picture.shape[2:] not in ((), (3,)) or picture.ndim < 2 or picture.size == 0:
        raise ValueError(f"a picture is uint8 (h, w, 3) or (h, w), not {picture.dtype} {picture.shape}")
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    sheet = sheet_in(picture) or board_in(picture)
    if sheet is None:
        return marks_on(picture)
    box, copy = sheet
    return [moved(mark, box, copy.shape) for mark in marks_on(copy)]


def marks_on(picture):
    """Return the marks in `picture`, uint8 (h, w, 3), which shows paper, or a board, and little else."""
    height, width = picture.shape[:2]
    scale = min(max(1, SHORT_SIDE / min(height, width)), LONG_SIDE / max(height, width))
    page = page_of(resized(picture, scale))
    groups = grouped(ink_pieces(page))
    unions = [union_of(group) for group in groups]
    rows = rows_of([box for box, _ in unions])
    narrowest = WIDE if len(unions) < SEVERAL else WIDE_AMONG_OTHERS
    marks = [
        mark_of(*unions[i], row, picture.shape, scale, narrowest) for row, members in enumerate(rows) for i in members
    ]
    if 2 <= len(marks) <= MAX_FRAGMENTS:
        (x, y, w, h), mask = union_of([piece for group in groups for piece in group])
        boxes = [box for box, _ in unions]
        tallest = max(box[3] for box in boxes)
        if w < WIDE * h and tallest > h / 3 and hang_together(boxes, FRAGMENTS_APART * tallest):
            return [mark_of((x, y, w, h), mask, 0, picture.shape, scale)._replace(readings=(tuple(marks),))]
    return marks


def hang_together(boxes, reach):
    """Whether the boxes (x, y, width, height) are all linked by gaps of less than `reach` px."""
    near, rest = boxes[:1], boxes[1:]
    for x, y, w, h in near:  # which grows in the loop
        close = [
            box for box in rest if max(box[0] - x - w, x - box[0] - box[2], box[1] - y - h, y - box[1] - box[3]) < reach
        ]
        near += close
        rest = [box for box in rest if box not in close]
    return not rest


def moved(mark, box, shape):
    """Return `mark`, found in a copy of this shape of the part of a picture at `box`, as it lies in the picture."""
    x, y, width, height = box
    across, down = width / shape[1], height / shape[0]
    left, top, right, bottom = mark.box[0], mark.box[1], mark.box[0] + mark.box[2], mark.box[1] + mark.box[3]
    left, top, right, bottom = int(left * across), int(top * down), round(right * across), round(bottom * down)
    readings = tuple(tuple(moved(part, box, shape) for part in parts) for parts in mark.readings)
    return mark._replace(box=(x + left, y + top, right - left, bottom - top), readings=readings)


def mark_of(box, mask, row, shape, scale, narrowest=WIDE):
    """Return the Mark of a mask, bool (h, w), that lies at `box` in the working copy of a picture of `shape`.

    scale: of that copy; narrowest: width over height: a wider mark may be several digits.
    """
    x, y, w, h = box
    left, top = min(int(x / scale), shape[1] - 1), min(int(y / scale), shape[0] - 1)
    right, bottom = min(shape[1], round((x + w) / scale)), min(shape[0], round((y + h) / scale))
    ways = cut_in_two(box, mask) if w > narrowest * h else []
    of_halves = WIDE if w > TWO_WIDE * h else np.inf
    readings = tuple(tuple(mark_of(*half, row, shape, scale, of_halves) for half in halves) for halves in ways)
    return Mark((left, top, max(1, right - left), max(1, bottom - top)), row, to_mnist(mask), readings)
