"""How well models read the training images that were held out from them, as they are and distorted.

    python -m benchmarks.held_out MODEL [MODEL ...]

As they are nearly all are read by any good net, and some are labelled wrongly, so that they hardly tell which net is
better; distorted, three times each, they do. Settings are compared by it, never by the test set.
"""

import argparse
import sys

import numpy as np

from digits import load_classifier, mnist
from digits.augmentation import distorted, elastic_fields
from digits.classifier import ModelError

TIMES, STRENGTH = 3, 0.7  # of the usual distortion


def main():
    parser = argparse.ArgumentParser(description="Count the held-out training images that models read wrongly.")
    parser.add_argument("models", nargs="+", metavar="MODEL")
    paths = parser.parse_args().models
    training, _ = mnist.load()
    _, (images, labels) = mnist.hold_out(*training)
    random = np.random.default_rng(7)
    fields = elastic_fields(500, random)
    bent = [distorted(images, fields, random, STRENGTH) for _ in range(TIMES)]
    for path in paths:
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
