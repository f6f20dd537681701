"""Read handwritten digits from pictures.

    python prediction.py                            the pictures in images/
    python prediction.py photo.jpg scans/           a picture, and every picture in a folder
    python prediction.py --show photo.jpg           a window with the boxes, and the images that the net saw
    python prediction.py --json photo.jpg           one JSON object per line, for other programs

The digits are found with OpenCV and classified by the model that handwritten_digit_recognition.py saved.
"""

import argparse
import json
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from tqdm import tqdm

from digits import load_classifier, overlay, read_picture
from digits.classifier import ModelError
from digits.files import DEFAULT_MODEL, IMAGES, SHIPPED, TRAINED, near, picture_paths, printable
from digits.finding import find_rows
from digits.parallel import in_parallel
from digits.picture import PictureError, frames_in
from digits.reading import read_rows, result_of, unreadable

LONG_FOLDER = 20  # pictures: from this many on, every core searches them, and a progress bar is shown


def main():
    if hasattr(sys.stdout, "reconfigure"):  # in IDLE it has no encoding to fail at
        sys.stdout.reconfigure(errors="backslashreplace")  # for names that the output's encoding lacks
    options = parse_arguments()
    try:
        classify = load_classifier(options.model)
        if options.save:
            options.save.mkdir(parents=True, exist_ok=True)
    except ModelError as error:
        return usage_error(error)
    except OSError as error:
        return usage_error(f"Nothing can be saved in {printable(options.save)} ({error.strerror}).")
    if options.model == near(TRAINED):
        print(f"Reading with your own {near(TRAINED)}; the shipped one: --model {near(SHIPPED)}", file=sys.stderr)
    if options.show and (reason := overlay.reason_for_no_window()):
        print(f"{reason}; --save FOLDER writes to files what --show shows.", file=sys.stderr)
        options.show = False
    try:
        return read_all(list(picture_paths(options.paths)), classify, options)
    except KeyboardInterrupt:
        print("Stopped. The pictures above have been read, the others have not.", file=sys.stderr)
        return 130
    except BrokenProcessPool:
        print("Stopped: a process that reads pictures was ended from outside, or ran out of memory.", file=sys.stderr)
        return 1
    except BrokenPipeError:  # the program that reads the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def read_all(paths, classify, options):
    """Print what is read in each picture. Return the exit status: 0, or 1 if one could not be read or saved."""
    status = 0
    is_long = len(paths) >= LONG_FOLDER
    found = in_parallel(rows_in, paths) if is_long else map(rows_in, paths)
    found = tqdm(found, total=len(paths), unit="picture", leave=False, disable=None if is_long else True)
    for path, name, rows in zip(paths, overlay.overlay_names(paths), found, strict=True):
        if isinstance(rows, PictureError):
            status = 1
            say(json.dumps(unreadable(path, rows))) if options.json else note(path, rows)
            continue
        if (frames := frames_in(path)) > 1:
            note(path, f"only the first of {frames} frames is read")
        reading = read_rows(rows, classify)
        result = result_of(path, reading, options.top or 3)
        say(json.dumps(result) if options.json else in_words(result, options.top))
        if options.save or options.show:
            picture = overlay.with_boxes(read_picture(path), reading.marks, result["digits"])
            try:
                if options.save:
                    overlay.save(picture, options.save / name)
            except OSError as error:
                status = 1
                note(path, f"read, but its picture cannot be saved ({error.strerror})")
            if options.show:
                overlay.show(picture, str(path))
    return status


def rows_in(path):
    """Return the rows of writing in the file at `path`, or the PictureError that says why it cannot be read."""
    try:
        return find_rows(read_picture(path))
    except PictureError as error:
        return error


def in_words(result, top=None):
    """Return the line printed for a result and, if `top` is given, one below it for each mark: its likeliest digits."""
    digits = result["digits"]
    if any(digit["sure"] for digit in digits):
        said = f"{result['text'].replace(chr(10), ' / ')}  ({percent(result['confidence'])})"
    else:
        marks = f"{len(digits)} mark{'s' if len(digits) > 1 else ''}"
        said = "no digit found" + (f"  ({marks}, none of them surely a digit)" if digits else "")
    likeliest = [", ".join(f"{digit} {percent(share)}" for digit, share in mark["top"]) for mark in digits if top]
    return "\n    ".join([f"{printable(result['image'])}: {said}", *likeliest])


def percent(share):
    return f"{100 * share:.1f} %"


def say(line):
    tqdm.write(line, file=sys.stdout)  # above the progress bar, where there is one
    sys.stdout.flush()


def note(path, remark):
    tqdm.write(f"{printable(path)}: {remark}", file=sys.stderr)


def usage_error(message):
    print(message, file=sys.stderr)
    return 2


def parse_arguments():
    parser = argparse.ArgumentParser(description="Read handwritten digits from pictures.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="IMAGE or FOLDER", help="default: images/")
    parser.add_argument("--show", action="store_true", help="open each picture with its boxes and what the net saw")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write the same as PNG into this folder")
    parser.add_argument("--top", type=int, choices=range(1, 11), metavar="K", help="print the K likeliest per mark")
    parser.add_argument("--json", action="store_true", help="print one JSON object per line")
    parser.add_argument(
        "--model", type=Path, default=near(DEFAULT_MODEL), help=".h5, .keras or .onnx (default: %(default)s)"
    )
    options = parser.parse_args()
    options.paths = options.paths or [near(IMAGES)]
    return options


if __name__ == "__main__":
    sys.exit(main())
