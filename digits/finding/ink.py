"""From light to ink: how much darker each pixel is than the paper about it, whatever the light and the colours."""

from typing import NamedTuple

import cv2
import numpy as np

from digits.arrays import components, resized, stretched

PAPER_WINDOWS = 0.15, 0.5  # of the short side: paper is the lightest within this; the second is for fat brushes
POLARITY_SIDE = 400  # px: so large is the copy in which it is seen whether the ink is darker than the paper
POLARITY_WINDOWS = 0.1, 0.2  # of its short side: strokes narrower than these tell


class Page(NamedTuple):
    """A picture as dark ink on light paper, whatever it was; each float32 (h, w)."""

    grey: np.ndarray  # 1 = the paper's usual colour, 0 = black
    paper: np.ndarray  # what `grey` would be without ink
    ink: np.ndarray  # how much darker than the paper: 0 = paper, 1 = black on white
    noise: float  # the standard deviation of `ink` where there is none, were it Gaussian


def page_of(picture: np.ndarray) -> Page:
    """Return the Page of a picture uint8 (h, w, 3)."""
    grey = cv2.GaussianBlur(grey_of(picture), (0, 0), 1.0)
    fine, coarse = (against_paper(grey, window * min(grey.shape)) for window in PAPER_WINDOWS)
    return coarse if has_fat_strokes(fine.ink, coarse.ink) else fine


def grey_of(picture):
    """Return float32 (h, w): 1 where a pixel has the paper's colour, towards 0 the more it differs, as ink does.

    Of the three colours the one counts that differs most: cyan ink is as dark as black in red light.
    """
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    distance = np.abs(luma - local_median(luma))[::3, ::3]  # every ninth pixel is enough to know the paper's colour
    paper = np.median(picture[::3, ::3][distance <= max(8, np.median(distance))], axis=0)
    if not is_ink_dark(luma):
        picture, paper = 255 - picture, 255 - paper
    blue, green, red = (cv2.split(picture)[i].astype(np.float32) / np.float32(max(paper[i], 16)) for i in range(3))
    return cv2.min(cv2.min(blue, green), red)


def is_ink_dark(luma):
    """Whether the ink in `luma`, uint8 (h, w), is darker than the paper: without its ink the paper is smooth.

    A closing takes away dark strokes, an opening light ones; that one was right after which less is left to be seen.
    The edges of shadows and sheets stay after both.
    """
    small = resized(luma, min(1, POLARITY_SIDE / max(luma.shape)))
    small = cv2.GaussianBlur(small, (0, 0), 1)
    windows = [np.ones([max(3, round(share * min(small.shape)))] * 2, np.uint8) for share in POLARITY_WINDOWS]
    closed, opened = (
        sum(total_variation(cv2.morphologyEx(small, operation, window)) for window in windows)
        for operation in (cv2.MORPH_CLOSE, cv2.MORPH_OPEN)
    )
    if max(closed, opened) > 1.02 * min(closed, opened):
        return closed < 1.2 * opened  # dark ink is the usual case
    from_paper = luma - local_median(luma)  # there is no stroke so narrow, but a block perhaps, or a shadow
    return cv2.norm(from_paper.clip(max=0)) >= cv2.norm(from_paper.clip(min=0))


def total_variation(image):
    """Return the sum of the differences between neighbours (Rudin, Osher, Fatemi 1992)."""
    return cv2.norm(image[1:], image[:-1], cv2.NORM_L1) + cv2.norm(image[:, 1:], image[:, :-1], cv2.NORM_L1)


def local_median(luma):
    """Return float32 (h, w): the median of nearly half the picture about each pixel, which is paper, not ink."""
    tiny = resized(luma, min(1, 96 / max(luma.shape)))
    window = int(0.45 * max(tiny.shape)) | 1
    padded = cv2.copyMakeBorder(tiny, *[window // 2] * 4, cv2.BORDER_REFLECT)
    inner = slice(window // 2, -(window // 2) or None)
    return stretched(cv2.medianBlur(padded, window)[inner, inner].astype(np.float32), luma.shape)


def against_paper(grey, window):
    """Return the Page of `grey`, where paper is the lightest within about `window` px.

    A morphological closing takes every dark thing that is narrower than its window for ink, and leaves shadows
    and edges wider than it in the paper, hard or soft. (Serra 1982; "black hat" in OpenCV.)
    """
    scale = min(1, 60 / window)
    size = max(3, int(window * scale)) | 1
    paper = cv2.morphologyEx(resized(grey, scale), cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    smooth, with_edges = cv2.GaussianBlur(paper, (0, 0), size / 6), cv2.medianBlur(paper, 5)
    paper = np.minimum(smooth, with_edges)  # the second lest the edge of a shadow be taken for ink
    paper = stretched(paper, grey.shape)
    ink = (paper - grey) / np.maximum(paper, 0.5)  # a share of the light there is, but no noise blown up in the dark
    some = ink[::3, ::3]  # every ninth pixel is enough to know the paper
    blank = some[some <= max(0.5 * darkest(ink), float(some.min()))]  # what is not surely ink
    level = np.median(blank)
    return Page(grey, paper, ink - level, 1.48 * float(np.median(np.abs(blank - level))))


def has_fat_strokes(fine, coarse):
    """Whether strokes are wider than the fine window, so that `fine` takes their middle for paper; ink (h, w)."""
    dark = 0.7 * darkest(coarse)  # a shadow is paler
    count, labels, stats, _ = components(coarse > dark)
    free = np.array([i > 0 and not at_border(stats[i], coarse.shape) for i in range(count)])
    strokes = free[labels] if free.any() else labels > 0
    return strokes.any() and (fine[strokes] < 0.6 * coarse[strokes]).mean() > 0.03


def at_border(stat, shape):
    x, y, w, h = stat[:4]
    return x == 0 or y == 0 or x + w == shape[1] or y + h == shape[0]


def darkest(ink):
    """Return the mean of the darkest thousandth."""
    count = max(20, ink.size // 1000)
    return float(np.partition(ink, -count, axis=None)[-count:].mean()) if count < ink.size else float(ink.max())
