"""A picture file, or its bytes, as an upright array in colour: every format that people have. Finds no digits."""

import io
import os
import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_PIXELS = 178_000_000  # a larger picture is refused by its header, before it takes memory: a small file can hold it
SUFFIXES = {".png", ".jpg", ".jpeg", ".jfif", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".avif", ".jp2"}
HEIC = b"ftypheic", b"ftypheix", b"ftypmif1"

warnings.filterwarnings("ignore", module="PIL")  # about sizes, checked here, and odd metadata: what matters is raised


class PictureError(ValueError):
    """The file holds no picture that can be read; the message says why."""


class PictureTooLargeError(PictureError):
    """The picture has more pixels than are decoded."""


def read_picture(source: str | os.PathLike | bytes, max_pixels: int = MAX_PIXELS) -> np.ndarray:
    """Return the picture in a file upright, as its EXIF says: uint8 (h, w, 3), BGR.

    source: a path, or the bytes of a file. Transparent pixels become paper; 16 bits and floats are scaled to 8 bits.
    Raises PictureError, PictureTooLargeError where it has more than `max_pixels`.
    """
    data = source if isinstance(source, (bytes, bytearray)) else bytes_of(Path(source))
    if data[4:12] in HEIC:
        raise PictureError("a HEIC photo, which cannot be read yet; save it as JPEG or PNG")
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.width * image.height > max_pixels:
                raise PictureTooLargeError(f"more than {max_pixels // 10**6} megapixels; save it smaller")
            return as_bgr(ImageOps.exif_transpose(image))
    except Image.DecompressionBombError as error:
        raise PictureTooLargeError(f"more than {max_pixels // 10**6} megapixels; save it smaller") from error
    except PictureError:
        raise
    except UnidentifiedImageError as error:
        raise PictureError("not an image that can be read") from error
    except Exception as error:  # of a damaged file Pillow's decoders raise nearly every type
        raise PictureError("a damaged image; if it looks right elsewhere, save it anew from there") from error


def bytes_of(path):
    try:
        if path.is_dir():
            next(path.iterdir(), None)  # OSError where nobody may look into it
            raise PictureError("a folder without pictures")
        if path.exists() and not path.is_file():
            raise PictureError("not a regular file")  # a pipe or a device, of which the end may never come
        return path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        if isinstance(error, PictureError):
            raise
        raise PictureError(f"cannot be opened ({getattr(error, 'strerror', None) or error})") from error


def frames_in(path: Path) -> int:
    """Return how many frames or pages the picture at `path` has; 1 where that cannot be told."""
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
        return np.asarray(image.convert("RGB"))[..., ::-1].copy()
    pixels = np.asarray(image.convert("RGBA"))
    colour, alpha = pixels[..., 2::-1].copy(), pixels[..., 3].copy()
    return on_paper(colour, alpha) if (alpha < 255).any() else colour


def eight_bits(grey):
    """Return `grey`, any number type, as uint8, scaled so that its largest value becomes 255.

    What is infinite counts as the largest value, what is no number as 0.
    """
    largest = max(float(grey.max(where=np.isfinite(grey), initial=0)), 1e-9)
    scaled = np.empty(grey.shape, np.uint8)
    for row, target in zip(grey, scaled, strict=True):  # all at once they would take several times the memory
        target[:] = np.rint(np.nan_to_num(row.astype(np.float64).clip(0, largest)) * (255 / largest))
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
