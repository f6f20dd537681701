"""Feed damaged picture files to the reader, guided by which of its lines they reach.

    pip install atheris && python -m benchmarks.fuzz_reading 600        for so many seconds

Atheris (libFuzzer) changes bytes in small pictures of every format and kind. What raises anything but PictureError,
crashes, takes more than 20 seconds or 4 GB ends it and is kept as crash-*, timeout-* or oom-*; otherwise it prints
how many files were tried. It sees which lines of digits/picture.py and of Pillow are reached, not those of the
libraries inside Pillow; of find_marks neither, since Atheris never frees the arrays that the lines it sees compare.
"""

import sys
import tempfile
from pathlib import Path

import atheris
import cv2
import numpy as np

with atheris.instrument_imports(include=["PIL"]):
    from PIL import Image

    Image.init()  # loads what reads each format

from digits import picture
from digits.finding import find_marks

MAX_PIXELS = 500 * 500  # larger pictures are refused, so that each try is short


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with tempfile.TemporaryDirectory() as folder:
        for i, data in enumerate(small_pictures()):
            (Path(folder) / str(i)).write_bytes(data)
        limits = [f"-max_total_time={seconds}", "-timeout=20", "-rss_limit_mb=4000", "-max_len=8192"]
        for name in ("read_picture", "as_bgr", "eight_bits", "on_paper"):
            setattr(picture, name, atheris.instrument_func(getattr(picture, name)))
        atheris.Setup([sys.argv[0], folder, *limits], try_bytes)
        atheris.Fuzz()


def small_pictures():
    """Yield picture files, bytes, of every format and kind."""
    grey = np.full((40, 32), 240, np.uint8)
    cv2.putText(grey, "7", (5, 32), cv2.FONT_HERSHEY_SIMPLEX, 1, 20, 3)
    colour = cv2.merge([grey, grey // 2, 255 - grey])
    see_through = np.dstack([colour, 255 - grey])
    for ending in (".png", ".jpg", ".gif", ".tiff", ".webp", ".bmp", ".jp2", ".avif"):
        yield cv2.imencode(ending, colour)[1].tobytes()
    for each in (grey, see_through, grey.astype(np.uint16) * 257, see_through.astype(np.uint16) * 257):
        yield cv2.imencode(".png", each)[1].tobytes()
    for kind in (np.int8, np.int16, np.uint16, np.int32, np.float32):
        yield cv2.imencode(".tiff", grey.astype(kind))[1].tobytes()
    yield cv2.imencode(".webp", see_through)[1].tobytes()


def try_bytes(data):
    try:
        pixels = picture.read_picture(data, MAX_PIXELS)
    except picture.PictureError:
        return
    for mark in find_marks(pixels):
        x, y, width, height = mark.box
        assert 0 <= x < x + width <= pixels.shape[1] and 0 <= y < y + height <= pixels.shape[0]
        assert mark.pixels.shape == (28, 28) and mark.pixels.min() >= 0 and 0 < mark.pixels.max() <= 1


if __name__ == "__main__":
    main()
