"""How many pictures of people's own digits are read right: by this project, by the usual recipe, and by Tesseract.

    python benchmarks/own_pictures.py                   the sample pictures
    python benchmarks/own_pictures.py FOLDER            your own: labels.csv in it says what is in which file

labels.csv has the columns file, label, kind; rows of digits are divided by "/". The usual recipe is what most MNIST
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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from prediction import IMAGES, MODEL, load_classifier, read_marks, result_of  # noqa: E402
from preprocessing import PictureError, read_picture  # noqa: E402

TABLE = "a table with the columns file,label,kind, divided by commas, a row a picture."


def main():
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    classify = load_classifier(MODEL)
    readers = {
        "this project": lambda path, _: text_of(path, classify),
        "usual recipe": lambda path, _: usual_recipe(path, classify),
        "Tesseract": tesseract if shutil.which("tesseract") else None,
    }
    right = {name: defaultdict(list) for name in readers}
    if not (folder / "labels.csv").exists():
        sys.exit(f"{folder} has no labels.csv: {TABLE}")
    with (folder / "labels.csv").open(newline="", encoding="utf-8-sig") as file:  # Excel's UTF-8 begins with a mark
        rows = csv.DictReader(file)
        if missing := {"file", "label", "kind"} - set(rows.fieldnames or ()):
            sys.exit(f"{folder / 'labels.csv'} has no column {', '.join(sorted(missing))}: it wants {TABLE}")
        for row in rows:
            label = row["label"].replace("/", "")
            for name, read in readers.items():
                if read:
                    try:
                        text = read(folder / row["file"], label)
                    except PictureError as error:
                        sys.exit(f"{folder / row['file']}: {error}")
                    is_right = text == label if label else not any(map(str.isdigit, text))
                    for kind in (row["kind"], "all"):
                        right[name][kind].append(is_right)
    print(f"| {folder.name} | pictures | {' | '.join(readers)} |\n|---|---|{'---|' * len(readers)}")
    kinds = right["this project"]
    for kind in sorted(kinds, key=lambda kind: kind == "all"):
        shares = [f"{sum(each[kind]) / len(each[kind]):.0%}" if each else "" for each in right.values()]
        print(f"| {kind} | {len(kinds[kind])} | {' | '.join(shares)} |")


def text_of(path, classify):
    marks, probabilities = read_marks(read_picture(path), classify)
    return "".join(result_of(path, marks, probabilities)["text"].split())


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
