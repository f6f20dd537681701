"""What each rule of the finder is good for: which pictures are read otherwise when it is switched off alone.

    python -m benchmarks.ablation                       the sample pictures
    python -m benchmarks.ablation FOLDER [FOLDER ...]   your own: labels.csv in each says what is in which file

labels.csv has the columns file and label, the rows of digits divided by "/"; without a label the picture holds none.
Printed for each rule: how many pictures are read right only with it, only without it, and how many are read
otherwise, right or not. A rule that no picture needs should go.
"""

import csv
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import cache, partial
from pathlib import Path
from unittest.mock import patch

import cv2

from benchmarks.own_pictures import digits_in
from digits.classifier import load_classifier
from digits.files import IMAGES, SHIPPED
from digits.reader import read

OFF = {  # rule: the module that uses it, and what stands in its place
    "sheet_in": ("marks", lambda picture: None),
    "board_in": ("marks", lambda picture: None),
    "without_lines": ("pieces", lambda ink, dark: ink),
    "may_hide_digits": ("pieces", lambda piece, page: False),
    "with_faint_ends": ("pieces", lambda pieces, fainter: pieces),
    "is_margin": ("exclusion", lambda piece, page: False),
    "is_paper_edge": ("exclusion", lambda piece, page: False),
    "is_shadow": ("exclusion", lambda piece, pieces, page: False),
    "is_frame": ("exclusion", lambda piece, pieces: False),
    "is_line": ("exclusion", lambda piece, size, page: False),
    "is_underline_of": ("grouping", lambda one, other, size: False),
    "is_dash": ("grouping", lambda group: False),
}


def main():
    pictures = [each for folder in sys.argv[1:] or [IMAGES] for each in labelled(Path(folder))]
    with ProcessPoolExecutor(initializer=cv2.setNumThreads, initargs=(1,)) as pool:
        usual = list(pool.map(partial(text_in, None), pictures, chunksize=20))
        right = [is_right(text, label) for text, (_, label) in zip(usual, pictures, strict=True)]
        print(f"{sum(right)} of {len(pictures)} pictures are read right")
        print("| off | lost | won | otherwise |\n|---|---|---|---|", flush=True)
        for rule in OFF:
            texts = list(pool.map(partial(text_in, rule), pictures, chunksize=20))
            now_right = [is_right(text, label) for text, (_, label) in zip(texts, pictures, strict=True)]
            lost = sum(a and not b for a, b in zip(right, now_right, strict=True))
            won = sum(b and not a for a, b in zip(right, now_right, strict=True))
            otherwise = sum(a != b for a, b in zip(usual, texts, strict=True))
            print(f"| {rule} | {lost} | {won} | {otherwise} |", flush=True)


def labelled(folder):
    with (folder / "labels.csv").open(newline="", encoding="utf-8-sig") as file:
        return [(folder / row["file"], row.get("label") or "") for row in csv.DictReader(file)]


def text_in(rule, picture):
    """Return what is read in a picture, a path and its label, with `rule` switched off."""
    path, _ = picture
    with without(rule):
        return read(path, classifier())["text"]


def without(rule):
    """Return the context in which `rule` is switched off; none, if it is None."""
    if rule is None:
        return nullcontext()
    module, stand_in = OFF[rule]
    return patch(f"digits.finding.{module}.{rule}", stand_in)


@cache
def classifier():
    return load_classifier(SHIPPED)


def is_right(text, label):
    return digits_in(text) == digits_in(label) if label else not any(map(str.isdigit, text))


if __name__ == "__main__":
    main()
