"""A sheet of paper on a table, or a board on a wall: where it lies, and a copy with all else painted over."""

import cv2
import numpy as np

from digits.arrays import quadrilateral_about, resized, square_of, stretched, trimmed, without_edge

LONG_SIDE = 1600  # px: the copy of the sheet is shrunk to this
MIN_PICTURE_SIDE = 160  # px: a smaller picture is a digit cut out, without a sheet
SHEET_SIDE = 200  # px: long side of the copy in which a sheet is looked for
SHEET_EDGE = 2  # px of that copy: cut off along the edge of a sheet
SHEET_MARGIN = 8  # px of that copy, less on a card: ink in this margin alone does not count
SHEET_PEN = 0.12  # of the short side of that copy: no stroke on the sheet is wider
MIN_SHEET_AREA, MIN_CARD_AREA = 0.1, 0.03  # of the picture: all sheets in it together, each of them
MAX_RING = 2  # px of that copy: light things up to about twice as wide, such as the rings of a pad, are not the sheet
WRITING = 0.04  # of the paper's brightness: what is darker than it by this is writing
BLACK = 25  # of 255: a sheet is lighter
TABLE = 0.76  # of the sheet's brightness: what it lies on is darker than this


def sheet_in(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return a copy of the written light sheet that lies within `picture`, uint8 (h, w, 3), on something darker.

    The copy, uint8 (h, w, 3), is at most LONG_SIDE px long and turned so that the sheet's edges are level; all beyond
    them is painted in its colour, so that a large table is not taken for the paper. With it comes the matrix, (2, 3),
    from places (x, y, 1) in the copy to those in the picture. Several sheets, such as cards, become one. None if there
    is no such sheet, or if more than one side of the picture cuts it off.
    """
    if min(picture.shape[:2]) < MIN_PICTURE_SIDE:
        return None  # a digit cut out
    small = cv2.GaussianBlur(resized(picture, min(1, SHEET_SIDE / max(picture.shape))), (0, 0), 1)
    paper = without_ink(cv2.morphologyEx(small, cv2.MORPH_OPEN, square_of(MAX_RING)))
    sheets = written_sheets(small, paper)
    if not sheets:
        return None
    turn, size = levelling(max(sheets, key=np.count_nonzero))
    sheet = cv2.warpAffine(np.any(sheets, axis=0).astype(np.uint8), turn, size)
    paper = cv2.warpAffine(paper, turn, size, borderMode=cv2.BORDER_REPLICATE)
    inner = without_edge(sheet, SHEET_EDGE)
    (left, top, width, height), on_sheet = trimmed(inner)
    beyond = spread(paper, inner)[top : top + height, left : left + width]
    scale = min(1, LONG_SIDE * len(small) / (max(width, height) * len(picture)))
    shrunk = resized(picture, scale)
    px = len(shrunk) / len(small)  # the size of a px of the small copy
    back = cv2.invertAffineTransform(turn)
    place = np.column_stack([back[:, :2], px * back @ (left, top, 1)])
    shape = round(px * width), round(px * height)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    copy = cv2.warpAffine(shrunk, place, shape, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    share = stretched(on_sheet.astype(np.float32), copy.shape)
    painted = cv2.blendLinear(copy, stretched(beyond, copy.shape), share, 1 - share)
    return painted, place / scale


def board_in(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Return what sheet_in does, for a dark board on something lighter."""
    found = sheet_in(255 - picture)
    return found and (255 - found[0], found[1])


def written_sheets(small, paper):
    """Return the sheets, each bool (h, w), in `small`, uint8 (h, w, 3), which is `paper` without the ink.

    Where glare on the table joins them, they are lighter than the glare.
    """
    luma, light = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), cv2.cvtColor(paper, cv2.COLOR_BGR2GRAY)
    if light.min() > TABLE * light.max():
        return []  # nothing is dark enough to be a table
    threshold, _ = cv2.threshold(light, 0, 1, cv2.THRESH_OTSU)  # Otsu 1979
    higher, _ = cv2.threshold(light[light > threshold], 0, 1, cv2.THRESH_OTSU)
    for each in (threshold, higher):
        areas = [area for area in large_areas(light > each) if np.median(light[area]) > each]  # not just a frame
        sheets = [area for area in areas if is_sheet(area) and is_on_table(area, luma)]
        if np.any(sheets, axis=0).mean() >= MIN_SHEET_AREA and any(is_written_on(each, luma) for each in sheets):
            return sheets
    return []


def levelling(sheet):
    """Return the matrix, (2, 3), that turns a sheet, bool (h, w), so that its edges are level, and the new (w, h)."""
    _, _, degrees = cv2.minAreaRect(cv2.findNonZero(sheet.astype(np.uint8)))
    degrees = (degrees + 45) % 90 - 45
    height, width = sheet.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    size = np.abs(turn[:, :2]) @ (width, height)
    turn[:, 2] += (size - (width, height)) / 2
    return turn, tuple(int(length) for length in size)


def without_ink(small):
    """Return `small`, uint8 (h, w) or (h, w, 3), without dark lines no wider than SHEET_PEN of its short side."""
    reach = max(1, round(SHEET_PEN * min(small.shape[:2]) / 2))
    frame = [2 * reach] * 4
    framed = cv2.copyMakeBorder(small, *frame, cv2.BORDER_CONSTANT)  # black, so that a strip of table is not a line
    return cv2.morphologyEx(framed, cv2.MORPH_CLOSE, square_of(reach))[2 * reach : -2 * reach, 2 * reach : -2 * reach]


def large_areas(light):
    """Return the large areas of `light`, bool (h, w), each with all that it encloses, bool (h, w)."""
    outlines, _ = cv2.findContours(light.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = [outline for outline in outlines if cv2.contourArea(outline) > MIN_CARD_AREA * light.size]
    return [cv2.drawContours(np.zeros(light.shape, np.uint8), [outline], -1, 1, cv2.FILLED) > 0 for outline in large]


def is_sheet(area):
    """Whether `area`, bool (h, w), has the four straight edges of a sheet of paper; the picture may cut off one."""
    touched = sum(side.mean() > 0.1 for side in (area[0], area[-1], area[:, 0], area[:, -1]))
    straight = quadrilateral_about(area)
    size = np.count_nonzero(area)
    return (
        touched <= 1 and straight is not None and np.count_nonzero(straight ^ area) < max(0.05 * size, 2.5 * size**0.5)
    )


def is_on_table(area, luma):
    """Whether what lies around `area`, bool (h, w), is darker; luma: uint8 (h, w)."""
    near, far = (cv2.dilate(area.astype(np.uint8), square_of(reach)) for reach in (SHEET_EDGE, 3 * SHEET_EDGE))
    around = luma[far > near]
    return around.size > 0 and np.median(around) < TABLE * np.median(luma[area]) > BLACK


def is_written_on(area, luma):
    """Whether there is ink on the sheet at `area`, bool (h, w), and not just on its margin; luma: uint8 (h, w).

    A light 1 on dark ground may have straight edges too, but no ink on it.
    """
    inner = without_edge(area, min(SHEET_MARGIN, round(0.1 * np.count_nonzero(area) ** 0.5)))
    return inner.any() and 0.002 < (luma < (1 - WRITING) * without_ink(luma))[inner].mean() < 0.5


def spread(paper, inner):
    """Return `paper`, uint8 (h, w, 3), with the colours within `inner`, bool (h, w), spread over the rest."""
    weights = inner.astype(np.float32)[..., np.newaxis]
    usual, faint = np.median(paper[inner], axis=0), 1e-4  # far away only the usual colour counts
    blurred = cv2.GaussianBlur(np.dstack([paper * weights, weights]), (0, 0), 8)
    return ((blurred[..., :3] + faint * usual) / (blurred[..., 3:] + faint)).astype(np.uint8)
