"""How the two nets' answers are best weighted, and whether the confidence of the whole is true: on drawn pictures.

    python -m benchmarks.joining [COUNT]

Draws COUNT (1,000) pictures of a row each, with images of MNIST that neither net was trained on, and reads them with
other values of the constants in digits/joining.py. Printed for each: the share read right as a whole, the share that is
said to be at least 95 % sure, how much of that is right, and the log loss of the confidence; at the end the weights of
the log odds of both nets together and of the row reader alone that make the confidence truest (Platt 1999).
"""

import sys
from unittest.mock import patch

import numpy as np

from digits import joining, mnist, reading
from digits.classifier import Classifier, load_classifier
from digits.drawing.forms import drawn_pictures
from digits.files import SHIPPED
from digits.finding import find_rows

TRIED = {
    "ROW_WEIGHT": (0.5, 0.6, 0.7, 0.85, 1),
    "MARK_WEIGHT": (0.3, 0.5, 0.7, 0.85, 1),
    "FLOOR": (1e-4, 3e-4, 1e-3, 3e-3),
    "SPOILED": (0, 0.03, 0.1, 0.2),
    "MISSED": (0.03, 0.1, 0.3, 1),
}


def main():
    _, (images, labels) = mnist.hold_out(*mnist.load()[0])
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    pictures, texts = drawn_pictures(count, 0, [images[labels == digit] for digit in range(10)])
    found = [find_rows(picture) for picture in pictures]
    wanted = [digits_of(reading.text_of(reading.without_ends(characters))) for characters in map(as_characters, texts)]
    classify = remembering(load_classifier(SHIPPED))
    for name, values in TRIED.items():
        for value in values:
            with patch.object(joining, name, value):
                print(f"{name} {value}: {summary(*read_all(found, wanted, classify))}", flush=True)
    print(f"as it is: {summary(*read_all(found, wanted, classify))}")
    of_both, of_row, constant = truest(*log_odds_of_all(found, wanted, classify))
    print(f"truest with CONFIDENCE {of_both:.2f}, {of_row:.2f}, {constant:.2f}")


def as_characters(text):
    return [joining.Character(each, 1.0, None, np.eye(10)[int(each)] if each.isdigit() else None) for each in text]


def digits_of(text):
    return "".join(each for each in text if each.isdigit() or each == "?")


def remembering(classifier):
    """Return a Classifier that answers as `classifier` does, but asks its nets each question once."""
    known = {}

    def net(images):
        new = [image for image in images if image.tobytes() not in known]
        if new:
            known.update(zip((image.tobytes() for image in new), classifier.net(np.array(new)), strict=True))
        return np.array([known[image.tobytes()] for image in images])

    def read_rows(inks):
        for ink in inks:
            if id(ink) not in known:
                known[id(ink)] = classifier.read_rows([ink])[0]
        return [known[id(ink)] for ink in inks]

    return Classifier(net, read_rows)


def read_all(found, wanted, classify):
    """Return for each picture whether it is read right, and the confidence, two arrays (n,)."""
    right, confidences = [], []
    for each, text in zip(found, wanted, strict=True):
        result = reading.result_of("", reading.read_rows(each, classify))
        right.append(digits_of(result["text"]) == text)
        confidences.append(result["confidence"])
    return np.array(right), np.clip(confidences, 1e-4, 1 - 1e-4)


def log_odds_of_all(found, wanted, classify):
    """Return the log odds of both nets and of the row reader alone, (n, 2), and whether a row is read right, (n,)."""
    rows = [(each.rows[0], text) for each, text in zip(found, wanted, strict=True) if len(each.rows) == 1]
    columns = []
    for weights in ((1, 0, 0), (0, 1, 0)):
        with patch.object(joining, "CONFIDENCE", weights):
            readings = [reading.reading_of([row], classify) for row, _ in rows]
        columns.append([joining.log_odds(each.confidence) for each in readings])
    texts = [reading.text_of(reading.without_ends(each.rows[0])) for each in readings]
    return np.array(columns).T, np.array([digits_of(a) == b for a, (_, b) in zip(texts, rows, strict=True)])


def truest(log_odds, right):
    """Return the weights of the two log odds, (n, 2), and the constant that make `right`, bool (n,), likeliest.

    Logistic regression, by Newton's method.
    """
    inputs = np.column_stack([log_odds, np.ones(len(right))])
    weights = np.zeros(3)
    for _ in range(30):
        likely = 1 / (1 + np.exp(-inputs @ weights))
        curvature = (inputs.T * (likely * (1 - likely))) @ inputs + 1e-6 * np.eye(3)
        weights += np.linalg.solve(curvature, inputs.T @ (right - likely))
    return weights


def summary(right, confidences):
    sure = confidences >= 0.95
    loss = log_loss(right, confidences)
    shares = f"right {right.mean():.1%}, sure {sure.mean():.1%}, of these right {right[sure].mean():.1%}"
    return f"{shares}, log loss {loss:.3f}"


def log_loss(right, confidences):
    return -np.log(np.where(right, confidences, 1 - confidences)).mean()


if __name__ == "__main__":
    main()
