"""A picture that lies on its side: read as it is, it shows little, and turned by a quarter, a number is surely read."""

from collections.abc import Callable

import numpy as np

from digits.classifier import Classifier
from digits.finding import Found, find_rows
from digits.reading import Reading, is_sure, read_rows

SURELY, TURNED = 0.95, 0.8  # confidence of a reading that needs no other beside it, and of one that is turned
DIGITS = 3  # in a row: fewer may look like others when turned, as 6, 8, 0 and 1 do


def read_upright(found: Found, picture: Callable[[], np.ndarray], classify: Classifier) -> Reading:
    """Return the Reading of what find_rows found in a picture, or of the picture turned by a quarter where that is due.

    picture: returns the picture, uint8 (h, w, 3) BGR; it is called, and the picture turned, only where little is read.
    """
    reading = read_rows(found, classify)
    if reading.confidence >= SURELY or (holds_number(reading) and is_whole(reading)):
        return reading
    ways = [read_turned(picture(), degrees, classify) for degrees in (90, 270)]
    surest = max(ways, key=lambda way: way.confidence)
    is_due = surest.confidence >= TURNED and holds_number(surest) and is_whole(surest)
    return surest if is_due else reading


def read_turned(picture, degrees, classify):
    return read_rows(find_rows(turned(picture, degrees)), classify)._replace(turned=degrees)


def turned(picture: np.ndarray, degrees: int) -> np.ndarray:
    """Return the picture, (h, w, ...), turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(picture, -degrees // 90))


def holds_number(reading):
    return any(sum(map(is_sure, row)) >= DIGITS for row in reading.rows)


def is_whole(reading):
    return all(map(is_sure, reading.marks))
