"""Digits that touch: the ways to cut a wide mark in two."""

from itertools import pairwise

import numpy as np

from digits.arrays import Box, trimmed

TWO_WIDE, THREE_WIDE = 1.6, 2.5  # width over height: a mark no wider may be two digits, or three
SEAMS = (0.25, 0.1), (0.42, 0.1), (0.58, 0.1), (0.75, 0.1)  # where they part, and how far off, as shares of the width
SEAMS_OF_MORE = ((0.5, 0.33),)  # of more than three digits: these halves are cut again


def cut_in_two(box: Box, mask: np.ndarray) -> list[list[tuple[Box, np.ndarray]]]:
    """Return the ways to cut a mask, bool (h, w), in a left and a right part, each a (box, mask) over half as high."""
    _, _, width, height = box
    seams = SEAMS if width <= THREE_WIDE * height else SEAMS_OF_MORE
    halves = [cut_at(place, reach, box, mask) for place, reach in seams]
    tall = {parts[0][0]: parts for parts in halves if min(part_box[3] for part_box, _ in parts) > 0.5 * height}
    return list(tall.values())  # without duplicates


def cut_at(place: float, reach: float, box: Box, mask: np.ndarray) -> list[tuple[Box, np.ndarray]]:
    """Return the (box, mask) of the left and the right part, cut from top to bottom where it meets least ink.

    place: where it is cut, give or take `reach`, both as shares of its width. The cut is the cheapest path downwards,
    by dynamic programming (the "seam" of Avidan and Shamir 2007).
    """
    x, y, width, height = box
    off_place = np.abs(np.linspace(0, 1, width) - place)
    cost = mask + 0.02 + 0.24 * off_place**2 + 100.0 * (off_place > reach)
    for above, below in pairwise(cost):
        padded = np.pad(above, 1, constant_values=np.inf)
        below += np.minimum(np.minimum(padded[:-2], padded[2:]) + 0.02, padded[1:-1])
    right_part = np.zeros_like(mask)
    column = int(cost[-1].argmin())
    for row in range(height - 1, -1, -1):
        first = max(0, column - 1)
        column = first + int(cost[row, first : column + 2].argmin()) if row < height - 1 else column
        right_part[row, column:] = True
    return [trimmed(mask & part, x, y) for part in (~right_part, right_part)]
