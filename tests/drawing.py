"""What the tests draw: digits out of the strokes of images/draw_samples.py, on paper, and small data sets of them."""

import struct
import zlib

import cv2
import numpy as np

from digits.mnist_form import to_mnist
from images.draw_samples import STROKES, curve, points_of

OTHERS = {  # what may stand among digits, as STROKES has them
    ".": ["0,96 2,98"],
    ",": ["8,92 8,100 0,114"],
    "-": ["0,55 32,53"],
    "/": ["40,-4 0,106"],
    "+": ["0,56 44,54", "22,32 21,78"],
    "A": ["0,100 28,0 54,100", "11,66 45,65"],
}


def picture_of(text, height=200, pen=14, ink=30, paper=245, size=None, at=None):
    """Return a picture uint8 (h, w, 3) of `text`, digits side by side, `height` px high, rows divided by line ends."""
    rows = text.split("\n")
    columns = max(len(row) for row in rows)
    size = size or (int(height * (1.5 * len(rows) + 0.5)), int(height * (1.0 * columns + 0.8)))
    left, top = at or (int(0.5 * height), int(0.5 * height))
    grey = np.full(size, paper, np.uint8)
    for y, row in enumerate(rows):
        for x, digit in enumerate(row):
            draw(grey, digit, (left + x * height, top + 1.5 * y * height), height, pen, ink)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR)


def png_of(text, **form):
    """Return the bytes of a PNG with what picture_of returns."""
    return cv2.imencode(".png", picture_of(text, **form))[1].tobytes()


def png_of_size(side):
    """Return a PNG, side x side, all black: many pixels in few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + side // 8)) for _ in range(side)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def draw(grey, digit, corner, height, pen, ink):
    for stroke in (STROKES | OTHERS)[digit]:
        points = np.int32(np.round((curve(points_of(stroke)) * height + corner) * 16))
        cv2.polylines(grey, [points], False, ink, pen, cv2.LINE_AA, 4)


def row_of(text, gap=0.2, height=120, pen=9):
    """Return a picture uint8 (h, w) of a row, and the box (x, y, width, height) of each character's ink but a space's.

    gap: between the ink of neighbours, in heights; None: each is moved to the left until it meets the one before it.
    """
    grey, boxes, left = np.full((2 * height, (2 * len(text) + 1) * height), 245, np.uint8), [], height // 2
    for character in text:
        if character == " ":
            left += round(1.5 * height)
            continue
        alone = np.full((2 * height, 2 * height), 245, np.uint8)
        draw(alone, character, (height // 2, height // 2), height, pen, 30)
        x, y, width, depth = cv2.boundingRect(np.uint8(alone < 128))
        alone = alone[:, x : x + width]
        while gap is None and boxes and not ((alone < 128) & (grey[:, left : left + width] < 128)).any():
            left -= 1
        np.minimum(grey[:, left : left + width], alone, out=grey[:, left : left + width])
        boxes.append((left, y, width, depth))
        left += width + round((gap or 0) * height)
    return grey[:, : boxes[-1][0] + boxes[-1][2] + height // 2], boxes


def drawn_data_set(count, seed):
    """Return images uint8 (count, 28, 28) in MNIST's form and labels uint8 (count,): ten digits, a little varied."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, count).astype(np.uint8)
    images = np.empty((count, 28, 28), np.uint8)
    for i, label in enumerate(labels):
        field = np.zeros((120, 120), np.uint8)
        for stroke in STROKES[str(label)]:
            points = points_of(stroke)
            line = curve(points + random.normal(0, 0.025, points.shape)) * 80 + (30, 20)
            cv2.polylines(field, [np.int32(line * 16)], False, 255, int(random.integers(6, 12)), cv2.LINE_AA, 4)
        images[i] = np.round(to_mnist(field > 127) * 255)
    return images, labels


def save_data_set(path, count=1200):
    x_train, y_train = drawn_data_set(count, 0)
    x_test, y_test = drawn_data_set(200, 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)


def save_picture(path, picture):
    """Write `picture` to `path`, in the form that its ending names, whatever characters are in its name."""
    done, data = cv2.imencode(path.suffix, picture)
    assert done
    path.write_bytes(data.tobytes())
    return path
