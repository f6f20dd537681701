"""Cuts the rows of writing out of a page, level and as the row reader takes them."""

from typing import NamedTuple

import cv2
import numpy as np

from digits.rows import ROW_HEIGHT, with_contrast

ROOM = 0.06, 0.5  # of a row's height, above and below it, and beside it
ALONE = 0.4  # of the page's height: a higher row is all that is on it, and taken from edge to edge
TALL = 1.6  # times the usual height of the row: what reaches further from its middle is cut off
MAX_WIDTH = 4000  # px of a row's ink


class Strip(NamedTuple):
    """A row, cut out and levelled."""

    ink: np.ndarray  # float32 (ROW_HEIGHT, w), 0 paper to 1 ink
    to_page: np.ndarray  # float (2, 3): from (x, y, 1) in `ink` to (x, y) on the page


def strip_of(boxes: list, ink: np.ndarray) -> Strip:
    """Return the strip of `ink`, float32 (h, w), around `boxes`, (x, y, width, height): a row from left to right."""
    x, y, w, h = np.array(boxes, float).T
    slope = slope_of(x + w / 2, y + h / 2, h)
    level = y + h / 2 - slope * (x + w / 2)
    usual = np.percentile(h, 75)
    middle = float(np.median(level[h >= 0.5 * usual]))
    top = max((level - h / 2).min(), middle - TALL * usual / 2)
    bottom = min((level + h / 2).max(), middle + TALL * usual / 2)
    height = max(4.0, bottom - top) * (1 + 2 * ROOM[0])
    top = (top + bottom - height) / 2
    room = ROOM[1] * height if height < ALONE * len(ink) else ink.shape[1]
    left = max(0, int(x.min() - room))
    right = min(ink.shape[1], int(np.ceil((x + w).max() + room)))
    if abs(slope) * (right - left) < 0.08 * height:
        top, slope = top + slope * (left + right) / 2, 0.0
    first, last = int(np.floor(top)), int(np.ceil(top + height))
    if slope:
        shear = np.array([[1, 0, left], [slope, 1, first + slope * left]])
        cut = cv2.warpAffine(ink, shear, (right - left, last - first), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    else:
        rows = slice(max(0, first), max(0, last))
        cut = ink[rows, left:right]
        first, last = rows.start, rows.start + len(cut)
    scale = (last - first) / ROW_HEIGHT
    width = min(MAX_WIDTH, max(8, round((right - left) / scale)))
    method = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
    strip = with_contrast(cv2.resize(cut, (width, ROW_HEIGHT), interpolation=method)).astype(np.float32)
    across = (right - left) / width
    return Strip(strip, np.array([[across, 0, left], [slope * across, scale, first + slope * left]]))


def slope_of(across, down, heights):
    """Return the slope of the line through the middles of a row's marks; 0 where they are too few to tell."""
    tall = heights >= 0.5 * np.percentile(heights, 75)
    if tall.sum() < 3 or np.ptp(across[tall]) < 3 * heights.max():
        return 0.0
    return float(np.clip(np.polyfit(across[tall], down[tall], 1)[0], -0.5, 0.5))
