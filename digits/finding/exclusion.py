"""Leaves out what is plainly not part of a digit: margins, table edges, frames, shadows, ruled lines."""

import cv2
import numpy as np

from digits.arrays import hull_area, quadrilateral_about, square_of, without_edge, without_holes
from digits.finding.ink import at_border
from digits.finding.piece import usual_height

EDGE = 6, 1 / 4, 24  # px, share, px: how far paper must reach around a piece: least, share of its stroke, most
FAR_LARGER = 4  # times the usual height: a larger piece is not a digit, not even one with a long tail
BORDER_DEPTH = 0.06  # of the short side: what lies along the border, round corners too, within this is not a digit


def possible_digits(pieces, page):
    """Return the pieces without those that are plainly not part of a digit."""
    pieces = [piece for piece in pieces if not is_margin(piece, page) and not is_paper_edge(piece, page)]
    pieces = [piece for piece in pieces if not is_shadow(piece, pieces, page) and not is_frame(piece, pieces)]
    if not pieces:
        return []
    size = usual_height(pieces)
    pieces = [piece for piece in pieces if not is_line(piece, size, page)]
    weights = [piece.area * piece.darkness**2 for piece in pieces] or [1]
    darkness = np.average([piece.darkness for piece in pieces] or [0], weights=weights)
    smallest = max(0.08 * size, 0.02 * min(page.ink.shape))
    return [piece for piece in pieces if piece.darkness > 0.45 * darkness and piece.size > smallest]


def is_margin(piece, page):
    """Whether the piece is a band or a wedge along the picture's border: the surroundings of a sheet, a shadow."""
    height, width = page.ink.shape
    borders = (
        (height, (piece.x == 0) * piece.mask[:, 0].sum()),
        (height, (piece.x + piece.w == width) * piece.mask[:, -1].sum()),
        (width, (piece.y == 0) * piece.mask[0].sum()),
        (width, (piece.y + piece.h == height) * piece.mask[-1].sum()),
    )
    contacts = [contact for _, contact in borders]
    sides = [contact > 0.85 * length for length, contact in borders]
    if sum(sides) >= 2 or (any(sides) and min(piece.w / width, piece.h / height) < 0.3):
        return True
    if max(contacts) > 0.35 * piece.size and piece.area > 0.85 * hull_area(piece.mask):
        return True
    return (
        sum(contacts) > 0.5 * piece.size and np.mean(depth_of(piece, page) < BORDER_DEPTH * min(height, width)) > 0.95
    )


def depth_of(piece, page):
    """Return how far each pixel of the piece is from the picture's border, (n,) in px."""
    height, width = page.ink.shape
    y, x = piece.mask.nonzero()
    x, y = x + piece.x, y + piece.y
    return np.min([x, y, width - 1 - x, height - 1 - y], axis=0)


def is_frame(piece, pieces):
    """Whether the piece is a box around others, seen from any side, a circle around a large one, or a grid."""
    inside = [other for other in pieces if contains(piece, other)]
    cells = without_holes(piece.mask) if inside else piece.mask
    in_cells = [other for other in inside if other.h > 0.3 * min(piece.w, piece.h) and is_in(cells, piece, other)]
    if len(in_cells) >= 2 or any(other.h > 0.4 * piece.h for other in in_cells):
        return True
    large = [other for other in inside if other.size > 0.15 * piece.size]
    box = quadrilateral_about(piece.mask) if large else None
    if box is None or not any(is_in(box, piece, other) for other in large):
        return False
    depth = max(4, round(0.1 * min(piece.w, piece.h)))
    if (piece.mask & without_edge(box, depth)).sum() > 0.1 * piece.area:
        return False
    outline = box & ~without_edge(box, 1)
    return (outline & (cv2.dilate(piece.mask.astype(np.uint8), square_of(depth)) > 0)).sum() > 0.85 * outline.sum()


def contains(outer, inner):
    right, bottom = inner.x + inner.w, inner.y + inner.h
    return outer.x < inner.x and outer.y < inner.y and right < outer.x + outer.w and bottom < outer.y + outer.h


def is_in(area, outer, inner):
    """Whether `inner`, whose box lies within that of `outer`, lies in `area`, bool, of that box's size."""
    y, x = inner.y - outer.y, inner.x - outer.x
    return area[y : y + inner.h, x : x + inner.w][inner.mask].all()


def is_paper_edge(piece, page):
    """Whether there is paper on only one side of the piece, as at the edge of a sheet; ink has paper all round."""
    least, share, most = EDGE
    reach = round(min(max(least, share * piece.stroke_width), most))  # the edges of a wide stroke may be soft
    height, width = page.grey.shape
    left, top = max(0, piece.x - reach), max(0, piece.y - reach)
    right, bottom = min(width, piece.x + piece.w + reach), min(height, piece.y + piece.h + reach)
    grey, paper = page.grey[top:bottom, left:right], page.paper[top:bottom, left:right]
    solid = np.zeros(grey.shape, np.uint8)
    solid[piece.y - top :, piece.x - left :][: piece.h, : piece.w] = piece.mask
    near, far = (cv2.dilate(solid, square_of(r)) for r in (reach // 2, reach))
    ring = far > near
    halfway = (paper + cv2.erode(grey, square_of(reach))) / 2
    return not ring.any() or (grey > halfway)[ring].mean() <= 0.7


def is_shadow(piece, pieces, page):
    """Whether the strokes of the piece are far wider than those of the others, and it touches the border or is pale."""
    others = [p for p in pieces if p is not piece and p.size > 0.03 * min(page.ink.shape)]
    others = [p for p in others if p.darkness > 0.5 * piece.darkness and not at_border(p, page.ink.shape)]
    if not others or piece.stroke_width <= 3 * np.median([p.stroke_width for p in others]):
        return False
    return at_border(piece, page.ink.shape) or piece.darkness < 0.7 * np.median([p.darkness for p in others])


def is_line(piece, size, page):
    """Whether the piece is a line, a dash or far larger than the digits, which are about `size` high."""
    flat = piece.w > 8 * piece.h and piece.w > min(1.2 * size, 0.5 * page.ink.shape[1])
    return flat or piece.size > FAR_LARGER * size
