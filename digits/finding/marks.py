"""From a picture to its marks: what may be digits, where they are, and each as the net sees it."""

from typing import NamedTuple

import cv2
import numpy as np

from digits.arrays import Box, resized
from digits.finding.grouping import grouped, rows_of
from digits.finding.ink import page_of
from digits.finding.piece import union_of
from digits.finding.pieces import ink_pieces
from digits.finding.rows import strip_of
from digits.finding.sheet import board_in, sheet_in
from digits.mnist_form import to_mnist

LONG_SIDE = 1600  # px: a larger picture is shrunk to this; a digit 3 % as high as a 4:3 photo still has 36 px
SHORT_SIDE = 160  # px: a smaller picture is enlarged to this, so that one-pixel steps become smooth edges


class Mark(NamedTuple):
    """Something in a picture that may be a digit."""

    box: Box  # in pixels of the picture
    row: int  # counted from the top, from 0
    pixels: np.ndarray  # float32 (28, 28) from 0, paper, to 1, ink
    span: tuple[float, float] = (0, 0)  # from and to which pixel of its row's ink it reaches


class Row(NamedTuple):
    """A row of writing."""

    marks: list[Mark]  # from left to right
    ink: np.ndarray  # float32 (ROW_HEIGHT, w), 0 paper to 1 ink: the row, level
    to_picture: np.ndarray  # float (2, 3): from (x, y, 1) in `ink` to (x, y) in the picture
    number: int  # counted from the top, from 0
    picture_size: tuple[int, int]  # width, height


class Found(NamedTuple):
    """What was found in a picture."""

    rows: list[Row]  # from the top
    whole: Row  # without marks: the picture as if it were a single row


def find_marks(picture: np.ndarray) -> list[Mark]:
    """Return the marks of find_rows in one list, in reading order."""
    return [mark for row in find_rows(picture).rows for mark in row.marks]


def find_rows(picture: np.ndarray) -> Found:
    """Return the rows of writing in `picture`, uint8 (h, w, 3) BGR or (h, w) grey, from the top.

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
        return rows_on(picture)
    copy, place = sheet
    found = rows_on(copy)
    return Found([moved(row, place, picture.shape) for row in found.rows], moved(found.whole, place, picture.shape))


def rows_on(picture):
    """Return the rows in `picture`, uint8 (h, w, 3), which shows paper, or a board, and little else."""
    height, width = picture.shape[:2]
    scale = min(max(1, SHORT_SIDE / min(height, width)), LONG_SIDE / max(height, width))
    page = page_of(resized(picture, scale))
    pieces, ink = ink_pieces(page)
    unions = [union_of(group) for group in grouped(pieces)]
    rows = []
    for number, members in enumerate(rows_of([box for box, _ in unions])):
        boxes = [unions[i][0] for i in members]
        strip = strip_of(boxes, ink)
        marks = [mark_of(*unions[i], number, picture.shape, scale, strip) for i in members]
        rows.append(Row(marks, strip.ink, strip.to_page / scale, number, (width, height)))
    strip = strip_of([(0, 0, ink.shape[1], ink.shape[0])], ink)
    return Found(rows, Row([], strip.ink, strip.to_page / scale, 0, (width, height)))


def moved(row, place, shape):
    """Return `row`, found in a copy of a part of a picture of this shape, as it lies in the picture.

    place: the matrix, (2, 3), from places in the copy to those in the picture.
    """

    def placed(mark):
        x, y, w, h = mark.box
        corners = place @ [(x, x + w, x, x + w), (y, y, y + h, y + h), (1, 1, 1, 1)]
        left, top = np.clip(corners.min(axis=1), 0, (shape[1] - 1, shape[0] - 1)).astype(int).tolist()
        right, bottom = np.clip(corners.max(axis=1).round(), (left + 1, top + 1), shape[1::-1]).astype(int).tolist()
        return mark._replace(box=(left, top, right - left, bottom - top))

    to_picture = place @ np.vstack([row.to_picture, (0, 0, 1)])
    return row._replace(marks=[placed(mark) for mark in row.marks], to_picture=to_picture, picture_size=shape[1::-1])


def mark_of(box, mask, row, shape, scale, strip):
    """Return the Mark of a mask, bool (h, w), that lies at `box` in the working copy of a picture of `shape`.

    scale: of that copy; strip: the ink of its row.
    """
    x, y, w, h = box
    left, top = min(int(x / scale), shape[1] - 1), min(int(y / scale), shape[0] - 1)
    right, bottom = min(shape[1], round((x + w) / scale)), min(shape[0], round((y + h) / scale))
    across, start = strip.to_page[0, 0], strip.to_page[0, 2]
    span = (x - start) / across, (x + w - start) / across
    return Mark((left, top, max(1, right - left), max(1, bottom - top)), row, to_mnist(mask), span)
