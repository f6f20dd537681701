"""Reads a picture file, or its bytes, in any format that people have, as an upright colour array."""

import io
import os
import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 178_000_000  # more, which a small file can hold, is refused by its header, before it takes memory
SUFFIXES = {".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".avif", ".jp2"}
FORMATS = "PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM"  # others may start programs
HEIC = b"ftypheic", b"ftypheix", b"ftypmif1"

warnings.filterwarnings("ignore", module="PIL")  # about sizes, checked here, and odd metadata: what matters is raised


class PictureError(ValueError):
    """The file does not hold a picture that can be read; the message says why."""


class PictureTooLargeError(PictureError):
    """The picture has more pixels than are decoded."""


def read_picture(source: str | os.PathLike | bytes, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Return the picture in a file upright, as its EXIF says: uint8 (h, w, 3), BGR.

    source: a path, or the bytes of a file. Transparent pixels become paper; 16 bits and floats are scaled to 8 bits.
    Raises PictureError, or PictureTooLargeError if it has more than `max_pixels`.
    """
    data = source if isinstance(source, (bytes, bytearray)) else bytes_of(Path(source))
    if data[4:12] in HEIC:
        raise PictureError("a HEIC photo, which cannot be read yet; save it as JPEG or PNG")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if image.width * image.height > max_pixels:
                raise PictureTooLargeError(f"more than {max_pixels // 10**6} megapixels; save it smaller")
            return as_bgr(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise PictureTooLargeError(f"more than {max_pixels // 10**6} megapixels; save it smaller") from error
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError("not a picture in a known format") from error
    except Exception as error:  # Pillow's decoders raise nearly every type for a damaged file
        raise PictureError("a damaged image; if it looks right elsewhere, save it anew from there") from error


def bytes_of(path):
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


def frames_in(path: Path) -> int:
    """Return how many frames or pages the picture at `path` has; 1 if that cannot be told."""
    try:
        with Image.open(path) as image:
            return 1 if image.format == "MPO" else getattr(image, "n_frames", 1)  # MPO: a phone's photo and a copy
    except Exception:  # see read_picture
        return 1


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
