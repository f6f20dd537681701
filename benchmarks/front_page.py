"""Draw the picture at the top of the README: what prediction.py --save draws of some of the sample pictures.

python benchmarks/front_page.py          writes benchmarks/front_page.jpg
"""

import sys
from pathlib import Path

import cv2
import matplotlib
import matplotlib.pyplot as plt
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from prediction import IMAGES, MODEL, annotated, load_classifier, read_marks, result_of  # noqa: E402
from preprocessing import drawn_together, grouped, ink_pieces, page_of, read_picture  # noqa: E402

ROWS = ["four.jpg", "five.jpg", "eight.jpg"], ["phone_number.jpg", "one.jpg", "nine.jpg"]
WIDTH, GAP, HEIGHT = 1500, 12, 360  # px; the last one of a picture before it is read


def main():
    matplotlib.use("agg")
    classify = load_classifier(MODEL)
    plot_steps(read_picture(IMAGES / "five.jpg"), classify).savefig(Path(__file__).with_name("steps.png"), dpi=100)
    rows = [side_by_side([sheet_of(IMAGES / name, classify) for name in row]) for row in ROWS]
    picture = np.vstack([cv2.copyMakeBorder(row, 0, GAP, 0, 0, cv2.BORDER_CONSTANT, value=(255,) * 3) for row in rows])
    cv2.imwrite(str(Path(__file__).with_suffix(".jpg")), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])


def sheet_of(path, classify):
    picture = read_picture(path)
    scale = HEIGHT / picture.shape[0]
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    marks, probabilities = read_marks(picture, classify)
    return annotated(picture, marks, result_of(path, marks, probabilities)["digits"])


def side_by_side(sheets):
    """Return the sheets as one row, WIDTH px wide, all of one height: uint8 (h, WIDTH, 3)."""
    height = (WIDTH - GAP * (len(sheets) - 1)) / sum(sheet.shape[1] / sheet.shape[0] for sheet in sheets)
    row = np.full((round(height), WIDTH, 3), 255, np.uint8)
    left = 0.0
    for sheet in sheets:
        width = sheet.shape[1] * height / sheet.shape[0]
        right = min(WIDTH, round(left + width))
        size = right - round(left), row.shape[0]
        row[:, round(left) : right] = cv2.resize(sheet, size, interpolation=cv2.INTER_AREA)
        left += width + GAP
    return row


def plot_steps(picture, classify):
    """Return a figure of the way from a picture with one digit to its probabilities."""
    page = page_of(picture)  # its long side is below LONG_SIDE: read as it is
    pieces = np.zeros(page.ink.shape)
    for group in grouped(ink_pieces(page)):
        (x, y, w, h), mask = drawn_together(group)
        pieces[y : y + h, x : x + w][mask] = 1
    (mark,), (probabilities,) = read_marks(picture, classify)

    figure, axes = plt.subplots(1, 5, figsize=(13, 3.1), layout="constrained")
    images = picture[..., ::-1], page.ink.clip(0, 0.8), pieces, mark.pixels
    titles = "1 the picture", "2 darker than the paper", "3 pieces of one digit", "4 in MNIST's form"
    for axis, image, title in zip(axes, images, titles, strict=False):
        axis.imshow(image, cmap="gray")
        axis.set(title=title, xticks=[], yticks=[])
    axes[4].barh(range(10), probabilities)
    axes[4].set(title="5 what the net says", xlim=(0, 1), yticks=range(10))
    axes[4].invert_yaxis()
    return figure


if __name__ == "__main__":
    main()
