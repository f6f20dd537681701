"""How well models read the training images that were held out from them, as they are and distorted.

    python benchmarks/held_out.py MODEL [MODEL ...]             trained with the present HELD_OUT
    python benchmarks/held_out.py --deeper MODEL [MODEL ...]    trained with the present DEEPERS_HELD_OUT

As they are nearly all are read by any good net, and some are labelled wrongly, so that they hardly tell which net is
better; distorted, three times each, they do. Numbers of epochs are compared by it, never by the test half. From
the deeper net only 2,000 are held out: to compare its settings, set DEEPERS_HELD_OUT to 1/12 before training.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import handwritten_digit_recognition as training  # noqa: E402
from prediction import ModelError, load_classifier  # noqa: E402

TIMES, STRENGTH = 3, 0.7  # of the usual distortion


def main():
    parser = argparse.ArgumentParser(description="Count the held-out training images that models read wrongly.")
    parser.add_argument("models", nargs="+", metavar="MODEL")
    parser.add_argument("--deeper", action="store_true", help="deeper nets, which have fewer images held out")
    options = parser.parse_args()
    share = training.DEEPERS_HELD_OUT if options.deeper else training.HELD_OUT
    _, (images, labels) = training.hold_out(*training.load_mnist(training.DATASET)[:2], share)
    random = np.random.default_rng(7)
    fields = training.elastic_fields(500, random)
    shift = training.DEEPERS_SHIFT if options.deeper else training.SHIFT
    bent = [training.distorted(images, fields, random, STRENGTH, shift) for _ in range(TIMES)]
    for path in options.models:
        try:
            classify = load_classifier(path)
        except ModelError as error:
            sys.exit(str(error))
        plain, hard = errors(classify, images, labels), sum(errors(classify, each, labels) for each in bent)
        print(
            f"{path}: {plain} of {len(labels):,} read wrongly, {hard} of {TIMES * len(labels):,} distorted ones",
            flush=True,
        )


def errors(classify, images, labels):
    return np.count_nonzero(classify(images.astype(np.float32) / 255).argmax(axis=1) != labels)


if __name__ == "__main__":
    main()
