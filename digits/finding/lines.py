"""Takes lines that are long against the digits off the ink: of ruled and squared paper, margins, tables, underlines."""

import cv2
import numpy as np

from digits.arrays import components, square_of
from digits.finding.piece import middle_of

THICKEST = 18  # px: no line is thicker
FLAT = 32  # px: so long is a level piece of a line at least
FRINGE = 2  # px: so far the soft edges of a line reach
LONG = 1.4  # times the usual height of the other ink: a line from border to border is longer
VERY_LONG = 4  # times that of the ink that does not touch it: any other line is longer
MOST = 0.6  # of the picture's width: and longer than this
OTHER_INK = 2, 0.2  # times that of the line: so much is there, or what seems a line may be a 1 with dirt around it
PART, MOST_PARTS = 0.05, 4  # of the ink of a digit's longest stroke: so much is in each of the others, at most so many
RULED = 3  # so many long level strips are lines, and what is as long across them
RUNG = 3.5  # times as high as wide: a rung between two lines, where a 7 would lean or have a bar
DARKER, THICKER = 1.3, 1.5  # times as dark, or as thick, as its line: a stroke that crosses it or runs along it


def without_lines(ink, dark):
    """Return `ink`, float32 (h, w), without lines but with the strokes that cross them; dark: bool (h, w), where it is.

    A line is much longer than the other ink is high, or somewhat longer and reaches from border to border.
    """
    images = [np.ascontiguousarray(each, np.uint8) for each in (dark, dark.T)]
    inks = [ink, np.ascontiguousarray(ink.T)]
    strips = [strips_in(image) for image in images]
    chosen = [stats[:, 2] > MOST * labels.shape[1] for labels, stats in strips]
    for _ in range(2):  # first without whatever may be a line, then without the lines only
        if any(map(np.any, chosen)):
            across, down = (each[labels] for each, (labels, _) in zip(chosen, strips, strict=True))
            rest = images[0] * ~(across | down.T)
            ruled = np.count_nonzero(chosen[0]) >= RULED
            chosen = [lines_among(*each, ruled) for each in zip(chosen, strips, inks, (rest, rest.T), strict=True)]
    if not any(map(np.any, chosen)):
        return ink
    across, down = (strips_without_strokes(*each) for each in zip(inks, images, strips, chosen, strict=True))
    rest = dark & ~(across | down.T)
    rest &= ~(rungs_between(across, rest) | rungs_between(down, rest.T).T)
    near = cv2.dilate(rest.astype(np.uint8), square_of(FRINGE)) > 0  # the soft edges of strokes, not those of lines
    return np.where(rest | near & ~dark & ~across & ~down.T, ink, np.float32(0))


def strips_in(image):
    """Return labels, int32 (h, w), and stats of thin level strips in `image`, uint8 (h, w), which may be bent."""
    thin = image - cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((THICKEST + 1, 1), np.uint8))
    crossed = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((1, 2 * THICKEST), np.uint8)) & image
    thick = cv2.dilate(crossed, np.ones((2 * FRINGE + 1, 1), np.uint8))
    flat = cv2.morphologyEx(thick, cv2.MORPH_OPEN, np.ones((1, FLAT), np.uint8))
    _, labels, stats, _ = components(flat)
    stats[0] = 0  # the paper
    return labels, stats


def lines_among(chosen, strips, ink, rest, ruled):
    """Return which of the chosen strips are lines, bool (n,); rest: where there is ink without them, uint8 (h, w)."""
    labels, stats = strips
    _, pieces, pieces_stats, _ = components(rest)
    heights = np.maximum(pieces_stats[:, 3], 0.6 * pieces_stats[:, 2])
    amounts = np.bincount(pieces.ravel(), (ink * rest).ravel())
    lines = np.zeros_like(chosen)
    for i in np.flatnonzero(chosen):
        left, top, length, height, _ = stats[i]
        place = slice(max(0, top - 1), top + height + 1), slice(left, left + length)
        strip = labels[place] == i
        amount = ink[place][strip].sum()
        touching = np.unique(pieces[place][cv2.dilate(np.uint8(strip), square_of(1)) > 0])
        free = amounts.copy()
        if np.count_nonzero(amounts[touching] > PART * amount) <= MOST_PARTS:
            free[touching] = 0
        between_borders = length == labels.shape[1] and amounts.sum() > OTHER_INK[0] * amount
        between_borders &= length > LONG * middle_of(heights, amounts)
        very_long = length > VERY_LONG * middle_of(heights, free) and (ruled or free.sum() > OTHER_INK[1] * amount)
        lines[i] = between_borders or very_long
    return lines


def rungs_between(lines, rest):
    """Return the straight strokes in `rest`, bool (h, w), from one of the level lines, bool (h, w), to another."""
    _, labels, stats, _ = components(rest)
    rows, columns = (cv2.dilate(lines.astype(np.uint8), square_of(FRINGE)) * labels).nonzero()
    rungs = np.zeros(len(stats), bool)
    for i in np.unique(labels[rows, columns]):
        _, top, width, height, area = stats[i]
        ends = rows[labels[rows, columns] == i] - top
        straight = area < THICKEST / 2 * np.hypot(width, height)
        rungs[i] = straight and height > RUNG * width and ends.min() < 0.1 * height and ends.max() > 0.9 * height
    return rungs[labels]


def strips_without_strokes(ink, image, strips, chosen):
    """Return the chosen strips, bool (h, w), less the strokes that cross them or run along them, thicker or darker."""
    labels, stats = strips
    lines = np.zeros(image.shape, bool)
    for i in np.flatnonzero(chosen):
        left, top, length, height, area = stats[i]
        thickness = area / length - 2 * FRINGE
        first = max(0, top - 2 * THICKEST)
        place = slice(first, top + height + 2 * THICKEST), slice(left, left + length)
        strip = labels[place] == i
        thick = cv2.morphologyEx(image[place], cv2.MORPH_OPEN, np.ones((int(THICKER * thickness) + 3, 1), np.uint8)) > 0
        darkness = np.percentile(ink[place][strip], 85)  # the rest may be its soft edges
        lines[place] |= strip & ~thick & (ink[place] < DARKER * darkness)
    return lines
