"""Draws numbers as people write them, in a row: amounts, dates, sums, words; digits may touch, and zeros be joined.

A hand has one slant, pen, width and spacing for the whole row.
"""

from typing import NamedTuple

import cv2
import numpy as np

from digits.drawing.glyphs import FIELD, HEIGHT, ROOM, glyph, joined_zeros, random_hand
from digits.drawing.hand import one_of
from digits.drawing.strokes import smooth_through
from digits.rows import DIVIDERS


def number(random):
    """Return what to write, a string: digits, what divides them, = + x, ? for any other sign; a space is a wide gap."""
    kind = random.random()
    if kind < 0.24:
        return digits(random, random.integers(1, 4))
    if kind < 0.4:
        return digits(random, random.integers(3, 11))
    if kind < 0.44:
        return " ".join(digits(random, random.integers(1, 4)) for _ in range(random.integers(2, 5)))
    if kind < 0.69:
        return amount(random)
    if kind < 0.77:
        divider, count = one_of(random, DIVIDERS), random.integers(2, 5)
        return divider.join(digits(random, random.integers(1, 5)) for _ in range(count))
    if kind < 0.86:
        sign, gap = one_of(random, "++++xx-?"), one_of(random, ("", "", " "))
        terms = [digits(random, random.integers(1, 4)) for _ in range(random.integers(2, 5))]
        return f"{gap}{sign}{gap}".join(terms) + one_of(random, ("", "", "=", f"={terms[0]}"))
    if kind < 0.94:
        text = list(digits(random, random.integers(1, 8)))
        for _ in range(random.integers(1, 4)):
            text[random.integers(len(text))] = one_of(random, "???+")
        return "".join(text)
    word = "?" * random.integers(1, 8, 2).min()
    return one_of(random, (word, word, f"{word} {digits(random, random.integers(1, 5))}"))


def digits(random, count):
    return "".join(map(str, random.integers(0, 10, count)))


def amount(random):
    """An amount of money: zeros at the end, groups of three, cents, and strokes that leave no room to add digits."""
    count = random.integers(2, 8)
    zeros = min(one_of(random, (0, 0, 0, 0, 1, 2, 3, 4)), count - 1)
    text = digits(random, count - zeros) + "0" * zeros
    if random.random() < 0.5:
        mark = one_of(random, "...,")
        text = mark.join([text[max(0, i - 3) : i] for i in range(len(text), 0, -3)][::-1])
    if random.random() < 0.15:
        text += one_of(random, ",,.-") + digits(random, 2)
    end = ("", "", "", ".", ",", "-", ".-", ",-", "=", ".=", "--", ".--")
    return text + one_of(random, end)


# --- the row ---


class Row(NamedTuple):
    ink: np.ndarray  # uint8 (FIELD, w), 1 = ink
    text: str
    edges: list[int]  # the x between neighbours, and at both ends


def row_of(random, text, mnist):
    """Return `text` written by a random hand as a Row; mnist: images uint8 (n, 28, 28) by digit."""
    hand = random_hand(random)
    canvas = np.zeros((FIELD, 8 * HEIGHT * (1 + len(text))), np.uint8)
    front = np.full(FIELD, -1000)  # the last ink in each line so far
    edges, end = [20], 20
    at = 0
    small = len(text) if random.random() > 0.07 else len(text) - 2  # cents are small
    while at < len(text):
        if text[at] == " ":
            front, end, at = np.full(FIELD, end + int(HEIGHT * random.uniform(0.5, 3))), end, at + 1
        zeros = len(text[at:]) - len(text[at:].lstrip("0"))
        if zeros >= 2 and random.random() < 0.3:
            mask, at = joined_zeros(random, min(zeros, 6), hand), at + min(zeros, 6)
        else:
            mask, at = glyph(random, text[at], hand, mnist), at + 1
        if not mask.any():
            at -= 1  # too thin to be seen: once more
            continue
        if at > small:
            mask = shrunk(mask, 0.65)
        gap = HEIGHT * random.normal(hand.gap, hand.gap_spread)
        if text[at - 1] not in "0123456789":
            gap = max(gap, 0.06 * HEIGHT)
        x = beside(front, mask, gap, end)
        columns = np.flatnonzero(mask.any(axis=0))
        left, right = x + columns[0], x + columns[-1] + 1
        if len(edges) > 1:
            edges[-1] = (end + left) // 2
            if random.random() < hand.joined and text[at - 1] in "0123456789":
                join(random, canvas, mask, x, end, hand)
        canvas[:, left:right] |= mask[:, columns[0] : columns[-1] + 1]
        inside = mask.any(axis=1)
        front[inside] = np.maximum(front[inside], x + mask.shape[1] - 1 - mask[inside, ::-1].argmax(axis=1))
        end = max(end, right)
        edges.append(end)
    said = text.replace(" ", "").replace("+", "?").replace("x", "?")
    return Row(canvas[:, : end + 20], said, edges)


def beside(front, mask, gap, end):
    """Return the x at which to place `mask` so that its ink is `gap` px right of the ink before it."""
    inside = mask.any(axis=1)
    first = np.where(inside, mask.argmax(axis=1), 10_000)
    reach = 5  # px: ink a little above or below is a neighbour, too
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(front, reach, constant_values=-1000), 2 * reach + 1)
    nearest = (windows.max(axis=1) - first)[inside].max()
    first_column = int(first.min())
    x = nearest + 1 + round(gap)
    return int(max(x, end - first_column - 0.6 * HEIGHT, 20 - first_column))


def shrunk(mask, scale):
    """Return a glyph smaller by `scale`, at the top of the row."""
    matrix = np.float32([[scale, 0, 0], [0, scale, ROOM * (1 - scale)]])
    grey = cv2.warpAffine(255 * mask, matrix, (int(mask.shape[1] * scale) + 2, FIELD), flags=cv2.INTER_LINEAR)
    return (grey > 90).view(np.uint8)


def join(random, canvas, mask, x, end, hand):
    """Draw a stroke from the ink on the canvas, which ends at x = `end`, to the left side of `mask` at `x`."""
    rows = np.flatnonzero(canvas[:, max(0, end - 14) : end].any(axis=1))
    others = np.flatnonzero(mask[:, : mask.argmax(axis=1)[mask.any(axis=1)].min() + 12].any(axis=1))
    if not len(rows) or not len(others):
        return
    y, to = int(one_of(random, rows)), int(one_of(random, others))
    if abs(y - to) > 0.5 * HEIGHT:
        return
    start = end - 1 - int(canvas[y, :end][::-1].argmax())
    stop = x + int(mask[to].argmax())
    if stop - start > HEIGHT or stop < start:
        return
    middle = ((start + stop) / 2, (y + to) / 2 + random.uniform(-3, 4))
    line = smooth_through(3) @ np.array([(start, y), middle, (stop, to)])
    cv2.polylines(canvas, [np.rint(line * 16).astype(np.int32)], False, 1, max(1, round(0.8 * hand.pen)), cv2.LINE_8, 4)
