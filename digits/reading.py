"""From a picture to its text: what the nets say of each mark, which marks are digits, and how sure all of that is."""

import re
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from digits.classifier import Classifier
from digits.finding import Found
from digits.joining import Character, characters_alone, characters_of, cut_apart
from digits.mnist_form import narrowed
from digits.picture import PictureError
from digits.rows import DIVIDERS

SURE = 0.4  # a mark whose likeliest digit is less likely than this is printed as ?
SURE_DIVIDER = 0.7  # what divides two digits is printed as a space if it is less likely than this
DIVIDER = f"[ {re.escape(DIVIDERS)}]"
DOUBT = 0.8  # a picture is read in another way, too, if it is read with less confidence
IN_WORD, IN_PICTURE = 0.5, 0.3  # of the marks: if fewer are sure, as in letters or a drawing, none counts as a digit
TURNS = 6, -6  # degrees: answers about each mark as it is, and turned this far, are averaged
MAX_STROKE_WIDTH = 2.75  # px: wider strokes are narrowed before they are turned; half of MNIST's are 2.0 to 3.0 wide


class Reading(NamedTuple):
    rows: list[list[Character]]  # from the top, each from left to right
    confidence: float  # the probability that all of them are right, none missing, none too many
    turned: int = 0  # degrees, clockwise: so far was the picture turned to be read

    @property
    def marks(self) -> list[Character]:
        """The characters that are marks of a digit's size, in reading order."""
        return [each for row in self.rows for each in row if each.character not in DIVIDERS]

    @property
    def confidence_of_a_mark(self):
        """The geometric mean, by which readings of different lengths can be compared; 0 where there is no digit."""
        return self.confidence ** (1 / len(self.marks)) if any(map(is_sure, self.marks)) else 0.0


def read_rows(found: Found, classify: Classifier) -> Reading:
    """Return the Reading of what find_rows found in a picture.

    Each row is read by both nets: the classifier of its marks, and the row reader if `classify` has one. If that leaves
    doubt, the picture is also read as a single row, and if that reads something else, the surer reading counts.
    """
    reading = reading_of(found.rows, classify)
    if reading.confidence < DOUBT and classify.read_rows:
        single = reading_of([found.whole], classify)
        is_other = [mark.character for mark in single.marks] != [mark.character for mark in reading.marks]
        if is_other and single.confidence_of_a_mark > reading.confidence_of_a_mark:
            reading = single
    words = [words_of(without_ends(row)) for row in reading.rows]
    rows = [
        [each for word in row for each in (word if holds_digits(word, IN_WORD) else as_signs(word))] for row in words
    ]
    if not holds_digits([each for row in rows for each in row], IN_PICTURE):
        rows = [as_signs(row) for row in rows]
    return reading._replace(rows=rows)


def reading_of(rows, classify):
    if not rows:
        return Reading([], 0.0)
    of_marks = probabilities_of(rows, classify)
    if classify.read_rows:
        of_rows = classify.read_rows([row.ink for row in rows])
        cut = [cut_apart(*each, classify.knows_hand) for each in zip(rows, of_marks, of_rows, strict=True)]
        if any(len(row.marks) != len(whole.marks) for row, whole in zip(cut, rows, strict=True)):
            of_marks = probabilities_of(cut, classify)
        found = [characters_of(*each, classify.knows_hand) for each in zip(cut, of_marks, of_rows, strict=True)]
    else:
        found = [characters_alone(*each) for each in zip(rows, of_marks, strict=True)]
    return Reading([characters for characters, _ in found], float(np.prod([likely for _, likely in found])))


def probabilities_of(rows, classify):
    """Return for each row the probabilities of its marks, float (n, 10)."""
    counts = [len(row.marks) for row in rows]
    images = np.array([mark.pixels for row in rows for mark in row.marks], np.float32).reshape(-1, 28, 28)
    probabilities = averaged(classify, images) if len(images) else np.empty((0, 10))
    return np.split(probabilities, np.cumsum(counts)[:-1])


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


# --- the result ---


def result_of(name: str | Path, reading: Reading, top: int = 3) -> dict:
    """Return the result for a picture, as --json prints it; "turned" is there only if the picture was."""
    return {
        "image": str(name),
        "text": "\n".join(text_of(row) for row in reading.rows if row),
        "error": None,
        "confidence": round(reading.confidence, 4),
        **({"turned": reading.turned} if reading.turned else {}),
        "digits": [entry_of(mark, top) for mark in reading.marks],
    }


def unreadable(name: str | Path, error: PictureError) -> dict:
    """Return the result for a file that cannot be read, as --json prints it."""
    return {"image": str(name), "text": "", "error": str(error), "confidence": 0.0, "digits": []}


def without_ends(row):
    """Return the characters of a row without what divides nothing, at its ends; an = elsewhere is a sign."""
    first, last = 0, len(row)
    while first < last and row[first].character in DIVIDERS + "=":
        first += 1
    while last > first and row[last - 1].character in DIVIDERS + "=":
        last -= 1
    return [each._replace(character="?") if each.character == "=" else each for each in row[first:last]]


def words_of(row):
    """Return the characters of a row in lists, divided where a gap is wider than the marks beside it are high."""
    words: list[list[Character]] = []
    for character in row:
        x, _, _, height = character.mark.box
        if words:
            left, _, width, before = words[-1][-1].mark.box
        if not words or x - left - width > max(height, before):
            words.append([])
        words[-1].append(character)
    return words


def holds_digits(characters, share):
    """Whether at least `share` of the marks are sure digits.

    Sure 1s do not vouch for other marks: all text and drawings have bare lines.
    """
    marks = [each for each in characters if each.character not in DIVIDERS]
    others = [each for each in marks if not (is_sure(each) and each.character == "1")]
    enough = sum(map(is_sure, marks)) >= share * len(marks)
    return enough and sum(map(is_sure, others)) >= int(share * len(others))


def as_signs(characters):
    """Return the marks among the characters, none of them as a digit."""
    return [each._replace(character="?") for each in characters if each.character not in DIVIDERS]


def text_of(row):
    """Return the text of a row: a character a mark, and between two digits what divides them, or a space if unsure."""
    text = "".join(text_of_character(character) for character in row)
    text = re.sub(rf"(?<=\d){DIVIDER}{{2,}}(?=\d)", " ", text)
    return re.sub(rf"(?<!\d){DIVIDER}|{DIVIDER}(?!\d)", "", text)


def text_of_character(character):
    if character.character in DIVIDERS:
        return character.character if character.confidence >= SURE_DIVIDER else " "
    return character.character if is_sure(character) else "?"


def is_sure(character):
    return character.character.isdigit() and bool(character.probabilities.max() >= SURE)


def entry_of(character, top):
    """Return the entry of a mark in "digits", with the `top` likeliest."""
    probabilities = character.probabilities
    likeliest = [[int(digit), round(float(probabilities[digit]), 4)] for digit in np.argsort(-probabilities)[:top]]
    digit, confidence = likeliest[0]
    return {
        "digit": digit,
        "confidence": confidence,
        "sure": is_sure(character),
        "box": list(character.mark.box),
        "row": character.mark.row,
        "top": likeliest,
    }
