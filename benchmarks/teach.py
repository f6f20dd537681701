"""How much better a writer's digits are read when the net has learned some of them.

    python -m benchmarks.teach FILE.npz                     of all writers, with 1, 2 and 5 examples of each digit
    python -m benchmarks.teach FILE.npz --examples 5 --every 3

FILE.npz holds x, uint8 (n, 28, 28) in MNIST's form, y (n,), 0 to 9, and writer (n,). Examples are drawn at random,
fewer where a writer has fewer; all other digits of the writer test what the shipped model has learned. They are read as
the marks of a picture are, turned views averaged, but each alone, without the row reader. MNIST's validation images are
read as they are. The worst quarter are the writers read worst before. The seconds are those of `--own`, from the start
of the process to its end, with the examples of a writer as pictures.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from digits import mnist
from digits.calibration import calibration_error
from digits.files import ROOT, SHIPPED
from digits.lesson import accuracy_on
from digits.quiet_keras import load_model
from digits.teaching import Pupil, others_digits

TIMED = 3  # writers for each number of examples
NAMES = (
    "of each",
    "writers",
    "all writers",
    "errors",
    "the worst quarter",
    "errors",
    "MNIST",
    "calibration error",
    "seconds",
)


class Lesson(NamedTuple):
    """What one writer's examples have brought."""

    labels: np.ndarray  # of the test digits, (n,)
    before: np.ndarray  # their probabilities, (n, 10)
    after: np.ndarray
    mnist: float  # accuracy on MNIST's validation images, afterwards

    @property
    def wrong(self):
        """How many test digits are read wrongly before and after, (2,)."""
        return np.array([(each.argmax(axis=1) != self.labels).sum() for each in (self.before, self.after)])


def main():
    parser = argparse.ArgumentParser(description="Measure how much better a writer is read after a few examples.")
    parser.add_argument("file", type=Path, metavar="FILE.npz", help="x, y and writer")
    parser.add_argument("--examples", type=int, nargs="+", default=[1, 2, 5], help="of each digit (default: 1 2 5)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take every Nth writer (default: 1)")
    options = parser.parse_args()
    with np.load(options.file, allow_pickle=False) as file:
        images, labels, writers = file["x"], file["y"], file["writer"]
    chosen = np.unique(writers)[:: options.every]
    (x_train, _), validation = mnist.hold_out(*mnist.load()[0])
    pupil = Pupil(load_model(SHIPPED), others_digits(x_train, 0))
    before = pupil.probabilities(images)
    validation = pupil.features_of(validation[0]), validation[1]
    on_mnist = accuracy_on(pupil, *validation)
    print(f"| {' | '.join(NAMES)} |\n{'|---' * len(NAMES)}|")
    for count in options.examples:
        lessons = []
        for writer in chosen:
            own, test = examples_of(writer, writers, labels, count)
            pupil.learn(images[own], labels[own])
            lessons.append(
                Lesson(labels[test], before[test], pupil.probabilities(images[test]), accuracy_on(pupil, *validation))
            )
        examples = [examples_of(writer, writers, labels, count)[0] for writer in chosen[:TIMED]]
        seconds = [seconds_from_start_to_end(images[own], labels[own]) for own in examples]
        print(row_of(count, lessons, on_mnist, seconds), flush=True)


def examples_of(writer, writers, labels, count):
    """Return the indices of `count` digits of each kind by `writer`, and of all others by the same."""
    of_writer = np.random.default_rng(int(writer)).permutation(np.flatnonzero(writers == writer))
    own = np.concatenate([of_writer[labels[of_writer] == digit][:count] for digit in range(10)])
    return own, np.setdiff1d(of_writer, own)


def row_of(count, lessons, on_mnist, seconds):
    """Return a row of the table: of shares the mean over the writers ± their standard deviation, of errors the sum."""
    wrong = np.array([each.wrong for each in lessons])
    right = 100 * (1 - wrong / [[len(each.labels)] for each in lessons])
    worst = np.argsort(right[:, 0], kind="stable")[: max(1, len(lessons) // 4)]
    afterwards = 100 * np.array([each.mnist for each in lessons])
    labels = np.concatenate([each.labels for each in lessons])
    errors = [
        calibration_error(np.concatenate([getattr(each, when) for each in lessons]), labels)
        for when in ("before", "after")
    ]
    cells = [
        count,
        len(lessons),
        before_and_after(right),
        f"{wrong[:, 1].sum() / wrong[:, 0].sum() - 1:+.0%}",
        before_and_after(right[worst]),
        f"{wrong[worst, 1].sum() / wrong[worst, 0].sum() - 1:+.0%}",
        f"{100 * on_mnist:.2f} → {afterwards.mean():.3f} ± {afterwards.std():.2f} %",
        f"{errors[0]:.1%} → {errors[1]:.1%}",
        f"{np.mean(seconds):.1f} ± {np.std(seconds):.1f}",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def before_and_after(right):
    """Return percentages (n, 2) as their mean ± standard deviation."""
    return " → ".join(f"{each.mean():.1f} ± {each.std():.1f}" for each in right.T) + " %"


def seconds_from_start_to_end(images, labels):
    """Return how long `--own` takes in a copy of the project, which has no earlier model of the user."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        shutil.copytree(ROOT / "digits", copy / "digits")
        shutil.copy(ROOT / "handwritten_digit_recognition.py", copy)
        for name in SHIPPED, mnist.DATASET:
            (copy / name.relative_to(ROOT)).parent.mkdir()
            shutil.copy(name, copy / name.relative_to(ROOT))
        for index, (image, label) in enumerate(zip(images, labels, strict=True)):
            (copy / "own" / str(label)).mkdir(parents=True, exist_ok=True)
            large = cv2.copyMakeBorder(cv2.resize(image, None, fx=6, fy=6), 60, 60, 60, 60, cv2.BORDER_CONSTANT)
            cv2.imwrite(str(copy / "own" / str(label) / f"{index}.png"), 255 - large)
        start = time.perf_counter()
        command = [sys.executable, "handwritten_digit_recognition.py", "--own", "own", "--anyway"]
        subprocess.run(command, cwd=copy, check=True, capture_output=True)
        return time.perf_counter() - start


if __name__ == "__main__":
    main()
