"""A connected piece of ink, and its measurements."""

from typing import NamedTuple

import cv2
import numpy as np

from digits.arrays import Box, components
from digits.mnist_form import stroke_width

MAX_PIECES = 500  # a picture with more is noise or texture: the smaller ones are left out


class Piece(NamedTuple):
    """A connected piece of ink, in pixels of the working copy."""

    x: int
    y: int
    w: int
    h: int
    mask: np.ndarray  # bool (h, w)
    area: int
    darkness: float  # the median of its ink
    stroke_width: float

    @property
    def size(self):
        return max(self.w, self.h)

    @property
    def place(self):
        """Its box as an index into an array of the page."""
        return slice(self.y, self.y + self.h), slice(self.x, self.x + self.w)


def connected(solid, ink):
    """Return the connected pieces of `solid`, bool (h, w): the MAX_PIECES largest, of at least 6 px."""
    _, labels, stats, _ = components(solid)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0  # the paper
    pieces = []
    for i in sorted(np.argsort(-areas, kind="stable")[:MAX_PIECES]):
        x, y, w, h, area = stats[i].tolist()
        if areas[i] >= 6:
            mask = labels[y : y + h, x : x + w] == i
            darkness = float(np.median(ink[y : y + h, x : x + w][mask]))
            pieces.append(Piece(x, y, w, h, mask, area, darkness, stroke_width(mask)))
    return pieces


def usual_height(pieces):
    """Return the median height in px of the ink: half of it is in lower pieces; dark ink counts for more."""
    heights = np.array([max(piece.h, 0.6 * piece.w) for piece in pieces])
    return middle_of(heights, np.array([piece.area * piece.darkness**2 for piece in pieces]))


def middle_of(values, weights):
    """Return the weighted median of `values`, (n,), or 0 if they weigh nothing."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[order])
    return values[order][np.searchsorted(total, total[-1] / 2)] if total[-1] else 0


def union_of(group: list[Piece]) -> tuple[Box, np.ndarray]:
    """Return the box (x, y, width, height) around a group of pieces and their common mask, bool (height, width)."""
    left, top = min(piece.x for piece in group), min(piece.y for piece in group)
    right, bottom = max(piece.x + piece.w for piece in group), max(piece.y + piece.h for piece in group)
    mask = np.zeros((bottom - top, right - left), bool)
    for piece in group:
        mask[piece.y - top : piece.y - top + piece.h, piece.x - left : piece.x - left + piece.w] |= piece.mask
    return (left, top, right - left, bottom - top), mask


def overlap(one, other):
    """Whether two pieces share a pixel."""
    x, y = max(one.x, other.x), max(one.y, other.y)
    w, h = min(one.x + one.w, other.x + other.w) - x, min(one.y + one.h, other.y + other.h) - y
    if w <= 0 or h <= 0:
        return False
    masks = (p.mask[y - p.y : y - p.y + h, x - p.x : x - p.x + w] for p in (one, other))
    return bool(np.logical_and(*masks).any())


def growth(parts, piece):
    """Return by how many px `piece` is wider or higher, whichever is more, than the box around `parts`."""
    (_, _, width, height), _ = union_of(parts)
    return max(piece.w - width, piece.h - height)
