"""How much a net reads a writer's digits better when it was taught some of them.

    python -m benchmarks.teach FILE.npz [--examples 1 2 5] [--every N]

FILE.npz holds x, uint8 (n, 28, 28) in MNIST's form, y (n,), 0 to 9, and writer (n,). Of each writer so many examples of
each digit, drawn at random, teach the shipped model; the others test it. They are read as the marks of a picture are,
by `averaged`, but each alone, without the row reader.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from digits import mnist
from digits.calibration import calibration_error, digit_probabilities
from digits.classifier import Classifier
from digits.files import SHIPPED
from digits.quiet_keras import load_model
from digits.reading import averaged
from digits.teaching import Pupil, others_digits


def main():
    parser = argparse.ArgumentParser(description="Measure what a few digits of a writer teach.")
    parser.add_argument("file", type=Path, metavar="FILE.npz", help="x, y and writer")
    parser.add_argument("--examples", type=int, nargs="+", default=[1, 2, 5], help="of each digit (default: 1 2 5)")
    parser.add_argument("--every", type=int, default=1, help="take every so-manieth writer (default: 1)")
    options = parser.parse_args()
    with np.load(options.file, allow_pickle=False) as file:
        images, labels, writers = file["x"], file["y"], file["writer"]
    (x_train, y_train), (x_val, y_val) = mnist.hold_out(*mnist.load()[0])
    pupil = Pupil(load_model(SHIPPED), others_digits(x_train, 0))
    classify = Classifier(lambda pixels: pupil.model.predict_on_batch(pixels[..., None]))
    before = in_batches(classify, images)
    seen = pupil.features_of(x_val)

    def mnist_accuracy():
        answers = digit_probabilities(pupil.head.predict(seen, batch_size=1000, verbose=0))
        return (answers.argmax(axis=1) == y_val).mean()

    on_mnist = mnist_accuracy()
    for count in options.examples:
        rows, answers, wanted = [], [], []
        start = time.perf_counter()
        for writer in np.unique(writers)[:: options.every]:
            own, test = examples_of(writer, writers, labels, count)
            pupil.learn(images[own], labels[own])
            after = in_batches(classify, images[test])
            right = [(each.argmax(axis=1) == labels[test]) for each in (before[test], after)]
            rows.append((len(test), *(np.count_nonzero(~each) for each in right), mnist_accuracy()))
            answers.append(after)
            wanted.append(labels[test])
            pupil.forget()
        r = np.array(rows)
        a = 100 * (1 - r[:, 1:3] / r[:, :1])
        worst = np.argsort(a[:, 0])[: len(r) // 4]
        print(f"{count} of each, {len(r)} writers, pooled {1 - r[:,1].sum() / r[:,0].sum():.2%} -> {1 - r[:,2].sum() / r[:,0].sum():.2%}"
            f" errors {r[:,2].sum() / r[:,1].sum() - 1:+.1%}; worst {1-r[worst,1].sum()/r[worst,0].sum():.2%} -> {1-r[worst,2].sum()/r[worst,0].sum():.2%} {r[worst, 2].sum() / r[worst, 1].sum() - 1:+.1%};"
            f" mean {a.mean(0).round(2)} sd {a.std(0).round(2)}; mnist {on_mnist:.2%} {100 * (r[:, 3].mean() - on_mnist):+.3f} (min {100 * (r[:,3].min()-on_mnist):+.2f}) ece {calibration_error(np.concatenate(answers), np.concatenate(wanted)):.4f} {(time.perf_counter()-start)/len(r):.1f} s", flush=True)


def in_batches(classify, images):
    """Return the probabilities of images, uint8 (n, 28, 28), float (n, 10)."""
    parts = np.array_split(images, -(-len(images) // 500))
    return np.concatenate([averaged(classify, part.astype(np.float32) / 255) for part in parts])


def examples_of(writer, writers, labels, count):
    """Return the indices of `count` images of each digit by `writer`, at random, and of the others by the same."""
    of_writer = np.random.default_rng(int(writer)).permutation(np.flatnonzero(writers == writer))
    own = np.concatenate([of_writer[labels[of_writer] == digit][:count] for digit in range(10)])
    return own, np.setdiff1d(of_writer, own)


if __name__ == "__main__":
    main()
