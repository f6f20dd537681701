"""How pairs of digits that just touch are read: all hundred, drawn.

    python -m benchmarks.touching

The right digit is moved to the left until its ink meets that of the left one. Printed: how many pairs are read right,
and how many silently as another number, without a ?; then what each of the others is read as.
"""

import cv2
import numpy as np

from digits.classifier import load_classifier
from digits.files import SHIPPED
from digits.reader import read
from images.draw_samples import STROKES, curve, points_of

HEIGHT, PEN, MARGIN = 200, 12, 100  # px


def main():
    classify = load_classifier(SHIPPED)
    texts = {a + b: read(picture_of(a, b), classify)["text"] for a in "0123456789" for b in "0123456789"}
    wrong = {pair: text for pair, text in texts.items() if text != pair}
    silent = [pair for pair, text in wrong.items() if text and "?" not in text]
    print(f"of {len(texts)} pairs {len(texts) - len(wrong)} are read right, {len(silent)} silently as another number")
    print(", ".join(f"{pair} as {text or 'nothing'}" for pair, text in wrong.items()))


def picture_of(left, right):
    """Return a picture uint8 (h, w) of two digits, dark on light, that just touch."""
    one, other = ink_of(left), ink_of(right)
    place = one.shape[1]
    while not (shifted(one, 0) & shifted(other, place)).any():
        place -= 1
    both = shifted(one, 0) | shifted(other, place)
    return np.where(cv2.copyMakeBorder(both, *[MARGIN] * 4, cv2.BORDER_CONSTANT) > 0, 30, 245).astype(np.uint8)


def ink_of(digit):
    """Return a digit, uint8 (h, w) with 1 for ink, cut to its ink on the left and right."""
    field = np.zeros((HEIGHT + 2 * PEN, 2 * HEIGHT), np.uint8)
    for stroke in STROKES[digit]:
        points = np.int32((curve(points_of(stroke)) * HEIGHT + PEN) * 16)
        cv2.polylines(field, [points], False, 1, PEN, cv2.LINE_8, 4)
    columns = np.flatnonzero(field.any(axis=0))
    return field[:, columns[0] : columns[-1] + 1]


def shifted(ink, place):
    """Return `ink` on a field wide enough for two digits, `place` px from its left."""
    field = np.zeros((ink.shape[0], 4 * HEIGHT), np.uint8)
    field[:, place : place + ink.shape[1]] = ink
    return field


if __name__ == "__main__":
    main()
