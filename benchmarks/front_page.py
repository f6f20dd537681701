"""Draw the README's pictures: what prediction.py --save draws of some sample pictures, and the steps of a reading.

python -m benchmarks.front_page          writes docs/front_page.jpg and docs/steps.png
"""

import cv2
import matplotlib
import matplotlib.pyplot as plt
import numpy as np

from digits import load_classifier, read_picture
from digits.arrays import resized
from digits.files import IMAGES, ROOT, SHIPPED
from digits.finding import find_rows
from digits.finding.grouping import grouped
from digits.finding.ink import page_of
from digits.finding.piece import union_of
from digits.finding.pieces import ink_pieces
from digits.overlay import with_boxes
from digits.reading import read_rows, result_of

ROWS = (
    ["four.jpg", "five.jpg", "eight.jpg"],
    ["phone_number.jpg", "one.jpg", "nine.jpg"],
    ["amount.jpg", "two_rows.jpg"],
)
WIDTH, GAP, HEIGHT = 1500, 12, 360  # px; the last one of a picture before it is read


def main():
    matplotlib.use("agg")
    classify = load_classifier(SHIPPED)
    plot_steps(read_picture(IMAGES / "five.jpg"), classify).savefig(ROOT / "docs" / "steps.png", dpi=100)
    rows = [side_by_side([overlay_of(IMAGES / name, classify) for name in row]) for row in ROWS]
    picture = np.vstack([cv2.copyMakeBorder(row, 0, GAP, 0, 0, cv2.BORDER_CONSTANT, value=(255,) * 3) for row in rows])
    cv2.imwrite(str(ROOT / "docs" / "front_page.jpg"), picture, [cv2.IMWRITE_JPEG_QUALITY, 85])


def overlay_of(path, classify):
    picture = read_picture(path)
    picture = resized(picture, HEIGHT / picture.shape[0])
    reading = read_rows(find_rows(picture), classify)
    return with_boxes(picture, reading.marks, result_of(path, reading)["digits"])


def side_by_side(overlays):
    """Return the overlays as one row, WIDTH px wide, all of one height: uint8 (h, WIDTH, 3)."""
    height = (WIDTH - GAP * (len(overlays) - 1)) / sum(each.shape[1] / each.shape[0] for each in overlays)
    row = np.full((round(height), WIDTH, 3), 255, np.uint8)
    left = 0.0
    for each in overlays:
        width = each.shape[1] * height / each.shape[0]
        right = min(WIDTH, round(left + width))
        size = right - round(left), row.shape[0]
        row[:, round(left) : right] = cv2.resize(each, size, interpolation=cv2.INTER_AREA)
        left += width + GAP
    return row


def plot_steps(picture, classify):
    """Return a figure of the way from a picture with one digit to its probabilities."""
    page = page_of(picture)  # its long side is below LONG_SIDE, and no sheet's edge is in it: read as it is
    pieces = np.zeros(page.ink.shape)
    for group in grouped(ink_pieces(page)[0]):
        (x, y, w, h), mask = union_of(group)
        pieces[y : y + h, x : x + w][mask] = 1
    (digit,) = read_rows(find_rows(picture), classify).marks

    figure, axes = plt.subplots(1, 5, figsize=(13, 3.1), layout="constrained")
    images = picture[..., ::-1], page.ink.clip(0, 0.8), pieces, digit.mark.pixels
    titles = "1 the picture", "2 darker than the paper", "3 pieces of one digit", "4 in MNIST's form"
    for axis, image, title in zip(axes, images, titles, strict=False):
        axis.imshow(image, cmap="gray")
        axis.set(title=title, xticks=[], yticks=[])
    axes[4].barh(range(10), digit.probabilities)
    axes[4].set(title="5 what the nets say", xlim=(0, 1), yticks=range(10))
    axes[4].invert_yaxis()
    return figure


if __name__ == "__main__":
    main()
