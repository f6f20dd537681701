"""From light to ink: how much darker each pixel is than the paper around it, whatever the light and the colours."""

from typing import NamedTuple

import cv2
import numpy as np

from digits.arrays import components, resized, stretched

PAPER_WINDOWS = 0.15, 0.5  # of the short side: paper is the lightest within this; the second is for fat brushes
POLARITY_SIDE = 400  # px: long side of the copy that shows whether the ink is darker than the paper
POLARITY_WINDOWS = 0.1, 0.2  # of its short side: strokes narrower than these decide it


class Page(NamedTuple):
    """A picture as dark ink on light paper, whatever it was; the arrays are float32 (h, w)."""

    grey: np.ndarray  # 1 = the paper's usual colour, 0 = black
    paper: np.ndarray  # what `grey` would be without ink
    ink: np.ndarray  # how much darker than the paper: 0 = paper, 1 = black on white
    noise: float  # the standard deviation of `ink` on blank paper, estimated from medians


def page_of(picture: np.ndarray) -> Page:
    """Return the Page of a picture, uint8 (h, w, 3) BGR."""
    grey = cv2.GaussianBlur(grey_of(picture), (0, 0), 1.0)
    fine, coarse = (against_paper(grey, window * min(grey.shape)) for window in PAPER_WINDOWS)
    return coarse if has_fat_strokes(fine.ink, coarse.ink) else fine


def grey_of(picture):
    """Return `picture` as float32 (h, w): 1 where it has the paper's colour, lower the more it differs, as ink does.

    The colour channel that differs most counts: in red light, cyan ink is as dark as black.
    """
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    distance = np.abs(luma - local_median(luma))[::3, ::3]  # every ninth pixel is enough to know the paper's colour
    paper = np.median(picture[::3, ::3][distance <= max(8, np.median(distance))], axis=0)
    if not is_ink_dark(luma):
        picture, paper = 255 - picture, 255 - paper
    blue, green, red = (cv2.split(picture)[i].astype(np.float32) / np.float32(max(paper[i], 16)) for i in range(3))
    return cv2.min(cv2.min(blue, green), red)


def is_ink_dark(luma):
    """Whether the ink in `luma`, uint8 (h, w), is darker than the paper.

    A closing removes dark strokes, an opening light ones; the ink is what leaves the smoother picture when removed.
    The edges of shadows and sheets survive both.
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
    from_paper = luma - local_median(luma)  # no stroke is that narrow; there may be a block or a shadow
    return cv2.norm(from_paper.clip(max=0)) >= cv2.norm(from_paper.clip(min=0))


def total_variation(image):
    """Return the sum of the differences between neighbours (Rudin, Osher, Fatemi 1992)."""
    return cv2.norm(image[1:], image[:-1], cv2.NORM_L1) + cv2.norm(image[:, 1:], image[:, :-1], cv2.NORM_L1)


def local_median(luma):
    """Return float32 (h, w): the median in a window nearly half as long as the picture, which is paper, not ink."""
    tiny = resized(luma, min(1, 96 / max(luma.shape)))
    window = int(0.45 * max(tiny.shape)) | 1
    padded = cv2.copyMakeBorder(tiny, *[window // 2] * 4, cv2.BORDER_REFLECT)
    inner = slice(window // 2, -(window // 2) or None)
    return stretched(cv2.medianBlur(padded, window)[inner, inner].astype(np.float32), luma.shape)


def against_paper(grey, window):
    """Return the Page of `grey`, float32 (h, w), where paper is the lightest within about `window` px.

    A morphological closing (Serra 1982; "black hat" in OpenCV) takes whatever is dark and narrower than its window for
    ink; shadows and edges wider than that, hard or soft, stay in the paper.
    """
    scale = min(1, 40 / window)
    size = max(3, int(window * scale)) | 1
    paper = cv2.morphologyEx(resized(grey, scale), cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    smooth, with_edges = cv2.GaussianBlur(paper, (0, 0), size / 6), cv2.medianBlur(paper, 5)
    paper = np.minimum(smooth, with_edges)  # the second, so that a shadow's edge is not taken for ink
    paper = stretched(paper, grey.shape)
    ink = (paper - grey) / np.maximum(paper, 0.5)  # a share of the light, but noise in the dark is not enlarged
    some = ink[::3, ::3]  # every ninth pixel is enough to know the paper
    blank = some[some <= max(0.5 * darkest(ink), float(some.min()))]  # what is not surely ink
    level = np.median(blank)
    return Page(grey, paper, ink - level, 1.48 * float(np.median(np.abs(blank - level))))


def has_fat_strokes(fine, coarse):
    """Whether strokes are wider than the fine window, so that their middle is paper in `fine`; both: ink, (h, w)."""
    dark = 0.7 * darkest(coarse)  # a shadow is paler
    count, labels, stats, _ = components(coarse > dark)
    free = np.array([i > 0 and not at_border(stats[i], coarse.shape) for i in range(count)])
    strokes = free[labels] if free.any() else labels > 0
    return strokes.any() and (fine[strokes] < 0.6 * coarse[strokes]).mean() > 0.03


def at_border(stat, shape):
    """Whether a Piece, or a row of OpenCV's stats, touches the border of an image of this shape."""
    x, y, w, h = stat[:4]
    return x == 0 or y == 0 or x + w == shape[1] or y + h == shape[0]


def darkest(ink):
    """Return the mean of the darkest thousandth of `ink`, but of at least 20 px."""
    count = max(20, ink.size // 1000)
    return float(np.partition(ink, -count, axis=None)[-count:].mean()) if count < ink.size else float(ink.max())
