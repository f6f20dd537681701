"""Read handwritten digits from pictures.

    python prediction.py                            the pictures in images/
    python prediction.py photo.jpg scans/           a picture, and every picture in a folder
    python prediction.py --json photo.jpg           a JSON object a line, for other programs

The digits are found by preprocessing.py and classified by the model that handwritten_digit_recognition.py saved.
TensorFlow is imported only when the model is loaded.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np

from preprocessing import PictureError, find_marks, read_picture

ROOT = Path(__file__).resolve().parent
MODEL = ROOT / "models" / "handwritten_digit_cnn.h5"
IMAGES = ROOT / "images"
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"}  # of pictures, where a folder is named

SURE = 0.5  # a mark whose likeliest digit is less likely than this is printed as ?


def main():
    options = parse_arguments()
    try:
        classify = load_classifier(options.model)
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    status = 0
    for path in picture_paths(options.paths):
        result = read(path, classify)
        if result["error"]:
            status = 1
        if options.json:
            print(json.dumps(result), flush=True)
        elif result["error"]:
            print(f"{path}: {result['error']}", file=sys.stderr)
        else:
            print(f"{path}: {in_words(result)}", flush=True)
    return status


class ModelError(Exception):
    """The model cannot be used; the message says why and what to do."""


def load_classifier(path):
    """Return a function from images float32 (n, 28, 28), 0 to 1, to the probabilities of the digits, (n, 10).

    `path` is a Keras model, .h5 or .keras. Raises ModelError.
    """
    if not path.is_file():
        raise ModelError(f"There is no model at {path}. Train one:  python handwritten_digit_recognition.py")
    from quiet_keras import keras

    try:
        model = keras.models.load_model(path, compile=False)
        shapes = model.input_shape, model.output_shape
    except Exception as error:  # Keras raises nearly every type for a file that it cannot use
        reason = f"{path} is no model that Keras can load: {str(error).splitlines()[0]}"
        raise ModelError(
            f"{reason}\nTrain a new one (python handwritten_digit_recognition.py) or name another."
        ) from error
    if shapes != ((None, 28, 28, 1), (None, 10)):
        raise ModelError(f"{path} turns {shapes[0]} into {shapes[1]}; it should be (None, 28, 28, 1) into (None, 10).")
    return lambda images: keras.ops.convert_to_numpy(model(images[..., np.newaxis], training=False))


def picture_paths(paths):
    """Yield every path that names no folder, and in each folder the paths of its pictures, sorted by name."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        pictures = [p for p in sorted(path.iterdir()) if p.suffix.lower() in SUFFIXES and not p.name.startswith(".")]
        yield from pictures or [path]


def read(path, classify):
    """Return what is read from the picture at `path`, in the form of a line of --json."""
    result = {"image": str(path), "text": "", "error": None, "digits": []}
    try:
        marks = find_marks(read_picture(path))
    except PictureError as error:
        return {**result, "error": str(error)}
    if marks:
        result["digits"] = classified(marks, classify)
        result["text"] = text_of(result["digits"])
    return result


def classified(marks, classify):
    """Return the entry in "digits" of each mark; where a mark is surer taken as two that touch, two entries."""
    every = [part for mark in marks for part in (mark, *parts_of(mark))]
    answers = {
        id(mark): answer for mark, answer in zip(every, classify(np.stack([m.pixels for m in every])), strict=True)
    }
    return [described(part, answers[id(part)]) for mark in marks for part in surest(mark, answers)]


def parts_of(mark):
    """Return the halves of a mark, their halves, and so on."""
    return [part for half in mark.halves for part in (half, *parts_of(half))]


def surest(mark, answers):
    """Return the mark, or its parts if even the least sure of them is surer than the whole."""
    parts = [part for half in mark.halves for part in surest(half, answers)]
    return parts if parts and min(answers[id(part)].max() for part in parts) > answers[id(mark)].max() else [mark]


def described(mark, probabilities):
    """Return the entry of a mark in "digits"; probabilities: (10,)."""
    top = [[int(digit), round(float(probabilities[digit]), 4)] for digit in np.argsort(-probabilities)[:3]]
    digit, confidence = top[0]
    return {
        "digit": digit,
        "confidence": confidence,
        "sure": confidence >= SURE,
        "box": list(mark.box),
        "row": mark.row,
        "top": top,
    }


def text_of(digits):
    """Return a character a mark, the digit or ?, the rows divided by line ends."""
    rows = {}
    for digit in digits:
        rows.setdefault(digit["row"], []).append(str(digit["digit"]) if digit["sure"] else "?")
    return "\n".join("".join(row) for row in rows.values())


def in_words(result):
    """Return what a person reads behind the picture's name."""
    if not result["digits"]:
        return "no digit found"
    lowest = min(digit["confidence"] for digit in result["digits"])
    share = f"{lowest:.1%}".replace("%", " %")
    return f"{result['text'].replace(chr(10), ' ')}  ({share if len(result['digits']) == 1 else 'lowest ' + share})"


def parse_arguments():
    parser = argparse.ArgumentParser(description="Read handwritten digits from pictures.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="IMAGE or FOLDER", help="default: images/")
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.add_argument("--model", type=Path, default=near(MODEL), help="a Keras model (default: %(default)s)")
    options = parser.parse_args()
    options.paths = options.paths or [near(IMAGES)]
    return options


def near(path):
    """Return `path` as one would type it in the current folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


if __name__ == "__main__":
    sys.exit(main())
