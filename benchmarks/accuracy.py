"""Test accuracy, honesty and time of each recipe, and of the default one with less to learn from, over seeds.

    python -m benchmarks.accuracy                       all of them: six hours or more on two cores
    python -m benchmarks.accuracy quick default         some of them

Each seed is one run of the training script as a user starts it; the settings were chosen on validation images. Printed
are the accuracy on MNIST's test set; the share of test digits of which the net is less than 40 % sure, for which
prediction, which asks it three times, prints a ?, and the accuracy of the others; the expected calibration error; and
the seconds from start to end.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from digits import mnist
from digits.calibration import calibration_error
from digits.classifier import Classifier, net_at
from digits.files import ROOT
from digits.reading import SURE

TRAININGS = {  # options, seeds
    "quick": (["--recipe", "quick"], range(5)),
    "default": (["--recipe", "default"], range(3)),
    "long": (["--recipe", "long"], range(3)),
    "deeper": (["--recipe", "deeper"], range(3)),
    "mnist": (["--dataset", "mnist"], range(3)),  # alone
    "synthetic": (["--dataset", "synthetic"], range(3)),
    "plain": (["--no-augmentation"], range(3)),
}
MEASURES = "accuracy %", "refused %", "accuracy of the rest %", "calibration error %", "seconds"


def main():
    names = sys.argv[1:] or list(TRAININGS)
    if unknown := set(names) - set(TRAININGS):
        sys.exit(f"There is no training named {', '.join(unknown)}; there are {', '.join(TRAININGS)}.")
    for name in names:
        options, seeds = TRAININGS[name]
        print(f"{name}: {' '.join(options)}", flush=True)
        rows = [trained(options, seed) for seed in seeds]
        for measure, values in zip(MEASURES, zip(*rows, strict=True), strict=True):
            print(
                f"  {measure}: mean {statistics.mean(values):.2f}, standard deviation {statistics.stdev(values):.2f}, "
                f"n = {len(values)}: {', '.join(f'{value:.2f}' for value in values)}",
                flush=True,
            )


def trained(options, seed):
    """Return accuracy, share refused, accuracy of the rest, calibration error, each in percent, and seconds."""
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "model.h5"
        command = [sys.executable, ROOT / "handwritten_digit_recognition.py", "--no-show", "--model", model]
        start = time.perf_counter()
        subprocess.run([*command, *options, "--seed", str(seed)], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        return *measures(Classifier(net_at(model))), seconds


def measures(classify):
    _, (images, labels) = mnist.load()
    probabilities = classify(images.astype(np.float32) / 255)
    right, sure = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1) >= SURE
    error = calibration_error(probabilities, labels)
    return 100 * right.mean(), 100 * (1 - sure.mean()), 100 * right[sure].mean(), 100 * error


if __name__ == "__main__":
    main()
