"""Probabilities that mean what they say: how rare non-digits are, a softmax's temperature, the calibration error."""

import numpy as np

NON_DIGIT = 10  # the label of images that are not digits, and the index of the net's answer for them
NON_DIGIT_PRIOR = 0.03  # assumed share of the marks in people's pictures that are not digits
NON_DIGITS_IN_TRAINING = 0.1  # share of non-digits among the images that a net is trained on; `quick` has fewer


def digit_probabilities(answers: np.ndarray) -> np.ndarray:
    """Return the probabilities of the ten digits, float (n, 10), from a softmax of eleven, float (n, 11), or of ten.

    Of eleven, the last, "not a digit", is first made as rare as in people's pictures (Saerens, Latinne, Decaestecker
    2002), then shared out equally among the digits, so that none of them is likely for a mark that is not a digit.
    """
    if answers.shape[1] == NON_DIGIT:
        return answers
    rarer = odds(NON_DIGIT_PRIOR) / odds(NON_DIGITS_IN_TRAINING)
    weighted = answers * np.array([1] * NON_DIGIT + [rarer], answers.dtype)
    weighted /= weighted.sum(axis=1, keepdims=True)
    return weighted[:, :NON_DIGIT] + weighted[:, NON_DIGIT:] / 10


def odds(probability):
    return probability / (1 - probability)


def best_temperature(logits: np.ndarray, labels: np.ndarray) -> float:
    """Return the temperature that makes `labels`, (n,) from 0 to 9, likeliest (Guo et al. 2017).

    It divides `logits`, float (n, 11) or (n, 10), and is one of 60 values from 0.5 to 4.
    """

    def log_loss(temperature):
        return -np.log(digit_probabilities(softmax(logits / temperature))[np.arange(len(labels)), labels]).mean()

    return min(np.geomspace(0.5, 4, 60), key=log_loss)


def softmax(logits):
    """Return the probabilities of `logits`, (..., classes)."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Return the expected calibration error (Naeini et al. 2015), 0 to 1: how far confidence is from accuracy.

    probabilities: float (n, 10); labels: (n,) from 0 to 9; bins: of confidence, equally wide.
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    in_bin = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(in_bin, weights=confidence - right)).sum() / len(labels))
