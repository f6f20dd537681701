"""What one prediction costs, and how many pictures a second a folder is read at.

    python -m benchmarks.prediction          about two minutes; wants Linux or macOS and an otherwise idle machine

The first table is the median of five runs of a fresh process each: wall time, and the most memory that it held. Keras
is forced by naming a copy of the models that has no twins. The second reads folders of pictures drawn here.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import cv2
import numpy as np

from digits.classifier import ROW_READER
from digits.files import DEFAULT_MODEL, ROOT
from images.draw_samples import STROKES, curve, points_of

RUNS = 5
FOLDERS = [("canvas-sized pictures", (280, 280), ".png", 1000), ("12-megapixel photos", (3000, 4000), ".jpg", 40)]


def main():
    picture = str(ROOT / "images" / "seven.png")
    script = str(ROOT / "prediction.py")
    with tempfile.TemporaryDirectory() as folder:
        no_twin = shutil.copy(DEFAULT_MODEL, folder)
        shutil.copy(DEFAULT_MODEL.with_name(ROW_READER), folder)
        one = {
            "one picture": [script, picture],
            "one picture, through Keras": [script, "--model", no_twin, picture],
            "import tensorflow, no more": ["-c", "import tensorflow"],
        }
        costs = {name: [] for name in one}
        for _ in range(RUNS):  # taken in turns, so that all see the same machine
            for name, arguments in one.items():
                costs[name].append(cost_of(arguments))
        for name, runs in costs.items():
            seconds, megabytes = (statistics.median(each) for each in zip(*runs, strict=True))
            print(f"{name}: {seconds:.2f} s, {megabytes:.0f} MB", flush=True)

    for name, size, suffix, count in FOLDERS:
        with tempfile.TemporaryDirectory() as folder:
            for i in range(count):
                cv2.imwrite(f"{folder}/{i:04}{suffix}", drawn_digit(i, size))
            seconds, megabytes = cost_of([script, "--json", folder])
            print(f"{count} {name}: {count / seconds:.1f} a second, {megabytes:.0f} MB", flush=True)


def cost_of(arguments):
    """Return the wall time in seconds and the peak memory in MB of a Python process with these arguments."""
    start = time.perf_counter()
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([sys.executable, *arguments], **quiet)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"python {' '.join(arguments)} ended with status {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - start, usage.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def drawn_digit(i, size):
    """Return a digit with a pen on paper, uint8 `size`: each `i` another digit, place and brightness."""
    random = np.random.default_rng(i)
    height = int(0.6 * min(size))
    grey = np.full(size, int(random.integers(220, 256)), np.uint8)
    corner = np.array([(size[1] - 0.7 * height) / 2, 0.2 * min(size)]) + random.normal(0, 0.03 * min(size), 2)
    for stroke in STROKES[str(i % 10)]:
        points = np.int32((curve(points_of(stroke)) * height + corner) * 16)
        cv2.polylines(grey, [points], False, int(random.integers(0, 60)), max(2, height // 14), cv2.LINE_AA, 4)
    return np.clip(grey + random.normal(0, 2, size), 0, 255).astype(np.uint8)


if __name__ == "__main__":
    main()
