"""Time and memory of finding digits: from a picture file to its digits in MNIST's form, on one core.

    python -m benchmarks.finding          on Linux or macOS

The 12-megapixel photo is drawn here: twenty digits on creased, unevenly lit paper, saved as JPEG.
"""

import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np

from digits import read_picture
from digits.files import IMAGES
from digits.finding import find_marks
from images.draw_samples import Sheet


def main():
    with tempfile.TemporaryDirectory() as folder:
        paths = in_new_process(save_pictures, Path(folder))
        print("picture                     read      find digits   memory above the bare imports")
        for path in paths:
            read, find, megabytes, count = in_new_process(measure, path)
            digits = f"{count} digit{'s' if count > 1 else ''}"
            print(f"{path.stem:<20}{1000 * read:>9.1f} ms{1000 * find:>13.1f} ms{megabytes:>13.0f} MB   {digits}")


def in_new_process(function, argument):
    with multiprocessing.get_context("spawn").Pool(1) as fresh:
        return fresh.apply(function, [argument])


def save_pictures(folder):
    digit = cv2.imread(str(IMAGES / "seven.png"))
    pictures = {
        "28x28 canvas.png": cv2.resize(digit, (28, 28), interpolation=cv2.INTER_AREA),
        "280x280 drawing.png": digit,
        "12-megapixel photo.jpg": cv2.resize(sheet_of_digits(), (4000, 3000), interpolation=cv2.INTER_CUBIC),
    }
    for name, picture in pictures.items():
        cv2.imwrite(str(folder / name), picture)
    return [folder / name for name in pictures]


def sheet_of_digits():
    sheet = Sheet(0, 1600, 1200)
    for row in range(4):
        sheet.write("47208"[row:] + "13695"[:row], 150, 130 + 270 * row, 130, 6, (90, 60, 50), gap=1.2)
    return np.clip(sheet.light((0.1, 0.2), 0.4, creases=0.02).picture, 0, 255).astype(np.uint8)


def measure(path, repeats=7):
    """Return the median seconds of reading and of finding, the peak memory in MB above the start, and the count."""
    cv2.setNumThreads(1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reads, finds = [], []
    for _ in range(repeats):
        start = time.perf_counter()
        picture = read_picture(path)
        middle = time.perf_counter()
        marks = find_marks(picture)
        reads.append(middle - start)
        finds.append(time.perf_counter() - middle)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    megabytes = (peak - before) / (1024 if sys.platform == "linux" else 1024**2)  # it is in KiB on Linux only
    return statistics.median(reads), statistics.median(finds), megabytes, len(marks)


if __name__ == "__main__":
    main()
