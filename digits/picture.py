"""Reads a picture file, or its bytes, in any format that people have, as an upright colour array."""

import io
import os
import warnings
from pathlib import Path
from typing import BinaryIO

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 178_000_000  # more, which a small file can hold, is refused by its header, before it takes memory
SUFFIXES = {".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".avif", ".jp2"}
SUFFIXES_OF_OTHERS = {".heic", ".heif", ".pdf"}  # read too, where the package for it is there; no browser shows them
FORMATS = ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM"]  # others may start programs
HEIC = {b"ftyp" + brand for brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")}
NEW_SUBFILE_TYPE, PREVIEW_OR_MASK = 254, 1 | 4  # a tag of TIFF, and its bits that tell what is no page

warnings.filterwarnings("ignore", module="PIL")  # about sizes, checked here, and odd metadata: what matters is raised


class PictureError(ValueError):
    """The file does not hold a picture that can be read; the message says why."""


class PictureTooLargeError(PictureError):
    """The picture has more pixels than are decoded."""


def read_picture(
    source: str | os.PathLike | bytes | BinaryIO, max_pixels: int = MAX_PIXELS, page: int = 1
) -> np.ndarray:
    """Return the picture in a file upright, as its EXIF says: uint8 (h, w, 3), BGR.

    source: a path, the bytes of a file, or a file open for reading them. page: of a PDF or TIFF, counted from 1. HEIC
    takes pillow-heif, PDF pypdfium2, which draws a page 2400 px long. Transparent pixels become paper; grey of 16 or 32
    bits is scaled so that the brightest is white. Raises PictureError, or PictureTooLargeError if the picture has more
    than `max_pixels`. May be called from several threads.

    Pillow decodes. So a TIFF of 64-bit floats, or of colours that are signed or have more than 16 bits, is "not a
    picture in a known format" (OpenCV would read it, but writes what it finds amiss past the program), and a JPEG
    damaged in the middle is read as far as it goes.
    """
    data = bytes_of(source)
    try:
        if is_pdf(data):
            return pdf_page(data, page, max_pixels)
        with opened(io.BytesIO(data)) as image:
            frames = frames_that_are_pages(image)
            check_page(page, len(frames))
            image.seek(frames[page - 1])
            if image.width * image.height > max_pixels:
                raise too_large(max_pixels)
            return as_bgr(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise too_large(max_pixels) from error
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError("not a picture in a known format") from error
    except Exception as error:  # Pillow's decoders raise nearly every type for a damaged file
        raise PictureError("a damaged image; if it looks right elsewhere, save it anew from there") from error


def too_large(max_pixels):
    return PictureTooLargeError(f"more than {max_pixels // 10**6} megapixels; save it smaller")


def bytes_of(source: str | os.PathLike | bytes | BinaryIO) -> bytes:
    """Return the bytes of a file: of that at a path, of one that is open, or as they are. Raises PictureError."""
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    if not isinstance(source, (str, os.PathLike)):
        return source.read()
    path = Path(source)
    try:
        if path.is_dir():
            next(path.iterdir(), None)  # OSError if it may not be listed
            raise PictureError("a folder without pictures")
        if path.exists() and not path.is_file():
            raise PictureError("not a regular file")  # a pipe or a device, which may never end
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"cannot be opened ({getattr(error, 'strerror', None) or error})") from error


def opened(file):
    """Return the Pillow image in a binary file. Raises PictureError where it takes a package that is missing."""
    is_heic = file.read(12)[4:] in HEIC
    file.seek(0)
    if not is_heic:
        return Image.open(file, formats=FORMATS)
    try:
        import pillow_heif
    except ImportError as error:
        raise PictureError("a HEIC photo, which takes one more package:  pip install pillow-heif") from error
    pillow_heif.register_heif_opener()
    return Image.open(file, formats=[*FORMATS, "HEIF"])


# --- pages ---


def pages_in(source: str | os.PathLike | bytes) -> int:
    """Return how many pages the PDF or TIFF in a file has; 1 for every other file, and where that cannot be told."""
    try:
        if not isinstance(source, (bytes, bytearray)) and not Path(source).is_file():
            return 1  # not even opened: a pipe may never end
        with io.BytesIO(source) if isinstance(source, (bytes, bytearray)) else Path(source).open("rb") as file:
            is_of_pdf = is_pdf(file.read(1024))
            file.seek(0)
            if is_of_pdf:
                from digits import pdf

                return pdf.page_count(file)
            with opened(file) as image:
                return len(frames_that_are_pages(image))
    except Exception:  # see read_picture, which says why
        return 1


def frames_that_are_pages(image):
    """Return the numbers of the frames of a Pillow image that are pages: of an animation or a burst, only the first."""
    if image.format != "TIFF":
        return [image.tell()]
    pages = []
    for frame in range(image.n_frames):
        image.seek(frame)
        if not image.tag_v2.get(NEW_SUBFILE_TYPE, 0) & PREVIEW_OR_MASK:
            pages.append(frame)
    return pages or [0]


def check_page(number, count):
    if not 1 <= number <= count:
        raise PictureError(f"has no page {number}: it has {count}, counted from 1")


def frames_left_out(path: Path) -> int:
    """Return how many frames of the animation or burst at `path` are not read."""
    try:
        with path.open("rb") as file, opened(file) as image:
            return 0 if image.format in ("TIFF", "MPO") else getattr(image, "n_frames", 1) - 1  # MPO: photo and copy
    except Exception:  # see read_picture
        return 0


def is_pdf(data):
    return b"%PDF-" in data[:1024]  # where readers look for it


def pdf_page(data, number, max_pixels):
    """Return a page of a PDF as read_picture does."""
    try:
        from digits import pdf
    except ImportError as error:
        raise PictureError("a PDF, which takes one more package:  pip install pypdfium2") from error
    check_page(number, pdf.page_count(data))
    try:
        return pdf.page_of(data, number, max_pixels)
    except pdf.TooLargeError as error:
        raise too_large(max_pixels) from error


def as_bgr(image):
    """Return a Pillow image as uint8 (h, w, 3), BGR."""
    if image.mode.startswith(("I", "F")):  # 16 or 32 bits of grey
        return cv2.cvtColor(eight_bits(np.asarray(image)), cv2.COLOR_GRAY2BGR)
    if not image.has_transparency_data:
        return cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR)
    pixels = np.asarray(image.convert("RGBA"))
    colour, alpha = pixels[..., 2::-1].copy(), pixels[..., 3].copy()
    return on_paper(colour, alpha) if (alpha < 255).any() else colour


def eight_bits(grey):
    """Return `grey`, any number type, as uint8, scaled so that its largest value becomes 255.

    Infinity counts as the largest value, NaN and what is negative as 0.
    """
    largest = max(float(grey.max(where=np.isfinite(grey), initial=0)), 1e-9)
    scaled = np.empty(grey.shape, np.uint8)
    for row, target in zip(grey, scaled, strict=True):  # all at once they would take several times the memory
        target[:] = np.rint(np.nan_to_num(row.astype(np.float64).clip(0, largest)) * (255 / largest))
    return scaled


def on_paper(colour, alpha):
    """Return a picture, uint8 (h, w, 3) with alpha uint8 (h, w), laid on paper that its ink stands out on."""
    visible = alpha > 127
    if visible.mean() > 0.5:
        paper = np.median(colour[visible], axis=0)  # it brought its own paper
    elif visible.any() and colour[visible].mean() > 127:
        paper = np.zeros(3)
    else:
        paper = np.full(3, 255.0)
    share = cv2.merge([alpha] * 3)
    return cv2.add(cv2.multiply(colour, share, scale=1 / 255), cv2.multiply(255 - share, (*paper, 0), scale=1 / 255))
