"""Find the digits in a picture and bring each into MNIST's form. No net and no TensorFlow in here.

    picture = read_picture("images/two_rows.jpg")       uint8 (h, w, 3), BGR
    for mark in find_marks(picture):
        mark.box, mark.row, mark.pixels                 pixels: float32 (28, 28) as MNIST has them

From the picture to the marks in five steps, once what lies around a sheet or a board is painted over (sheet_in):

    page_of         how much darker each pixel is than the paper about it, whatever the light
    ink_pieces      the connected pieces of ink, without table edges, ruled lines, shadows and dots
    grouped         pieces that belong together, like the body of a 5 and its bar
    rows_of         the groups in reading order
    to_mnist        20 px long, the centre of mass in the middle of 28x28

Lengths are in pixels of a working copy, whose long side is at most LONG_SIDE, unless they are said to be shares.
"""

import os
import stat
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

MOST_BYTES = 2**31 - 1  # OpenCV decodes no longer file
DAMAGED_JPEG = (b"bad Huffman code", b"premature end of data", b"instead of RST")  # what libjpeg says of one it decodes
MOST_PIXELS = 200 * 10**6  # a larger picture is refused by its header: a small file can hold a huge one
os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MOST_PIXELS))  # OpenCV looks when it is imported
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")  # what is wrong with a picture is said by PictureError
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # so does NumPy: more threads only slow down what is so small

import cv2  # noqa: E402
import numpy as np  # noqa: E402

from console import quiet_libraries  # noqa: E402

LONG_SIDE = 1600  # px: a larger picture is shrunk to this; a digit of 3 % of its height still has 36 px
SHORT_SIDE = 160  # px: a smaller picture is enlarged to this, so that one-pixel steps become smooth edges

SHEET_SIDE = 200  # px: so large is the copy in which a sheet of paper is looked for
SHEET_EDGE = 2  # px of that copy: so much of a sheet is taken away with its edge
SHEET_MARGIN = 8  # px of that copy, less on a card: no sheet is written on in its margin alone
SHEET_PEN = 0.12  # of its short side: no stroke on the sheet is wider
SMALLEST_SHEET, SMALLEST_CARD = 0.1, 0.03  # of the picture: all sheets in it together, and each of them
TABLE = 0.75  # of the sheet's brightness: what it lies on is darker than this

PAPER_WINDOWS = 0.15, 0.5  # of the short side: paper is the lightest within this; the second is for fat brushes
POLARITY_SIDE = 400  # px: so large is the copy in which it is seen whether the ink is darker than the paper
POLARITY_WINDOWS = 0.1, 0.2  # of its short side: strokes narrower than these tell
FAINTEST_INK = 0.045  # of the paper's brightness: paler than this is never ink
CUTS = 0.4, 0.55, 0.7  # of a piece's own darkness: where its edge is; the further ones where it hangs on a shadow
FAINT_CUT = 0.22  # the same for a stroke's faint ends
FAINT_GROWTH = 0.25  # of a digit's height: what makes it wider or higher by more is no faint end but a ruled line
MOST_PIECES = 500  # a picture with more of them is noise or texture, and need not be read to the end
EDGE = 6, 1 / 4, 24  # px, share, px: paper must reach so far about a piece: this share of its stroke, within limits
MARGIN = 0.06  # of the short side: what goes along the border, round corners too, and nowhere deeper is no digit
WIDE = 1.05  # width to height: a wider mark may be digits that touch
WIDE_AMONG_OTHERS, SEVERAL = 0.8, 3  # the same where there are so many marks: there digits touch more often
TWO_WIDE, THREE_WIDE = 1.6, 2.5  # width to height: a mark no wider may be two digits, or three
SEAMS = (0.25, 0.1), (0.42, 0.1), (0.58, 0.1), (0.75, 0.1)  # where they part, give or take, as shares of the width
SEAMS_OF_MORE = ((0.5, 0.33),)  # of more than three digits: these halves are cut again
MOST_FRAGMENTS = 3  # so few marks that no wider than WIDE hold together may be one digit in strokes that do not touch
FRAGMENTS_APART = 0.35  # of the tallest: no further than this from each other
THINNEST_STROKE = 2.2  # px of the 20: a thinner stroke is widened to this; MNIST's are 2 to 4 wide
POWERS = np.stack([np.ones(20), np.arange(20)])  # (2, 20): of each row or column, for the moments of an image


Box = tuple[int, int, int, int]  # x, y, width, height


class Mark(NamedTuple):
    """Something written: a digit, or what may turn out to be none."""

    box: Box  # in pixels of the picture
    row: int  # counted from the top, from 0
    pixels: np.ndarray  # float32 (28, 28) from 0, paper, to 1, ink
    readings: tuple = ()  # what it would be if it were several digits: each a tuple of Marks from left to right


class PictureError(ValueError):
    """The file holds no picture that can be read; the message says why."""


class PictureTooLargeError(PictureError):
    """The picture has more pixels than are decoded."""


# --- the file ---


def read_picture(path: str | os.PathLike) -> np.ndarray:
    """Return the picture in the file at `path`, upright (EXIF applied): uint8 (h, w, 3), BGR.

    Transparent pixels become paper; 16 bits and floats are scaled to 8 bits; of such pictures, which no camera makes,
    EXIF is not heeded. Raises PictureError.
    """
    path = Path(path)
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            next(path.iterdir(), None)  # OSError where nobody may look into it
            raise PictureError("a folder without pictures")
        if not stat.S_ISREG(about.st_mode):
            raise PictureError("not a regular file")  # a pipe or a device, of which the end may never come
        if about.st_size > MOST_BYTES:
            raise PictureError("larger than 2 GB; save it smaller")
        data = np.fromfile(path, np.uint8)  # cv2.imread fails on names that are not ASCII on Windows
    except OSError as error:
        raise PictureError(f"cannot be opened ({error.strerror})") from error
    return picture_of(data)


def picture_of(data: np.ndarray) -> np.ndarray:
    """Return the picture in the bytes of a file, uint8 (n,), as read_picture does. Raises PictureError."""
    if data[4:12].tobytes() in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise PictureError("a HEIC photo, which OpenCV does not read; save it as JPEG or PNG")
    if is_png_cut_short(data):
        raise PictureError("not an image that OpenCV can read")
    try:
        with quiet_libraries() as said:
            picture = decoded(data)
            said.seek(0)
            warnings = said.read()
    except cv2.error as error:
        if "MAX_IMAGE_PIXELS" in str(error):
            megapixels = int(os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"]) // 10**6
            raise PictureTooLargeError(f"more than {megapixels} megapixels; save it smaller") from error
        raise PictureError("not an image that OpenCV can read") from error
    if any(damage in warnings for damage in DAMAGED_JPEG):
        raise PictureError("a damaged JPEG; if it looks right elsewhere, save it anew from there")
    return picture


def is_png_cut_short(data):
    """Whether `data`, uint8 (n,), is a PNG with a chunk that ends after it: OpenCV takes memory for all it promises."""
    if data[:8].tobytes() != b"\x89PNG\r\n\x1a\n":
        return False
    start, kind = 8, b""
    while kind != b"IEND" and start + 8 <= len(data):  # length, kind, content, checksum
        length, kind = int.from_bytes(data[start : start + 4].tobytes(), "big"), data[start + 4 : start + 8].tobytes()
        start += 12 + length
    return start > len(data) + 4  # the last checksum may be missing


def decoded(data):
    """Return the picture in the bytes `data`, uint8 (n,), as read_picture does. Raises cv2.error."""
    is_jpeg = data[:2].tobytes() == b"\xff\xd8"
    raw = None if is_jpeg or not data.size else cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    if raw is not None and raw.ndim == 3 and raw.shape[2] == 4:
        opaque = np.iinfo(raw.dtype).max if raw.dtype.kind == "u" else 1.0
        is_unused = data[:2].tobytes() == b"BM" and not raw[..., 3].any()  # a BMP whose header names no alpha
        if (raw[..., 3] < opaque).any() and not is_unused:
            return on_paper(eight_bits(raw[..., :3]), cv2.convertScaleAbs(raw[..., 3], alpha=255 / opaque))
    is_upright_png = data[1:4].tobytes() == b"PNG" and b"eXIf" not in data.tobytes()
    if raw is not None and (raw.dtype != np.uint8 or is_upright_png):  # decoding in colour would give no more
        grey = eight_bits(raw)
        return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR) if grey.ndim == 2 else np.ascontiguousarray(grey[..., :3])
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None  # the only flag that heeds EXIF
    if picture is None:
        raise cv2.error("nothing decoded")
    return picture


def eight_bits(raw):
    """Return `raw`, any number type, as uint8; a wider one is scaled so that its largest value becomes 255.

    What is infinite counts as the largest value, what is no number as 0.
    """
    if raw.dtype == np.uint8:
        return raw
    if raw.dtype.kind == "u":
        return cv2.convertScaleAbs(raw, alpha=255 / max(1, int(raw.max())))
    largest = max(float(raw.max(where=np.isfinite(raw), initial=0)), 1e-9)
    scaled = np.empty(raw.shape, np.uint8)
    for row, target in zip(raw, scaled, strict=True):  # all at once they would take several times the memory
        target[:] = np.nan_to_num(row.astype(np.float64).clip(0, largest)) * (255 / largest)
    return scaled


def on_paper(colour, alpha):
    """Lay a picture uint8 (h, w, 3) with alpha uint8 (h, w), 255 is opaque, on paper against which its ink shows."""
    visible = alpha > 127
    if visible.mean() > 0.5:
        paper = np.median(colour[visible], axis=0)  # it brought its own paper
    elif visible.any() and colour[visible].mean() > 127:
        paper = np.zeros(3)
    else:
        paper = np.full(3, 255.0)
    share = cv2.merge([alpha] * 3)
    return cv2.add(cv2.multiply(colour, share, scale=1 / 255), cv2.multiply(255 - share, (*paper, 0), scale=1 / 255))


# --- the marks ---


def find_marks(picture: np.ndarray) -> list[Mark]:
    """Return what is written in `picture`, uint8 (h, w, 3) BGR or (h, w) grey, as a list of Mark in reading order.

    Raises ValueError where `picture` is no such array, or empty.
    """
    if not isinstance(picture, np.ndarray):
        raise ValueError(f"a picture is a NumPy array, not {type(picture).__name__}")
    if picture.dtype != np.uint8 or picture.shape[2:] not in ((), (3,)) or picture.ndim < 2 or picture.size == 0:
        raise ValueError(f"a picture is uint8 (h, w, 3) or (h, w), not {picture.dtype} {picture.shape}")
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    sheet = sheet_in(picture) or board_in(picture)
    if sheet is None:
        return marks_on(picture)
    box, copy = sheet
    return [moved(mark, box, copy.shape) for mark in marks_on(copy)]


def marks_on(picture):
    """Return what is written in `picture`, uint8 (h, w, 3), which shows paper, or a board, and little else."""
    height, width = picture.shape[:2]
    scale = min(max(1, SHORT_SIDE / min(height, width)), LONG_SIDE / max(height, width))
    page = page_of(resized(picture, scale))
    groups = grouped(ink_pieces(page))
    drawn = [drawn_together(group) for group in groups]
    rows = rows_of([box for box, _ in drawn])
    narrowest = WIDE if len(drawn) < SEVERAL else WIDE_AMONG_OTHERS
    marks = [
        mark_of(*drawn[i], row, picture.shape, scale, narrowest) for row, members in enumerate(rows) for i in members
    ]
    if 2 <= len(marks) <= MOST_FRAGMENTS:
        (x, y, w, h), mask = drawn_together([piece for group in groups for piece in group])
        boxes = [box for box, _ in drawn]
        tallest = max(box[3] for box in boxes)
        if w < WIDE * h and tallest > h / 3 and hang_together(boxes, FRAGMENTS_APART * tallest):
            return [mark_of((x, y, w, h), mask, 0, picture.shape, scale)._replace(readings=(tuple(marks),))]
    return marks


def hang_together(boxes, reach):
    """Whether one comes from each of the boxes (x, y, width, height) to each other in steps of less than `reach` px."""
    near, rest = boxes[:1], boxes[1:]
    for x, y, w, h in near:  # which grows meanwhile
        close = [
            box for box in rest if max(box[0] - x - w, x - box[0] - box[2], box[1] - y - h, y - box[1] - box[3]) < reach
        ]
        near += close
        rest = [box for box in rest if box not in close]
    return not rest


def moved(mark, box, shape):
    """Return `mark`, which was found in a copy of the part of a picture at `box`, as it lies in the picture."""
    x, y, width, height = box
    across, down = width / shape[1], height / shape[0]
    left, top, right, bottom = mark.box[0], mark.box[1], mark.box[0] + mark.box[2], mark.box[1] + mark.box[3]
    left, top, right, bottom = int(left * across), int(top * down), round(right * across), round(bottom * down)
    readings = tuple(tuple(moved(part, box, shape) for part in parts) for parts in mark.readings)
    return mark._replace(box=(x + left, y + top, right - left, bottom - top), readings=readings)


def mark_of(box, mask, row, shape, scale, narrowest=WIDE):
    """Return the Mark of a mask, bool (h, w), that lies at `box` in the working copy of a picture of `shape`.

    narrowest: width to height: what is wider may be several digits.
    """
    x, y, w, h = box
    left, top = min(int(x / scale), shape[1] - 1), min(int(y / scale), shape[0] - 1)
    right, bottom = min(shape[1], round((x + w) / scale)), min(shape[0], round((y + h) / scale))
    ways = cut_in_two(box, mask) if w > narrowest * h else []
    of_halves = WIDE if w > TWO_WIDE * h else np.inf
    readings = tuple(tuple(mark_of(*half, row, shape, scale, of_halves) for half in halves) for halves in ways)
    return Mark((left, top, max(1, right - left), max(1, bottom - top)), row, to_mnist(mask), readings)


def resized(picture, scale):
    height, width = picture.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


# --- a sheet on a table ---


def sheet_in(picture: np.ndarray) -> tuple[Box, np.ndarray] | None:
    """Return the box of a written light sheet that lies within `picture`, uint8 (h, w, 3), on something darker.

    With it comes a copy of that part of the picture, uint8, at most LONG_SIDE px long, in which all beyond the sheet's
    edge is painted in the sheet's colour: how much there is of it may not decide what is taken for the paper. Several
    sheets, such as cards, become one in this way. None where there is no such sheet, or where it goes on beyond more
    than one side of the picture.
    """
    if min(picture.shape[:2]) < SHORT_SIDE:
        return None  # a digit cut out
    small = cv2.GaussianBlur(resized(picture, min(1, SHEET_SIDE / max(picture.shape))), (0, 0), 1)
    luma = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    paper = without_ink(small)
    sheets = [area for area in light_areas(cv2.cvtColor(paper, cv2.COLOR_BGR2GRAY)) if is_sheet(area)]
    sheet = np.any(sheets, axis=0)
    if sheet.mean() < SMALLEST_SHEET or not any(is_written_on(each, luma) for each in sheets):
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
    framed = cv2.copyMakeBorder(small, *frame, cv2.BORDER_CONSTANT)  # black: a strip of table is no line
    return cv2.morphologyEx(framed, cv2.MORPH_CLOSE, square_of(reach))[2 * reach : -2 * reach, 2 * reach : -2 * reach]


def light_areas(luma):
    """Return where in `luma`, uint8 (h, w), each larger light area is with all that it encloses, bool (h, w)."""
    _, light = cv2.threshold(luma, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    outlines, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    large = [outline for outline in outlines if cv2.contourArea(outline) > SMALLEST_CARD * luma.size]
    return [cv2.drawContours(np.zeros_like(light), [outline], -1, 1, cv2.FILLED) > 0 for outline in large]


def is_sheet(area):
    """Whether `area`, bool (h, w), has the four straight edges of a sheet of paper, of which one may be cut off."""
    touched = sum(side.mean() > 0.1 for side in (area[0], area[-1], area[:, 0], area[:, -1]))
    straight = quadrilateral_about(area)
    size = np.count_nonzero(area)
    return (
        touched <= 1 and straight is not None and np.count_nonzero(straight ^ area) < max(0.05 * size, 2.5 * size**0.5)
    )


def is_written_on(area, luma):
    """Whether there is ink on the sheet at `area`, bool (h, w), and not on its margin alone; luma: uint8 (h, w).

    On a light 1 on dark ground, which may have straight edges too, there is nothing.
    """
    margin = min(SHEET_MARGIN, round(0.1 * np.count_nonzero(area) ** 0.5))
    brightness, inner = np.median(luma[area]), luma[without_edge(area, margin)]
    return inner.size > 0 and 0.002 < (inner < 0.85 * brightness).mean() < 0.25


def quadrilateral_about(area):
    """Return the area, bool (h, w), between four straight lines about `area`, or None where no four follow its hull."""
    hull = cv2.convexHull(cv2.findNonZero(area.astype(np.uint8)))
    corners = cv2.approxPolyDP(hull, 0.03 * cv2.arcLength(hull, True), True)
    return cv2.fillConvexPoly(np.zeros(area.shape, np.uint8), corners, 1) > 0 if len(corners) == 4 else None


def without_edge(area, width):
    """Return `area`, bool (h, w), less a strip of `width` px along its outline."""
    return cv2.erode(np.pad(area, 1).astype(np.uint8), square_of(width))[1:-1, 1:-1] > 0


def spread(paper, inner):
    """Return `paper`, uint8 (h, w, 3), with its colours where `inner`, bool (h, w), is True spread over the rest."""
    weights = inner.astype(np.float32)[..., np.newaxis]
    usual, faint = np.median(paper[inner], axis=0), 1e-4  # far away the usual colour is all there is
    blurred = cv2.GaussianBlur(np.dstack([paper * weights, weights]), (0, 0), 8)
    return ((blurred[..., :3] + faint * usual) / (blurred[..., 3:] + faint)).astype(np.uint8)


# --- from light to ink ---


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
    stroke_width: float

    @property
    def size(self):
        return max(self.w, self.h)

    @property
    def place(self):
        """Where the piece lies in an array of the page."""
        return slice(self.y, self.y + self.h), slice(self.x, self.x + self.w)


def ink_pieces(page: Page) -> list[Piece]:
    """Return the connected pieces of ink that may belong to digits, each cut out at a share of its own darkness.

    What is too large to be a digit is searched again at a higher share: a digit may hang together with a shadow.
    """
    faintest = max(FAINTEST_INK, 4 * page.noise)
    count, labels = cv2.connectedComponents((page.ink > faintest).astype(np.uint8))
    darkness = darkness_of_each(labels, page.ink, count)[labels]
    pieces: list[Piece] = []
    search = labels > 0
    for cut in CUTS:
        dark = (page.ink > np.maximum(faintest, cut * darkness)) & search
        found = connected(joined_dots(without_lines(dark)), page.ink)
        pieces = only_digits(pieces + found, page)
        kept = {id(piece) for piece in pieces}
        search = np.zeros_like(search)
        for piece in found:
            if id(piece) not in kept and may_hide_digits(piece, page):
                search[piece.place] |= piece.mask
        if not search.any():
            break
    faint = (page.ink > np.maximum(faintest, FAINT_CUT * darkness)) & (labels > 0)
    return with_faint_ends(pieces, connected(without_lines(faint), page.ink))


def may_hide_digits(piece, page):
    """Whether a piece that is no digit may be one that hangs together with a shadow or the edge of a sheet."""
    return piece.size > 0.05 * min(page.ink.shape) and piece.area > 0.05 * piece.w * piece.h


def components(solid):
    """Return count, labels, stats and centres of the connected pieces of `solid`, (h, w), as OpenCV does."""
    algorithm = cv2.CCL_BBDT  # three times as fast as the usual one (Grana, Borghesani, Cucchiara 2010)
    return cv2.connectedComponentsWithStatsWithAlgorithm(solid.astype(np.uint8), 8, cv2.CV_32S, algorithm)


def without_lines(dark):
    """Return `dark`, bool (h, w), without the lines of ruled and squared paper that are as dark as the ink."""
    if max(dark.any(axis=0).mean(), dark.any(axis=1).mean()) <= 0.85:
        return dark
    _, _, stats, _ = components(dark)
    wide, high = (stats[1:, 2:4] > 0.85 * np.array(dark.shape[::-1])).any(axis=0)
    if wide:
        dark = without_rows(dark)
    if high:
        dark = without_rows(dark.T).T
    return dark


def without_rows(dark):
    """Return `dark` without three or more thin lines from left to right, up to 6 degrees out of level."""
    height, width = dark.shape
    thickest = max(6, height // 60)
    image, lines = np.ascontiguousarray(dark, np.uint8), np.zeros(dark.shape, np.uint8)
    thin = image - cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((thickest + 1, 1), np.uint8))
    thin = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((1, thickest + 4), np.uint8))  # over what crosses it
    for slope in np.tan(np.radians(np.arange(-6, 6.1, 0.75))):
        shear = np.float32([[1, 0, 0], [-slope, 1, slope * width / 2]])
        level = cv2.warpAffine(thin, shear, (width, height), flags=cv2.INTER_NEAREST)
        runs = cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((1, width // 8), np.uint8))
        runs[cv2.dilate(runs, np.ones((3, 1), np.uint8)).sum(axis=1) < 0.6 * width] = 0
        lines |= cv2.warpAffine(runs, shear, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    lines = cv2.dilate(lines, np.ones((3, 3), np.uint8))
    _, _, stats, _ = components(lines)
    if (stats[1:, cv2.CC_STAT_WIDTH] > 0.4 * width).sum() < 3:
        return dark
    crossing = np.ones((thickest + 4, 1), np.uint8)
    return (cv2.morphologyEx(image & ~lines, cv2.MORPH_CLOSE, crossing) & image).astype(bool)


def joined_dots(dark):
    """Return `dark`, bool (h, w), with the dots of dotted outlines joined to lines; without dots, it stays as it is."""
    count, labels, stats, centres = components(dark)
    size, area = stats[1:, 2:4].max(axis=1), stats[1:, 4]
    usual = np.median(size) if count > 1 else 0
    round_ones = (area > 0.5 * size**2) & (np.abs(size - usual) < 0.35 * usual)
    if not 8 <= round_ones.sum() <= 400 or round_ones.mean() < 0.7:
        return dark
    x, y = centres[1:][round_ones].T
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    np.fill_diagonal(distance, np.inf)
    apart = np.median(distance.min(axis=1))
    if apart > 2.5 * usual:
        return dark
    reach = int(1.3 * apart) | 1
    bridge = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
    dots = np.append(False, round_ones)[labels]  # and nothing else: a line of dots below a digit is no part of it
    joined = cv2.morphologyEx(np.pad(dots, reach).astype(np.uint8), cv2.MORPH_CLOSE, bridge)
    return dark | (joined[reach:-reach, reach:-reach] > 0)


def with_faint_ends(pieces, fainter):
    """Return `pieces`, each replaced by the piece of `fainter` that it is part of, unless that is a ruled line, say."""
    if not pieces:
        return []
    size = usual_height(pieces)
    kept, grown = list(pieces), []
    for piece in fainter:
        parts = [part for part in kept if overlap(part, piece)]
        tall = sum(part.h > 0.4 * size for part in parts)
        if not parts or not 0 <= growth(parts, piece) <= FAINT_GROWTH * size:
            continue
        if (tall <= 1 and piece.size <= 1.5 * size) or closes_loop(piece, parts):
            kept = [part for part in kept if not any(part is other for other in parts)]
            grown.append(piece)
    return kept + grown


def closes_loop(piece, parts):
    """Whether the piece makes a loop of its parts, as of a 0 whose sides are darker than its ends."""
    return hole_area(piece) - sum(map(hole_area, parts)) > 0.1 * piece.w * piece.h


def hole_area(piece):
    """Return how many px of paper the piece encloses."""
    return int(without_holes(piece.mask).sum()) - piece.area


def growth(parts, piece):
    """Return by how many px `piece` is wider or higher, whichever is more, than the box about `parts`."""
    (_, _, width, height), _ = drawn_together(parts)
    return max(piece.w - width, piece.h - height)


def overlap(one, other):
    """Whether two pieces share a pixel."""
    x, y = max(one.x, other.x), max(one.y, other.y)
    w, h = min(one.x + one.w, other.x + other.w) - x, min(one.y + one.h, other.y + other.h) - y
    if w <= 0 or h <= 0:
        return False
    masks = (p.mask[y - p.y : y - p.y + h, x - p.x : x - p.x + w] for p in (one, other))
    return bool(np.logical_and(*masks).any())


def connected(solid, ink):
    """Return the connected pieces of `solid`, bool (h, w): the largest MOST_PIECES that are more than a speck."""
    _, labels, stats, _ = components(solid)
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0  # the paper
    pieces = []
    for i in sorted(np.argsort(-areas, kind="stable")[:MOST_PIECES]):
        x, y, w, h, area = stats[i].tolist()
        if areas[i] >= 6:
            mask = labels[y : y + h, x : x + w] == i
            darkness = float(np.median(ink[y : y + h, x : x + w][mask]))
            pieces.append(Piece(x, y, w, h, mask, area, darkness, stroke_width(mask)))
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
    """Return the pieces without those that are plainly no part of a digit."""
    pieces = [piece for piece in pieces if not is_margin(piece, page) and not is_edge(piece, page)]
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
    return sum(contacts) > 0.5 * piece.size and np.mean(depth_of(piece, page) < MARGIN * min(height, width)) > 0.95


def depth_of(piece, page):
    """Return how many px each pixel of the piece lies from the picture's border, (n,)."""
    height, width = page.ink.shape
    y, x = piece.mask.nonzero()
    x, y = x + piece.x, y + piece.y
    return np.min([x, y, width - 1 - x, height - 1 - y], axis=0)


def hull_area(mask):
    points = cv2.findNonZero(mask.astype(np.uint8))
    return cv2.contourArea(cv2.convexHull(points)) + 1


def is_frame(piece, pieces):
    """Whether the piece is a box about others, from wherever it is seen, a circle about a large one, or a table."""
    inside = [other for other in pieces if contains(piece, other)]
    in_cells = [other for other in inside if other.h > 0.3 * min(piece.w, piece.h) and encloses(piece, other)]
    if len(in_cells) >= 2 or any(other.h > 0.4 * piece.h for other in in_cells):
        return True
    if not any(other.size > 0.15 * piece.size for other in inside):
        return False
    box = quadrilateral_about(piece.mask)
    depth = max(4, round(0.1 * min(piece.w, piece.h)))
    if box is None or (piece.mask & without_edge(box, depth)).sum() > 0.1 * piece.area:
        return False
    outline = box & ~without_edge(box, 1)
    return (outline & (cv2.dilate(piece.mask.astype(np.uint8), square_of(depth)) > 0)).sum() > 0.85 * outline.sum()


def contains(outer, inner):
    right, bottom = inner.x + inner.w, inner.y + inner.h
    return outer.x < inner.x and outer.y < inner.y and right < outer.x + outer.w and bottom < outer.y + outer.h


def encloses(outer, inner):
    """Whether `inner`, which `outer` contains, lies in a hole of it."""
    y, x = inner.y - outer.y, inner.x - outer.x
    return without_holes(outer.mask)[y : y + inner.h, x : x + inner.w][inner.mask].all()


def without_holes(mask):
    outlines, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return cv2.drawContours(np.zeros(mask.shape, np.uint8), outlines, -1, 1, cv2.FILLED) > 0


def is_edge(piece, page):
    """Whether there is paper on one side of the piece only, as at the edge of a sheet; ink has paper all round."""
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


def square_of(reach):
    """Return a structuring element that reaches `reach` px to each side."""
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)


def is_shadow(piece, pieces, page):
    """Whether the piece is wider than any pen by which the others are drawn, and comes from the border or is pale."""
    others = [p for p in pieces if p is not piece and p.size > 0.03 * min(page.ink.shape)]
    others = [p for p in others if p.darkness > 0.5 * piece.darkness and not at_border(p, page.ink.shape)]
    if not others or piece.stroke_width <= 3 * np.median([p.stroke_width for p in others]):
        return False
    return at_border(piece, page.ink.shape) or piece.darkness < 0.7 * np.median([p.darkness for p in others])


def is_line(piece, size, page):
    """Whether the piece is a ruled line, a dash or far larger than the digits, which are about `size` high."""
    flat = piece.w > 8 * piece.h and piece.w > min(1.2 * size, 0.5 * page.ink.shape[1])
    return flat or piece.size > 2.2 * size


def usual_height(pieces):
    """Return the height of the piece at which half of all ink lies in lower ones; dark ink counts for more."""
    by_size = sorted(pieces, key=lambda piece: max(piece.h, 0.6 * piece.w))
    ink = np.cumsum([piece.area * piece.darkness**2 for piece in by_size])
    middle = by_size[np.searchsorted(ink, ink[-1] / 2)]
    return max(middle.h, 0.6 * middle.w)


# --- from pieces to digits ---


def grouped(pieces: list[Piece]) -> list[list[Piece]]:
    """Return the pieces as groups, a list each, of which every one is a digit."""
    if not pieces:
        return []
    size = usual_height(pieces)
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
    if (may_be_column or gap_y > 0.06 * size) and height > 1.3 * size and min(one.h, other.h) > 0.4 * size:
        return False  # two digits, one above the other
    if min(one.h, other.h) > 0.5 * size and abs(centre_of(one) - centre_of(other)) > 0.45 * size:
        return False  # two digits, the tail of one under the other
    if is_underline_of(one, other, size) or is_underline_of(other, one, size):
        return False
    if -gap_x > 0.5 * min(one.w, other.w):
        return gap_y < 0.25 * size
    is_stroke = min(one.size, other.size) < 0.45 * size or is_bar_of(one, other, size) or is_bar_of(other, one, size)
    return is_stroke and max(gap_x, gap_y) < 0.12 * size


def is_underline_of(one, other, size):
    """Whether a piece is a line below the other that reaches from one end of it to the other."""
    slack = 0.1 * size
    is_below = one.w > 5 * one.h and one.y > other.y + other.h
    return is_below and one.x < other.x + slack and one.x + one.w > other.x + other.w - slack


def is_bar_of(one, other, size):
    """Whether a piece may be the bar that some draw out to the right from the top of a 5, which `other` may be."""
    is_at_top = one.y + one.h / 2 < other.y + 0.3 * other.h
    return is_at_top and one.x > other.x and 2 * one.h < one.w < 1.7 * size


def centre_of(piece):
    """Return the x of the piece's centre of mass."""
    return piece.x + np.average(np.arange(piece.w), weights=piece.mask.sum(axis=0))


def cut_in_two(box: Box, mask: np.ndarray) -> list[list[tuple[Box, np.ndarray]]]:
    """Return the ways to cut a mask, bool (h, w), into a left and a right part about as high, each a (box, mask)."""
    _, _, width, height = box
    seams = SEAMS if width <= THREE_WIDE * height else SEAMS_OF_MORE
    halves = [cut_at(place, reach, box, mask) for place, reach in seams]
    tall = {parts[0][0]: parts for parts in halves if min(part_box[3] for part_box, _ in parts) > 0.5 * height}
    return list(tall.values())  # without those that come out alike


def cut_at(place: float, reach: float, box: Box, mask: np.ndarray) -> list[tuple[Box, np.ndarray]]:
    """Return the (box, mask) of the left and the right part, cut from top to bottom where it meets least ink.

    place: where it is cut, give or take `reach`, both as shares of its width. The cut is the cheapest path downwards,
    by dynamic programming (the "seam" of Avidan and Shamir 2007).
    """
    x, y, width, height = box
    off_place = np.abs(np.linspace(0, 1, width) - place)
    cost = mask + 0.02 + 0.24 * off_place**2 + 100.0 * (off_place > reach)
    for above, below in pairwise(cost):
        padded = np.pad(above, 1, constant_values=np.inf)
        below += np.minimum(np.minimum(padded[:-2], padded[2:]) + 0.02, padded[1:-1])
    right_part = np.zeros_like(mask)
    column = int(cost[-1].argmin())
    for row in range(height - 1, -1, -1):
        first = max(0, column - 1)
        column = first + int(cost[row, first : column + 2].argmin()) if row < height - 1 else column
        right_part[row, column:] = True
    return [trimmed(mask & part, x, y) for part in (~right_part, right_part)]


def trimmed(mask, x=0, y=0):
    """Return the box (x, y, width, height) of the ink in `mask`, bool (h, w) at (x, y), and the part of it within."""
    left, top, width, height = cv2.boundingRect(np.ascontiguousarray(mask).view(np.uint8))
    if not width:
        return (x, y, 1, 1), np.ones((1, 1), bool)
    part = np.ascontiguousarray(mask[top : top + height, left : left + width])  # a copy: what follows is faster on it
    return (x + left, y + top, width, height), part


def is_dash(group):
    (_, _, width, height), _ = drawn_together(group)
    return width > 5 * height


def drawn_together(group: list[Piece]) -> tuple[Box, np.ndarray]:
    """Return the box (x, y, width, height) about a group of pieces and their common mask, bool (height, width)."""
    left, top = min(piece.x for piece in group), min(piece.y for piece in group)
    right, bottom = max(piece.x + piece.w for piece in group), max(piece.y + piece.h for piece in group)
    mask = np.zeros((bottom - top, right - left), bool)
    for piece in group:
        mask[piece.y - top : piece.y - top + piece.h, piece.x - left : piece.x - left + piece.w] |= piece.mask
    return (left, top, right - left, bottom - top), mask


def rows_of(boxes: list[Box]) -> list[list[int]]:
    """Return the indices of `boxes` (x, y, width, height) as rows from the top, each from left to right."""
    if not boxes:
        return []
    across = np.array([x + w / 2 for x, _, w, _ in boxes])
    down = np.array([y + h / 2 for _, y, _, h in boxes])
    height = np.median([h for *_, h in boxes])
    level = down - slope_of_rows(across, down, height) * across
    rows: list[list[int]] = []
    for i in np.argsort(level, kind="stable").tolist():
        if rows and level[i] - np.mean(level[rows[-1]]) < 0.6 * height:
            rows[-1].append(i)
        else:
            rows.append([i])
    return [sorted(row, key=across.__getitem__) for row in rows]


def slope_of_rows(across, down, height):
    """Return the usual slope from a digit, at `across` and `down` (n,), to its right neighbour."""
    slopes = []
    for x, y in zip(across, down, strict=True):
        dx, dy = across - x, down - y
        right = (dx > 0.2 * height) & (np.abs(dy) < 0.75 * dx) & (dx < 4 * height)
        if right.any():
            nearest = np.flatnonzero(right)[np.hypot(dx, 2 * dy)[right].argmin()]
            slopes.append(dy[nearest] / dx[nearest])
    return float(np.median(slopes)) if slopes else 0.0


# --- MNIST's form ---


def to_mnist(mask: np.ndarray) -> np.ndarray:
    """Return a digit, bool (h, w) True = ink, in MNIST's form: float32 (28, 28) from 0 to 1.

    The longer side becomes 20 px, the aspect stays, and the centre of mass comes to pixel (14, 14)
    (LeCun, Bottou, Bengio, Haffner 1998). A line too thin for that size is widened first: it would turn grey.
    `mask` should be cut to its ink, see `trimmed`. Raises ValueError where it has none.
    """
    if not mask.any():
        raise ValueError("a mask without ink")
    mask = widened(mask, THINNEST_STROKE * max(mask.shape) / 20)
    ink = resized(mask.astype(np.float32), 20 / max(mask.shape))[:20, :20]
    height, width = ink.shape
    (mass, across), (down, _) = (POWERS[:, :height] @ ink @ POWERS[:, :width].T).tolist()
    top, left = round(14 - down / mass), round(14 - across / mass)  # whole pixels: nothing is blurred
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
    room = int(reach) + 2
    paper = cv2.copyMakeBorder((~mask).astype(np.uint8), room, room, room, room, cv2.BORDER_CONSTANT, value=1)
    grown = cv2.distanceTransform(paper, cv2.DIST_L2, 5) <= reach
    return trimmed(grown)[1]


def narrowed(pixels: np.ndarray, width: float) -> np.ndarray:
    """Return a digit in MNIST's form, float32 (28, 28), in that form with strokes near `width` px if they are wider.

    What they are wider on average is taken from both sides; where nothing would be left, the digit stays as it is.
    """
    ink = cv2.resize(pixels, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC) > 0.5
    fine = trimmed(ink)[1]
    excess = stroke_width(fine) - width * max(fine.shape) / 20
    if excess <= 0 or not ink.any():
        return pixels
    core = distance_to_edge(fine) > excess / 2  # no more, so that thin parts of the stroke stay
    return to_mnist(trimmed(core)[1]) if core.any() else pixels


def stroke_width(mask):
    """Return the mean width in px of the strokes of `mask`: across one, the mean distance to its edge is a quarter."""
    return max(1.0, 4 * cv2.sumElems(distance_to_edge(mask))[0] / np.count_nonzero(mask) - 2)


def distance_to_edge(mask):
    """Return for each pixel of `mask`, bool (h, w), how far in px it is from the nearest without ink."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    return cv2.distanceTransform(padded, cv2.DIST_L2, 5)[1:-1, 1:-1]
