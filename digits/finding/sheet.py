"""A sheet of paper on a table, or a board on a wall: where it lies, and a copy with all else painted over."""

import cv2
import numpy as np

from digits.arrays import Box, quadrilateral_about, resized, square_of, stretched, trimmed, without_edge

LONG_SIDE = 1600  # px: the copy of the sheet is shrunk to this
MIN_PICTURE_SIDE = 160  # px: a smaller picture is a digit cut out, without a sheet
SHEET_SIDE = 200  # px: long side of the copy in which a sheet is looked for
SHEET_EDGE = 2  # px of that copy: cut off along the edge of a sheet
SHEET_MARGIN = 8  # px of that copy, less on a card: ink in this margin alone does not count
SHEET_PEN = 0.12  # of the short side of that copy: no stroke on the sheet is wider
MIN_SHEET_AREA, MIN_CARD_AREA = 0.1, 0.03  # of the picture: all sheets in it together, each of them
TABLE = 0.75  # of the sheet's brightness: what it lies on is darker than this


def sheet_in(picture: np.ndarray) -> tuple[Box, np.ndarray] | None:
    """Return the box of a written light sheet that lies within `picture`, uint8 (h, w, 3), on something darker.

    With it comes a copy of that part of the picture, uint8 (h, w, 3), at most LONG_SIDE px long, in which all beyond
    the sheet's edge is painted in its colour, so that a large table is not taken for the paper. Several sheets, such as
    cards, become one. None if there is no such sheet, or if more than one side of the picture cuts it off.
    """
    if min(picture.shape[:2]) < MIN_PICTURE_SIDE:
        return None  # a digit cut out
    small = cv2.GaussianBlur(resized(picture, min(1, SHEET_SIDE / max(picture.shape))), (0, 0), 1)
    luma = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    paper = without_ink(small)
    sheets = [area for area in light_areas(cv2.cvtColor(paper, cv2.COLOR_BGR2GRAY)) if is_sheet(area)]
    sheet = np.any(sheets, axis=0)
    if sheet.mean() < MIN_SHEET_AREA or not any(is_written_on(each, luma) for each in sheets):
        return None
    if np.percentile(luma[~sheet], 75) >= TABLE * np.median(luma[sheet]):
        return None
    inner = without_edge(sheet, SHEET_EDGE)
    (left, top, width, height), on_sheet = trimmed(inner)
    beyond = spread(paper, inner)[top : top + height, left : left + width]
    down, across = picture.shape[0] / len(small), picture.shape[1] / small.shape[1]
    left, right, top, bottom = (
        int(n) for n in (left * across, (left + width) * across, top * down, (top + height) * down)
    )
    copy = picture[top:bottom, left:right]
    copy = resized(copy, min(1, LONG_SIDE / max(copy.shape)))
    share = stretched(on_sheet.astype(np.float32), copy.shape)
    painted = cv2.blendLinear(np.ascontiguousarray(copy), stretched(beyond, copy.shape), share, 1 - share)
    return (left, top, right - left, bottom - top), painted


def board_in(picture: np.ndarray) -> tuple[Box, np.ndarray] | None:
    """Return what sheet_in does, for a dark board on something lighter."""
    found = sheet_in(255 - picture)
    return found and (found[0], 255 - found[1])


def without_ink(small):
    """Return `small`, uint8 (h, w, 3), without dark lines that are no wider than SHEET_PEN of its short side."""
    reach = max(1, round(SHEET_PEN * min(small.shape[:2]) / 2))
    frame = [2 * reach] * 4
    framed = cv2.copyMakeBorder(small, *frame, cv2.BORDER_CONSTANT)  # black, so that a strip of table is not a line
    return cv2.morphologyEx(framed, cv2.MORPH_CLOSE, square_of(reach))[2 * reach : -2 * reach, 2 * reach : -2 * reach]


def light_areas(luma):
    """Return the large light areas of `luma`, uint8 (h, w) (Otsu 1979), each with all that it encloses, bool (h, w)."""
    _, light = cv2.threshold(luma, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = [outline for outline in outlines if cv2.contourArea(outline) > MIN_CARD_AREA * luma.size]
    return [cv2.drawContours(np.zeros_like(light), [outline], -1, 1, cv2.FILLED) > 0 for outline in large]


def is_sheet(area):
    """Whether `area`, bool (h, w), has the four straight edges of a sheet of paper; the picture may cut off one."""
    touched = sum(side.mean() > 0.1 for side in (area[0], area[-1], area[:, 0], area[:, -1]))
    straight = quadrilateral_about(area)
    size = np.count_nonzero(area)
    return (
        touched <= 1 and straight is not None and np.count_nonzero(straight ^ area) < max(0.05 * size, 2.5 * size**0.5)
    )


def is_written_on(area, luma):
    """Whether there is ink on the sheet at `area`, bool (h, w), and not just on its margin; luma: uint8 (h, w).

    A light 1 on dark ground may have straight edges too, but no ink on it.
    """
    margin = min(SHEET_MARGIN, round(0.1 * np.count_nonzero(area) ** 0.5))
    brightness, inner = np.median(luma[area]), luma[without_edge(area, margin)]
    return inner.size > 0 and 0.002 < (inner < 0.85 * brightness).mean() < 0.25


def spread(paper, inner):
    """Return `paper`, uint8 (h, w, 3), with the colours within `inner`, bool (h, w), spread over the rest."""
    weights = inner.astype(np.float32)[..., np.newaxis]
    usual, faint = np.median(paper[inner], axis=0), 1e-4  # far away only the usual colour counts
    blurred = cv2.GaussianBlur(np.dstack([paper * weights, weights]), (0, 0), 8)
    return ((blurred[..., :3] + faint * usual) / (blurred[..., 3:] + faint)).astype(np.uint8)
