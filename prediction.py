"""Read handwritten digits from pictures.

    python prediction.py                            the pictures in images/
    python prediction.py photo.jpg scans/           a picture, and every picture in a folder
    python prediction.py --show photo.jpg           a window with the boxes, and the images that the net saw
    python prediction.py --json photo.jpg           one JSON object per line, for other programs
    python prediction.py --csv scan.pdf > read.csv  a table of the pages, for a spreadsheet

The digits are found with OpenCV and classified by the model that handwritten_digit_recognition.py saved.
"""

import argparse
import json
import os
import sys
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from digits import load_classifier, overlay, read_picture
from digits.classifier import ModelError
from digits.files import DEFAULT_MODEL, IMAGES, near, pages_of, picture_paths, printable, remark_on
from digits.finding import find_rows
from digits.parallel import each_with
from digits.picture import PictureError, frames_left_out
from digits.printed import CSV_HEADER, in_csv, in_words
from digits.reader import result_on
from digits.upright import read_upright, turned


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
    if remark := remark_on(options.model):
        print(remark, file=sys.stderr)
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
    """Print what is read in each page of the files. Return the exit status: 1 if one could not be read or saved."""
    status, saved = 0, set()
    if options.csv:
        say(CSV_HEADER)
    found = each_with(rows_in, chain.from_iterable(map(pages_of, paths)))
    for page, rows in tqdm(found, total=len(paths), unit="page", leave=False, delay=2, disable=None):  # delay: seconds
        if isinstance(rows, PictureError):
            status = 1
            if options.json or options.csv:
                say(line_of(result_on(page, rows), options))
            if not options.json:
                note(page, rows)
            continue
        if left_out := frames_left_out(page.path):
            note(page, f"only the first of {left_out + 1} frames is read")
        reading = read_upright(rows, lambda page=page: picture_of(page), classify)
        result = result_on(page, reading, options.top or 3)
        say(line_of(result, options))
        if options.save or options.show:
            picture = overlay.with_boxes(turned(picture_of(page), reading.turned), reading.marks, result["digits"])
            try:
                if options.save:
                    saved.add(overlay.save(picture, options.save, page, saved))
            except OSError as error:
                status = 1
                note(page, f"read, but its picture cannot be saved ({error.strerror})")
            if options.show:
                overlay.show(picture, str(page))
    if saved:
        what = min(saved) if len(saved) == 1 else f"{len(saved)} pictures in {options.save}"
        print(f"Saved {printable(what)}", file=sys.stderr)
    return status


def picture_of(page):
    return read_picture(page.path, page=page.number)


def rows_in(page):
    try:
        return find_rows(picture_of(page))
    except PictureError as error:
        return error


def line_of(result, options):
    if options.json:
        return json.dumps(result)
    return in_csv(result) if options.csv else in_words(result, options.top)


def say(line):
    tqdm.write(line, file=sys.stdout)  # above the progress bar, where there is one
    sys.stdout.flush()


def note(page, remark):
    tqdm.write(f"{printable(page)}: {remark}", file=sys.stderr)


def usage_error(message):
    print(message, file=sys.stderr)
    return 2


def parse_arguments():
    parser = argparse.ArgumentParser(description="Read handwritten digits from pictures.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="IMAGE or FOLDER", help="default: images/")
    parser.add_argument("--show", action="store_true", help="open each picture with its boxes and what the net saw")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write the same as PNG into this folder")
    parser.add_argument("--top", type=int, choices=range(1, 11), metavar="K", help="print the K likeliest per mark")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object per line")
    form.add_argument("--csv", action="store_true", help=f"print a table: {CSV_HEADER}")
    parser.add_argument(
        "--model", type=Path, default=near(DEFAULT_MODEL), help=".h5, .keras or .onnx (default: %(default)s)"
    )
    options = parser.parse_args()
    options.paths = options.paths or [near(IMAGES)]
    return options


if __name__ == "__main__":
    sys.exit(main())
