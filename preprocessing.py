"""Find the digits in a picture and bring each into MNIST's form. No net and no TensorFlow in here.

    picture = read_picture("images/two_rows.jpg")       uint8 (h, w, 3), BGR
    for mark in find_marks(picture):
        mark.box, mark.row, mark.pixels                 pixels: float32 (28, 28) as MNIST has them

From the picture to the marks in five steps:

    page_of         how much darker each pixel is than the paper about it, whatever the light
    ink_pieces      the connected pieces of ink, each cut out at a share of its own darkness
    only_digits     without table edges, ruled lines, dots: what cannot be a digit
    grouped         pieces that belong together, like the body of a 5 and its bar
    to_mnist        20 px long, the centre of mass in the middle of 28x28

Lengths are in pixels of a working copy, whose long side is at most LONG_SIDE, unless they are said to be shares.
"""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

LONG_SIDE = 1600  # px: a larger picture is shrunk to this; a digit of 3 % of its height still has 36 px
SHORT_SIDE = 220  # px: a smaller picture is enlarged to this, so that one-pixel steps become smooth edges

PAPER_WINDOWS = 0.15, 0.5  # of the short side: paper is the lightest within this; the second is for fat brushes
FAINTEST_INK = 0.045  # of the paper's brightness: paler than this is never ink
CUTS = 0.4, 0.22  # of a piece's own darkness: where its edge is; at the second, unless it grows into ruled lines
THINNEST_STROKE = 2.2  # px of the 20: a thinner stroke is widened to this; MNIST's are 2 to 4 wide


class Mark(NamedTuple):
    """Something written: a digit, or what may turn out to be none."""

    box: tuple[int, int, int, int]  # x, y, width, height in pixels of the picture
    row: int  # counted from the top, from 0
    pixels: np.ndarray  # float32 (28, 28) from 0, paper, to 1, ink


class PictureError(ValueError):
    """The file holds no picture that can be read; the message says why."""


# --- the file ---


def read_picture(path):
    """Return the picture in the file at `path`, upright (EXIF applied): uint8 (h, w, 3), BGR.

    Transparent pixels become paper; 16 bits and floats are scaled to 8 bits. Raises PictureError.
    """
    path = Path(path)
    if path.is_dir():
        raise PictureError("a folder without pictures")
    try:
        data = np.fromfile(path, np.uint8)  # cv2.imread fails on names that are not ASCII on Windows
    except OSError as error:
        raise PictureError(f"cannot be opened ({error.strerror})") from error
    if data[4:12].tobytes() in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise PictureError("a HEIC photo, which OpenCV does not read; save it as JPEG or PNG")
    try:
        return decoded(data)
    except cv2.error as error:
        raise PictureError("not an image that OpenCV can read") from error


def decoded(data):
    """Return the picture in the bytes `data`, uint8 (n,), as read_picture does. Raises cv2.error."""
    is_jpeg = data[:2].tobytes() == b"\xff\xd8"
    raw = None if is_jpeg or not data.size else cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if raw is not None and raw.ndim == 3 and raw.shape[2] == 4:
        return on_paper(eight_bits(raw[..., :3]), raw[..., 3] / raw[..., 3].max(initial=1))
    if raw is not None and raw.dtype != np.uint8:
        grey = eight_bits(raw)
        return grey if grey.ndim == 3 else cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None  # the only flag that heeds EXIF
    if picture is None:
        raise cv2.error("nothing decoded")
    return picture


def eight_bits(raw):
    """Return `raw`, any number type, as uint8; a wider one is scaled so that its largest value becomes 255."""
    if raw.dtype == np.uint8:
        return raw
    return np.clip(np.nan_to_num(raw.astype(np.float32)) * (255 / max(float(raw.max()), 1e-9)), 0, 255).astype(np.uint8)


def on_paper(colour, alpha):
    """Lay a picture uint8 (h, w, 3) with alpha (h, w) from 0 to 1 on paper against which its ink shows."""
    visible = alpha > 0.5
    if visible.mean() > 0.5:
        paper = np.median(colour[visible], axis=0)  # it brought its own paper
    elif visible.any() and colour[visible].mean() > 127:
        paper = np.zeros(3)
    else:
        paper = np.full(3, 255.0)
    alpha = alpha[..., np.newaxis]
    return (colour * alpha + paper * (1 - alpha)).astype(np.uint8)


# --- the marks ---


def find_marks(picture):
    """Return what is written in `picture`, uint8 (h, w, 3) BGR, as a list of Mark in reading order."""
    height, width = picture.shape[:2]
    scale = min(max(1, SHORT_SIDE / min(height, width)), LONG_SIDE / max(height, width))
    page = page_of(resized(picture, scale))
    drawn = [drawn_together(group) for group in grouped(ink_pieces(page))]
    marks = []
    for row, members in enumerate(rows_of([box for box, _ in drawn])):
        for i in members:
            (x, y, w, h), mask = drawn[i]
            left, top = int(x / scale), int(y / scale)
            right, bottom = min(width, round((x + w) / scale)), min(height, round((y + h) / scale))
            marks.append(Mark((left, top, max(1, right - left), max(1, bottom - top)), row, to_mnist(mask)))
    return marks


def resized(picture, scale):
    height, width = picture.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


# --- from light to ink ---


class Page(NamedTuple):
    """A picture as dark ink on light paper, whatever it was; each float32 (h, w)."""

    grey: np.ndarray  # 1 = the paper's usual colour, 0 = black
    paper: np.ndarray  # what `grey` would be without ink
    ink: np.ndarray  # how much darker than the paper: 0 = paper, 1 = black on white


def page_of(picture):
    """Return the Page of a picture uint8 (h, w, 3)."""
    grey = cv2.GaussianBlur(grey_of(picture), (0, 0), 1.0)
    grey /= fitted_light(grey).clip(0.25, 2)
    fine, coarse = (against_paper(grey, window * min(grey.shape)) for window in PAPER_WINDOWS)
    return coarse if has_fat_strokes(fine.ink, coarse.ink) else fine


def grey_of(picture):
    """Return float32 (h, w): 1 where a pixel has the paper's colour, towards 0 the more it differs, as ink does.

    Of the three colours the one counts that differs most: cyan ink is as dark as black in red light.
    """
    luma = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    from_paper = luma.astype(np.float32) - local_median(luma)
    typical = np.abs(from_paper) <= max(8, np.median(np.abs(from_paper)))
    paper = np.median(picture[typical], axis=0).astype(np.float32)
    ink_is_dark = np.square(from_paper.clip(max=0)).sum() >= np.square(from_paper.clip(min=0)).sum()
    if ink_is_dark:
        return (picture / np.maximum(paper, 16)).min(axis=2)
    return 1 - ((picture - paper) / np.maximum(255 - paper, 16)).max(axis=2)


def local_median(luma):
    """Return float32 (h, w): the median of nearly half the picture about each pixel, which is paper, not ink."""
    tiny = resized(luma, min(1, 96 / max(luma.shape)))
    window = int(0.45 * max(tiny.shape)) | 1
    padded = cv2.copyMakeBorder(tiny, *[window // 2] * 4, cv2.BORDER_REFLECT)
    inner = slice(window // 2, -(window // 2) or None)
    return stretched(cv2.medianBlur(padded, window)[inner, inner].astype(np.float32), luma.shape)


def fitted_light(grey):
    """Return float32 (h, w): the quadratic surface that most of `grey` lies on, so a slope of light or a vignette.

    Tukey's biweight gives ink, tables and shadows no say in it (Beaton and Tukey 1974).
    """
    tiny = resized(grey, min(1, 64 / max(grey.shape)))
    terms, values = quadratic_terms(tiny.shape), tiny.ravel()
    weights = np.ones_like(values)
    for _ in range(8):
        coefficients = np.linalg.lstsq(terms * weights[:, None], values * weights, rcond=None)[0]
        error = values - terms @ coefficients
        reach = 6 * max(float(np.median(np.abs(error))), 0.005)
        weights = (1 - np.square(error / reach)).clip(min=0)
    if np.median(np.abs(error)) > 0.35 * np.median(np.abs(values - np.median(values))):
        return np.ones_like(grey)  # evenly lit, or by no such surface
    return stretched((terms @ coefficients).reshape(tiny.shape), grey.shape)


def quadratic_terms(shape):
    y, x = (axis.ravel() for axis in np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij"))
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1).astype(np.float32)


def against_paper(grey, window):
    """Return the Page of `grey`, where paper is the lightest within about `window` px.

    A morphological closing takes every dark thing that is narrower than its window for ink, and leaves shadows
    and edges wider than it in the paper, hard or soft. (Serra 1982; "black hat" in OpenCV.)
    """
    scale = min(1, 60 / window)
    size = max(3, int(window * scale)) | 1
    paper = cv2.morphologyEx(resized(grey, scale), cv2.MORPH_CLOSE, np.ones((size, size), np.uint8))
    paper = stretched(cv2.GaussianBlur(paper, (0, 0), size / 6), grey.shape)
    ink = (paper - grey) / np.maximum(paper, 0.5)  # a share of the light there is, but no noise blown up in the dark
    return Page(grey, paper, ink - np.median(ink))


def has_fat_strokes(fine, coarse):
    """Whether strokes are wider than the fine window, so that `fine` takes their middle for paper; ink (h, w)."""
    dark = 0.6 * darkest(coarse)
    count, labels, stats, _ = cv2.connectedComponentsWithStats((coarse > dark).astype(np.uint8))
    free = [i for i in range(1, count) if not at_border(stats[i], coarse.shape)] or range(1, count)
    strokes = np.isin(labels, list(free))
    return strokes.any() and (fine[strokes] < 0.6 * coarse[strokes]).mean() > 0.03


def at_border(stat, shape):
    x, y, w, h = stat[:4]
    return x == 0 or y == 0 or x + w == shape[1] or y + h == shape[0]


def darkest(ink):
    """Return the mean of the darkest thousandth."""
    count = max(20, ink.size // 1000)
    return float(np.partition(ink, -count, axis=None)[-count:].mean()) if count < ink.size else float(ink.max())


def stretched(image, shape):
    return cv2.resize(image, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)


# --- from ink to pieces ---


class Piece(NamedTuple):
    """A connected piece of ink, in pixels of the working copy."""

    x: int
    y: int
    w: int
    h: int
    mask: np.ndarray  # bool (h, w)
    area: int
    darkness: float  # the median of its ink

    @property
    def size(self):
        return max(self.w, self.h)

    @property
    def box(self):
        """The piece's place in an array of the page."""
        return slice(self.y, self.y + self.h), slice(self.x, self.x + self.w)


def ink_pieces(page):
    """Return the connected pieces of ink that may belong to digits, each cut out at a share of its own darkness."""
    noise = 1.48 * float(np.median(np.abs(page.ink)))  # the standard deviation, were it Gaussian
    faintest = max(FAINTEST_INK, 4 * noise)
    count, labels = cv2.connectedComponents((page.ink > faintest).astype(np.uint8))
    darkness = darkness_of_each(labels, page.ink, count)[labels]
    dark, faint = ((page.ink > np.maximum(faintest, cut * darkness)) & (labels > 0) for cut in CUTS)
    pieces = only_digits(connected(dark, page.ink), page)
    return with_faint_ends(pieces, connected(faint, page.ink), page)


def with_faint_ends(pieces, fainter, page):
    """Return `pieces`, those inside a piece of `fainter` replaced by it, but where that is a ruled line or the like."""
    if not pieces:
        return []
    inside = np.zeros(page.ink.shape, bool)
    for piece in pieces:
        inside[piece.box][piece.mask] = True
    longest = 1.5 * usual_size(pieces)
    grown = [piece for piece in fainter if piece.size <= longest and inside[piece.box][piece.mask].any()]
    for piece in grown:
        inside[piece.box][piece.mask] = False
    return grown + [piece for piece in pieces if inside[piece.box][piece.mask].any()]


def connected(solid, ink):
    """Return the connected pieces of `solid`, bool (h, w), that are larger than a speck."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8))
    pieces = []
    for i, (x, y, w, h, area) in enumerate(stats.tolist()[1:], start=1):
        if area >= 6:
            mask = labels[y : y + h, x : x + w] == i
            pieces.append(Piece(x, y, w, h, mask, area, float(np.median(ink[y : y + h, x : x + w][mask]))))
    return pieces


def darkness_of_each(labels, ink, count):
    """Return float32 (count,): how dark the darkest percent of each component is, so thin lines do not set it."""
    inside = labels > 0
    order = np.lexsort((ink[inside], labels[inside]))
    ends = np.searchsorted(labels[inside][order], np.arange(count), side="right")
    starts = np.append(0, ends[:-1])
    darkness = np.zeros(count, np.float32)
    if count > 1:
        darkness[1:] = ink[inside][order][(starts + 0.985 * (ends - 1 - starts)).astype(int)[1:]]
    return darkness


def only_digits(pieces, page):
    """Return the pieces without those that are plainly no part of a digit; if none is left, nothing is dropped."""
    for is_foreign in (is_edge, is_margin):
        pieces = [piece for piece in pieces if not is_foreign(piece, page)] or pieces
    if not pieces:
        return []
    pieces = [piece for piece in pieces if not is_shadow(piece, pieces, page)]
    size = usual_size(pieces)
    pieces = [piece for piece in pieces if not is_line(piece, size)] or pieces
    darkness = np.median([piece.darkness for piece in pieces if piece.size > 0.5 * size] or [0])
    return [piece for piece in pieces if piece.darkness > 0.4 * darkness and piece.size > 0.08 * size]


def is_margin(piece, page):
    """Whether the piece lies along the picture's border as the surroundings of a sheet do."""
    height, width = page.ink.shape
    at_side = piece.x == 0 or piece.x + piece.w == width
    at_end = piece.y == 0 or piece.y + piece.h == height
    along = (piece.w >= 0.9 * width and at_end) or (piece.h >= 0.9 * height and at_side)
    return along or (at_side and at_end and piece.area > 0.4 * piece.w * piece.h)


def is_edge(piece, page):
    """Whether there is paper on one side of the piece only, as at the edge of a sheet; ink has paper all round."""
    reach = 6
    padded = np.pad(piece.mask.astype(np.uint8), reach)
    near, far = (cv2.dilate(padded, np.ones((2 * r + 1, 2 * r + 1))) for r in (reach // 2, reach))
    rows, columns = np.nonzero(far > near)
    rows, columns = rows + piece.y - reach, columns + piece.x - reach
    height, width = page.grey.shape
    inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
    middle = (np.median(page.grey[piece.box][piece.mask]) + np.median(page.paper[piece.box][piece.mask])) / 2
    return not inside.any() or (page.grey[rows[inside], columns[inside]] > middle).mean() <= 0.7


def is_shadow(piece, pieces, page):
    """Whether the piece comes in from the border and is wider than any pen by which the free pieces are drawn."""
    if not at_border(piece, page.ink.shape):
        return False
    free = [p for p in pieces if not at_border(p, page.ink.shape) and p.darkness > 0.5 * piece.darkness]
    return bool(free) and stroke_width(piece.mask) > 3 * np.median([stroke_width(p.mask) for p in free])


def is_line(piece, size):
    return piece.size > 2.2 * size or piece.w > max(8 * piece.h, 1.2 * size)


def usual_size(pieces):
    """Return the size of the piece at which half of all ink lies in smaller ones."""
    by_size = sorted(pieces, key=lambda piece: max(piece.h, 0.6 * piece.w))
    ink = np.cumsum([piece.area for piece in by_size])
    middle = by_size[np.searchsorted(ink, ink[-1] / 2)]
    return max(middle.h, 0.6 * middle.w)


# --- from pieces to digits ---


def grouped(pieces):
    """Return the pieces as groups, a list each, of which every one is a digit."""
    if not pieces:
        return []
    size = usual_size(pieces)
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
    if may_be_column and height > 1.3 * size and min(one.h, other.h) > 0.4 * size:
        return False  # two digits, one above the other
    if -gap_x > 0.5 * min(one.w, other.w):
        return gap_y < 0.25 * size
    return min(one.size, other.size) < 0.45 * size and max(gap_x, gap_y) < 0.12 * size


def is_dash(group):
    (_, _, width, height), _ = drawn_together(group)
    return width > 5 * height


def drawn_together(group):
    """Return the box (x, y, width, height) about a group of pieces and their common mask, bool (height, width)."""
    left, top = min(piece.x for piece in group), min(piece.y for piece in group)
    right, bottom = max(piece.x + piece.w for piece in group), max(piece.y + piece.h for piece in group)
    mask = np.zeros((bottom - top, right - left), bool)
    for piece in group:
        mask[piece.y - top : piece.y - top + piece.h, piece.x - left : piece.x - left + piece.w] |= piece.mask
    return (left, top, right - left, bottom - top), mask


def rows_of(boxes):
    """Return the indices of `boxes` (x, y, width, height) as rows from the top, each from left to right."""
    middles = [y + h / 2 for _, y, _, h in boxes]
    rows = []
    for i in sorted(range(len(boxes)), key=middles.__getitem__):
        if rows and middles[i] - np.mean([middles[j] for j in rows[-1]]) < 0.6 * np.median([box[3] for box in boxes]):
            rows[-1].append(i)
        else:
            rows.append([i])
    return [sorted(row, key=lambda i: boxes[i][0] + boxes[i][2] / 2) for row in rows]


# --- MNIST's form ---


def to_mnist(mask):
    """Return a digit, bool (h, w) True = ink, in MNIST's form: float32 (28, 28) from 0 to 1.

    The longer side becomes 20 px, the aspect stays, and the centre of mass comes to pixel (14, 14)
    (LeCun, Bottou, Bengio, Haffner 1998). A line too thin for that size is widened first: it would turn grey.
    """
    mask = widened(mask, THINNEST_STROKE * max(mask.shape) / 20)
    ink = resized(mask.astype(np.float32), 20 / max(mask.shape))[:20, :20]
    height, width = ink.shape
    top = round(14 - np.average(np.arange(height), weights=ink.sum(axis=1)))  # whole pixels: nothing is blurred
    left = round(14 - np.average(np.arange(width), weights=ink.sum(axis=0)))
    top, left = min(max(top, 0), 28 - height), min(max(left, 0), 28 - width)
    field = np.zeros((28, 28), np.float32)
    field[top : top + height, left : left + width] = ink.clip(0, 1)
    return field


def widened(mask, width):
    """Return `mask`, bool (h, w), cut to its ink after its strokes have been brought to `width` px if thinner."""
    missing = width - stroke_width(mask)
    if missing <= 0:
        return mask
    reach = 0.575 * missing  # half on either side, and a little for the shrinking that makes the digit larger
    padded = np.pad(~mask, int(reach) + 2, constant_values=True).astype(np.uint8)
    grown = cv2.distanceTransform(padded, cv2.DIST_L2, 5) <= reach
    rows, columns = np.flatnonzero(grown.any(axis=1)), np.flatnonzero(grown.any(axis=0))
    return grown[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def stroke_width(mask):
    """Return the mean width in px of the strokes of `mask`: across one, the mean distance to its edge is a quarter."""
    distance = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)
    return max(1.0, 4 * float(distance[distance > 0].mean()) - 2)
