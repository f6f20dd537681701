"""How many pictures of people's own digits are read right: by this project, by the usual recipe, and by Tesseract.

    python -m benchmarks.own_pictures                   the sample pictures
    python -m benchmarks.own_pictures FOLDER            your own: labels.csv in it says what is in which file

labels.csv has the columns file, label, kind; rows of digits are divided by "/". What divides the digits of a number is
not compared. The usual recipe is what most MNIST
projects do with a picture: make it grey, invert it where it is light, shrink it to 28x28, ask the net (the same one
here). Tesseract is asked for digits only, in a single character where there is one digit, in a block where there are
more (apt install tesseract-ocr); without it its column stays empty. A picture without digits is read right if none is
found. Printed is the share read right, a row a kind.
"""

import csv
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import cv2

from digits import load_classifier, read, read_picture
from digits.files import IMAGES
from digits.picture import PictureError

TABLE = "a table with the columns file,label,kind, divided by commas, a row a picture."


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    classify = load_classifier()
    readers = {
        "this project": lambda path, _: text_of(path, classify),
        "usual recipe": lambda path, _: usual_recipe(path, classify),
        "Tesseract": tesseract if shutil.which("tesseract") else None,
    }
    right = {name: defaultdict(list) for name in readers}
    for row in rows_of(folder):
        path, label = folder / row["file"], digits_in(row["label"])
        for name, reader in readers.items():
            if reader:
                try:
                    text = reader(path, label)
                except PictureError as error:
                    sys.exit(f"{path}: {error}")
                is_right = text == label if label else not any(map(str.isdigit, text))
                for kind in (row["kind"], "all"):
                    right[name][kind].append(is_right)
    print(f"| {folder.name} | pictures | {' | '.join(readers)} |\n|---|---|{'---|' * len(readers)}")
    kinds = right["this project"]
    for kind in sorted(kinds, key=lambda kind: kind == "all"):
        shares = [f"{sum(each[kind]) / len(each[kind]):.0%}" if each else "" for each in right.values()]
        print(f"| {kind} | {len(kinds[kind])} | {' | '.join(shares)} |")


def rows_of(folder):
    """Return the rows of labels.csv, each a dict."""
    path = folder / "labels.csv"
    if not path.exists():
        sys.exit(f"{folder} has no labels.csv: {TABLE}")
    with path.open(newline="", encoding="utf-8-sig") as file:  # Excel's UTF-8 begins with a mark
        rows = csv.DictReader(file)
        if missing := {"file", "label", "kind"} - set(rows.fieldnames or ()):
            sys.exit(f"{path} has no column {', '.join(sorted(missing))}: it wants {TABLE}")
        return list(rows)


def text_of(path, classify):
    return digits_in(read(read_picture(path), classify)["text"])


def digits_in(text):
    """Return the digits in `text`, and ? for what is none, without what divides them."""
    return "".join(each for each in text if each.isdigit() or each == "?")


def usual_recipe(path, classify):
    grey = cv2.cvtColor(read_picture(path), cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey if grey.mean() < 127 else 255 - grey, (28, 28), interpolation=cv2.INTER_AREA)
    return str(classify(small[None].astype("float32") / 255).argmax())


def tesseract(path, label):
    layout = "10" if len(label) == 1 else "6"
    picture = cv2.imencode(".png", read_picture(path))[1].tobytes()
    command = ["tesseract", "-", "-", "--psm", layout, "-c", "tessedit_char_whitelist=0123456789"]
    return "".join(subprocess.run(command, input=picture, capture_output=True, check=True).stdout.decode().split())


if __name__ == "__main__":
    main()
