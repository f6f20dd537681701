"""Test accuracy, honesty and time of the trainings that the README names, and two more, over seeds.

    python benchmarks/accuracy.py                       all of them: six hours or more on two cores
    python benchmarks/accuracy.py one default           some of them

Each seed is one run of the training script as a user starts it; the settings were chosen on validation images. Printed
are the accuracy on MNIST's test half; the share of test digits of which the net is less than 40 % sure, for which
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

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from handwritten_digit_recognition import DATASET, expected_calibration_error, load_mnist  # noqa: E402
from prediction import SURE, load_classifier  # noqa: E402

TRAININGS = {  # options, seeds
    "one": (["--epochs", "1"], range(5)),
    "default": ([], range(3)),
    "plain": (["--no-augmentation"], range(3)),
    "synthetic": (["--dataset", "synthetic"], range(3)),
    "deeper": (["--deeper"], range(3)),
    "long": (["--epochs", "40", "--width", "1.5"], range(3)),
    "alone": (["--no-drawn"], range(3)),
    "alone_deeper": (["--no-drawn", "--deeper"], range(3)),
}


def main():
    names = sys.argv[1:] or list(TRAININGS)
    if unknown := set(names) - set(TRAININGS):
        sys.exit(f"There is no training named {', '.join(unknown)}; there are {', '.join(TRAININGS)}.")
    for name in names:
        options, seeds = TRAININGS[name]
        print(f"{name}: {' '.join(options) or 'no options'}")
        rows = [trained(options, seed) for seed in seeds]
        for i, measure in enumerate(
            ("accuracy %", "refused %", "accuracy of the rest %", "calibration error %", "seconds")
        ):
            values = [row[i] for row in rows]
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
        return *measures(load_classifier(model)), seconds


def measures(classify):
    _, _, images, labels = load_mnist(DATASET)
    probabilities = classify(images.astype(np.float32) / 255)
    right, sure = probabilities.argmax(axis=1) == labels, probabilities.max(axis=1) >= SURE
    error = expected_calibration_error(probabilities, labels)
    return 100 * right.mean(), 100 * (1 - sure.mean()), 100 * right[sure].mean(), 100 * error


if __name__ == "__main__":
    main()
