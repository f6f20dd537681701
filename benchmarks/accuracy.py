"""Test accuracy and time of the default training, over seeds.

    python benchmarks/accuracy.py            three seeds, about a quarter of an hour

Each seed is one run of the training script as a user starts it; the settings were chosen on validation images.
"""

import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEEDS = (0, 1, 2)


def main():
    accuracies, seconds = [], []
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            start = time.perf_counter()
            command = [sys.executable, ROOT / "handwritten_digit_recognition.py", "--no-show", "--seed", str(seed)]
            printed = subprocess.run(
                [*command, "--model", f"{folder}/seed_{seed}.h5"], check=True, stdout=subprocess.PIPE, encoding="utf-8"
            ).stdout
            seconds.append(time.perf_counter() - start)
            accuracies.append(float(re.search(r"test accuracy ([\d.]+)%", printed)[1]))
            print(f"seed {seed}: {accuracies[-1]:.2f} %, {seconds[-1]:.0f} s", flush=True)
    mean, spread = statistics.mean(accuracies), statistics.stdev(accuracies)
    print(f"mean of {len(SEEDS)}: {mean:.2f} %, standard deviation {spread:.2f}; {statistics.mean(seconds):.0f} s each")


if __name__ == "__main__":
    main()
