"""Groups pieces that belong together, such as the body of a 5 and its bar, and puts the groups in rows."""

import numpy as np

from digits.arrays import Box
from digits.finding.piece import Piece, union_of, usual_height


def grouped(pieces: list[Piece]) -> list[list[Piece]]:
    """Return the pieces in groups, each of which may be a digit; groups that are too small or a dash are left out."""
    if not pieces:
        return []
    size = usual_height(pieces)
    tall = sum(piece.h > 0.4 * size for piece in pieces)
    group_of = list(range(len(pieces)))
    for i, one in enumerate(pieces):
        for j, other in enumerate(pieces[:i]):
            if group_of[i] != group_of[j] and belong_together(one, other, size, tall > 2):
                group_of = [group_of[j] if g == group_of[i] else g for g in group_of]
    groups = [[piece for piece, g in zip(pieces, group_of, strict=True) if g == k] for k in sorted(set(group_of))]
    return [group for group in groups if max(piece.size for piece in group) > 0.3 * size and not is_dash(group)]


def belong_together(one, other, size, may_be_column):
    """Whether two pieces are strokes of one digit, where digits are about `size` high."""
    gap_x = max(one.x, other.x) - min(one.x + one.w, other.x + other.w)
    gap_y = max(one.y, other.y) - min(one.y + one.h, other.y + other.h)
    height = max(one.y + one.h, other.y + other.h) - min(one.y, other.y)
    if (may_be_column or gap_y > 0.06 * size) and height > 1.3 * size and min(one.h, other.h) > 0.4 * size:
        return False  # two digits, one above the other
    if min(one.h, other.h) > 0.5 * size and abs(centre_of(one) - centre_of(other)) > 0.45 * size:
        return False  # two digits, the tail of one under the other
    if is_underline_of(one, other, size) or is_underline_of(other, one, size):
        return False
    if -gap_x > 0.5 * min(one.w, other.w):
        return gap_y < 0.25 * size
    return min(one.size, other.size) < 0.45 * size and max(gap_x, gap_y) < 0.12 * size


def is_underline_of(one, other, size):
    """Whether `one` is a line below `other`, and reaches from end to end of it."""
    slack = 0.1 * size
    is_below = one.w > 5 * one.h and one.y > other.y + other.h
    return is_below and one.x < other.x + slack and one.x + one.w > other.x + other.w - slack


def centre_of(piece):
    """Return the x of the piece's centre of mass."""
    return piece.x + np.average(np.arange(piece.w), weights=piece.mask.sum(axis=0))


def is_dash(group):
    (_, _, width, height), _ = union_of(group)
    return width > 5 * height


def rows_of(boxes: list[Box]) -> list[list[int]]:
    """Return the indices of `boxes` (x, y, width, height) as rows from the top, each from left to right."""
    if not boxes:
        return []
    across = np.array([x + w / 2 for x, _, w, _ in boxes])
    down = np.array([y + h / 2 for _, y, _, h in boxes])
    height = np.median([h for *_, h in boxes])
    level = down - slope_of_rows(across, down, height) * across
    rows: list[list[int]] = []
    for i in np.argsort(level, kind="stable").tolist():
        if rows and level[i] - np.mean(level[rows[-1]]) < 0.6 * height:
            rows[-1].append(i)
        else:
            rows.append([i])
    return [sorted(row, key=across.__getitem__) for row in rows]


def slope_of_rows(across, down, height):
    """Return the median slope from a digit to its right neighbour; across, down: the centres, (n,)."""
    slopes = []
    for x, y in zip(across, down, strict=True):
        dx, dy = across - x, down - y
        right = (dx > 0.2 * height) & (np.abs(dy) < 0.75 * dx) & (dx < 4 * height)
        if right.any():
            nearest = np.flatnonzero(right)[np.hypot(dx, 2 * dy)[right].argmin()]
            slopes.append(dy[nearest] / dx[nearest])
    return float(np.median(slopes)) if slopes else 0.0
