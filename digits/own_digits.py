"""Reads a folder of labelled pictures: the digits of a hand that a net can learn.

folder/0/a.png ... folder/9/z.jpg       each picture a digit, in the folder of that name
folder/labels.csv                       a table with the columns file,label; a label may be a number, as 4071
"""

import csv
import os
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np

from digits.classifier import Classifier
from digits.files import near, picture_paths
from digits.finding import find_rows
from digits.picture import PictureError, read_picture
from digits.reading import read_rows
from digits.rows import DIGITS

FORMS = "Put pictures of a digit each into folders 0 to 9 in it, or write a labels.csv with the columns file,label."


class OwnDigitsError(Exception):
    """There is nothing to learn from; the message says why and what to do."""


class OwnDigits(NamedTuple):
    images: np.ndarray  # uint8 (n, 28, 28), in MNIST's form
    labels: np.ndarray  # uint8 (n,), 0 to 9
    paths: list[Path]  # n: of the picture of each
    left_out: list[str]  # a line for each picture that teaches nothing: its path, and why


def own_digits(folder: Path, classify: Classifier) -> OwnDigits:
    """Return the digits in the labelled pictures of `folder`, cut out as they are when they are read.

    Where there are not as many marks as digits in the label, `classify` tells specks from digits, and cuts those apart
    that touch. Raises OwnDigitsError if there is nothing to learn from.
    """
    labelled = list(labelled_pictures(folder))
    images: list[np.ndarray] = []
    labels: list[int] = []
    paths: list[Path] = []
    left_out: list[str] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # a process that trains is too heavy to be started once per core
        everything = list(pool.map(found_in, labelled))
    for (path, label), found in zip(labelled, everything, strict=True):
        if isinstance(found, str):
            left_out.append(f"{near(path)}: {found}")
            continue
        digits = digits_in(found, len(label), classify)
        if len(digits) != len(label):
            left_out.append(f"{near(path)}: its label is {label}, but {len(digits) or 'no'} digits are found in it")
            continue
        images += digits
        labels += map(int, label)
        paths += [path] * len(label)
    if not images:
        reasons = "".join(f"\n{line}" for line in left_out)
        raise OwnDigitsError(f"There is no digit to learn from in {folder}. {FORMS}{reasons}")
    return OwnDigits(np.array(images), np.array(labels, np.uint8), paths, left_out)


def digits_in(found, count, classify):
    """Return the digits in what found_in returns of a picture, images uint8 (28, 28): `count`, if they can be told."""
    if isinstance(found, np.ndarray):
        return [found]
    marks = [mark for row in found.rows for mark in row.marks]
    if len(marks) != count:
        marks = [character.mark for character in read_rows(found, classify).marks]
    return [np.rint(255 * mark.pixels).astype(np.uint8) for mark in marks]


def labelled_pictures(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield the path and the label of each picture in `folder`. Raises OwnDigitsError if it is no folder of such."""
    table = folder / "labels.csv"
    if table.is_file():
        yield from rows_of(table)
    if not folder.is_dir():
        raise OwnDigitsError(f"{folder} is not a folder. {FORMS}")
    for digit in DIGITS:
        inside = folder / digit
        yield from ((path, digit) for path in picture_paths([inside]) if path != inside)


def rows_of(table):
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:  # Excel's UTF-8 begins with a mark
            head = file.readline().strip().lower()
            delimiter = ";" if ";" in head else ","  # as Excel writes it where a comma is in decimal numbers
            rows = csv.DictReader(file, [name.strip(' "') for name in head.split(delimiter)], delimiter=delimiter)
            if missing := {"file", "label"} - set(rows.fieldnames or ()):
                raise OwnDigitsError(f"{table} has no column {', '.join(sorted(missing))}. {FORMS}")
            for row in rows:
                if row["file"]:
                    yield table.parent / row["file"], re.sub("[ /]", "", row["label"] or "")  # between rows: 123/4768
    except (OSError, UnicodeError, csv.Error) as error:
        raise OwnDigitsError(f"{table} cannot be read ({error}): save it as CSV in UTF-8.") from error


def found_in(labelled):
    """Return what find_rows finds in a labelled picture, or why nothing can be learned from it.

    A picture of 28x28 pixels, white on black, as the page keeps them, is in MNIST's form already: uint8 (28, 28).
    """
    path, label = labelled
    if not (label.isascii() and label.isdecimal()):
        return f"its label {label!r} is not a whole number"
    try:
        picture = read_picture(path)
        is_mnist = picture.shape[:2] == (28, 28) and np.median(picture) < 128
        return picture[..., 0] if is_mnist else find_rows(picture)
    except PictureError as error:
        return str(error)
