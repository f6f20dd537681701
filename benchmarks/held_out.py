"""How well models read the training images that were held out from them, as they are and distorted.

    python benchmarks/held_out.py MODEL [MODEL ...]         trained with the present HELD_OUT

As they are nearly all are read by any good net, and some are labelled wrongly, so that they hardly tell which net is
better; distorted, three times each, they do. Numbers of epochs are compared by it, never by the test half.
"""

import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from handwritten_digit_recognition import DATASET, distorted, elastic_fields, hold_out, load_mnist  # noqa: E402
from prediction import ModelError, load_classifier  # noqa: E402

TIMES, STRENGTH = 3, 0.7  # of the usual distortion


def main():
    if not sys.argv[1:]:
        sys.exit("Name models:  python benchmarks/held_out.py MODEL [MODEL ...]")
    _, (images, labels) = hold_out(*load_mnist(DATASET)[:2])
    random = np.random.default_rng(7)
    fields = elastic_fields(500, random)
    bent = [distorted(images, fields, random, STRENGTH) for _ in range(TIMES)]
    for path in sys.argv[1:]:
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
