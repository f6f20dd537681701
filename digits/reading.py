"""From a picture to its text: what the net says of each mark, which marks are digits, and how sure that is."""

import os
from functools import cache
from pathlib import Path

import cv2
import numpy as np

from digits.classifier import Classifier, load_classifier
from digits.finding import Mark, find_marks
from digits.mnist_form import narrowed
from digits.picture import PictureError, read_picture

SURE = 0.4  # a mark whose likeliest digit is less likely than this is printed as ?
MOSTLY_DIGITS = 0.6  # of the marks, rounded: if fewer are sure, as in a drawing, none of them counts as a digit
MAX_DOUBT_OF_PARTS = 0.05  # of the doubt about a mark: its parts replace it if there is less about them
TURNS = 6, -6  # degrees: answers about each mark as it is, and turned this far, are averaged
MAX_STROKE_WIDTH = 2.75  # px: wider strokes are narrowed before they are turned; half of MNIST's are 2.0 to 3.0 wide
SPECK = 0.5  # of the height of the only digit: a mark beside it that is lower and doubtful is not a digit


def read(
    source: str | os.PathLike | bytes | np.ndarray, classify: Classifier | None = None, name: str = "", top: int = 3
) -> dict:
    """Return what `prediction.py --json` prints of a picture, as a dict; README.md describes it.

    source: a path, the bytes of a file, or a picture uint8, (h, w, 3) BGR or (h, w) grey. classify: what
    load_classifier returned, by default the model that prediction.py uses. name: "image" in the result, by default the
    path. top: how many of the likeliest digits to name for each mark, 1 to 10. If a file cannot be read, "error" says
    why. May be called from several threads. Raises ValueError for an array that is not a picture, ModelError if the
    default model cannot be used.
    """
    if isinstance(source, (str, os.PathLike)):
        name = name or str(source)
    try:
        picture = source if isinstance(source, np.ndarray) else read_picture(source)
    except PictureError as error:
        return unreadable(name, error)
    marks, probabilities = read_marks(picture, classify or default_classifier())
    return result_of(name, marks, probabilities, top)


@cache
def default_classifier() -> Classifier:
    return load_classifier()


def read_marks(picture: np.ndarray, classify: Classifier) -> tuple[list[Mark], np.ndarray]:
    """Return the marks in a picture, as find_marks takes it, in reading order, and their probabilities, (n, 10)."""
    return classified(find_marks(picture), classify)


def classified(marks: list[Mark], classify: Classifier) -> tuple[list[Mark], np.ndarray]:
    """Return the marks and their probabilities, float (n, 10).

    A mark that is surely several digits is replaced by its parts, unless the picture seems to be of text or a drawing.
    Doubtful marks that are low beside the only digit are left out.
    """
    every = [part for mark in marks for part in (mark, *parts_of(mark))]
    if not every:
        return [], np.empty((0, 10))
    probabilities = averaged(classify, np.stack([mark.pixels for mark in every]))
    answers = dict(zip(map(id, every), probabilities, strict=True))
    taken_apart = [surest(mark, answers) for mark in marks]
    whole = [answers[id(mark)] for mark, parts in zip(marks, taken_apart, strict=True) if len(parts) == 1]
    if mostly_digits(np.reshape(whole, (-1, 10))):  # else it is text, in which an n looks like a 1 and a 2
        marks = [part for parts in taken_apart for part in parts]
    marks = without_specks(marks, np.array([answers[id(mark)] for mark in marks]))
    return marks, np.array([answers[id(mark)] for mark in marks])


def averaged(classify: Classifier, images: np.ndarray) -> np.ndarray:
    """Return the mean probabilities, (n, 10), of the images, float32 (n, 28, 28), as they are and turned by TURNS.

    Fat strokes are narrowed before they are turned. Averaging over views: Krizhevsky, Sutskever, Hinton 2012.
    """
    slim = np.stack([narrowed(image, MAX_STROKE_WIDTH) for image in images])
    views = [images, *(turned(slim, degrees) for degrees in TURNS)]
    return classify(np.concatenate(views)).reshape(len(views), len(images), -1).mean(axis=0)


def turned(images: np.ndarray, degrees: float) -> np.ndarray:
    """Return the images, float32 (n, 28, 28), each turned anticlockwise about its middle."""
    turn = cv2.getRotationMatrix2D((13.5, 13.5), degrees, 1)
    return np.stack([cv2.warpAffine(image, turn, (28, 28)) for image in images])


def parts_of(mark):
    """Return the parts of a mark in all its readings, their parts, and so on."""
    return [each for parts in mark.readings for part in parts for each in (part, *parts_of(part))]


def surest(mark, answers):
    """Return [mark], or the parts of its best reading if they are far surer than the whole; answers: by id."""

    def doubt(marks):
        return 1 - min(answers[id(each)].max() for each in marks)

    readings = [[each for part in parts for each in surest(part, answers)] for parts in mark.readings]
    best = min(readings, key=doubt, default=[mark])
    return best if doubt(best) < MAX_DOUBT_OF_PARTS * doubt([mark]) else [mark]


def without_specks(marks, probabilities):
    """Return the only sure mark if all others are low beside it, or else all; probabilities: (n, 10).

    Between digits a low mark may be a sign, as in a sum; beside a digit that is alone it is a speck or a loose stroke.
    """
    sure = probabilities.max(axis=1) >= SURE
    if np.count_nonzero(sure) != 1 or not mostly_digits(probabilities):
        return marks
    heights = np.array([max(mark.box[3], 0.6 * mark.box[2]) for mark in marks])
    digit = sure.argmax()
    return [marks[digit]] if (np.delete(heights, digit) < SPECK * heights[digit]).all() else marks


def mostly_digits(probabilities):
    """Whether enough marks are sure, and enough of those that are not sure 1s: all text and drawings have bare lines.

    probabilities: (n, 10). The first number that is enough is rounded, the second rounded down.
    """
    sure = probabilities.max(axis=1, initial=0) >= SURE
    others = ~sure | (probabilities.argmax(axis=1) != 1)
    enough = round(MOSTLY_DIGITS * len(sure)), int(MOSTLY_DIGITS * np.count_nonzero(others))
    return np.count_nonzero(sure) >= enough[0] and np.count_nonzero(sure & others) >= enough[1]


# --- the result ---


def result_of(name: str | Path, marks: list[Mark], probabilities: np.ndarray, top: int = 3) -> dict:
    """Return the result for a picture, as --json prints it; probabilities: (n, 10)."""
    sure = (probabilities.max(axis=1, initial=0) >= SURE) & mostly_digits(probabilities)
    digits = [entry_of(*mark, top) for mark in zip(marks, probabilities, sure.tolist(), strict=True)]
    return {"image": str(name), "text": text_of(digits), "error": None, "digits": digits}


def unreadable(name: str | Path, error: PictureError) -> dict:
    """Return the result for a file that cannot be read, as --json prints it."""
    return {"image": str(name), "text": "", "error": str(error), "digits": []}


def entry_of(mark, probabilities, sure, top):
    """Return the entry of a mark in "digits", with the `top` likeliest; probabilities: (10,)."""
    likeliest = [[int(digit), round(float(probabilities[digit]), 4)] for digit in np.argsort(-probabilities)[:top]]
    digit, confidence = likeliest[0]
    return {
        "digit": digit,
        "confidence": confidence,
        "sure": sure,
        "box": list(mark.box),
        "row": mark.row,
        "top": likeliest,
    }


def text_of(digits):
    """Return one character per mark, the digit or ?, with a line end between rows."""
    rows = {}
    for digit in digits:
        rows.setdefault(digit["row"], []).append(str(digit["digit"]) if digit["sure"] else "?")
    return "\n".join("".join(row) for row in rows.values())
