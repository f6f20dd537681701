"""Probabilities that mean what they say: how rare non-digits are, a softmax's temperature, the calibration error."""

import numpy as np

NON_DIGIT = 10  # the net's eleventh answer, "not a digit", and the label of the images that show none
NON_DIGIT_PRIOR = 0.03  # the share of the marks in people's pictures that are not digits
NON_DIGITS_IN_TRAINING = 0.1  # the share of the images that a net is trained on


def digit_probabilities(answers: np.ndarray) -> np.ndarray:
    """Return the probabilities of the ten digits, float (n, 10), from a softmax of eleven, float (n, 11), or of ten.

    "Not a digit" is first made as rare as in people's pictures (Saerens, Latinne, Decaestecker 2002); then each digit
    gets a tenth of it, so that where nothing is likely no digit is.
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
    """Return by what to divide `logits`, float (n, 11), so that `labels`, (n,) 0 to 9, are likeliest (Guo et al. 2017).

    One of 60 from 0.5 to 4.
    """

    def log_loss(temperature):
        return -np.log(digit_probabilities(softmax(logits / temperature))[np.arange(len(labels)), labels]).mean()

    return min(np.geomspace(0.5, 4, 60), key=log_loss)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Return by how much confidence and accuracy differ, on average over the answers (Naeini et al. 2015): 0 to 1.

    probabilities: float (n, 10); labels: (n,).
    """
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    in_bin = np.minimum((confidence * bins).astype(int), bins - 1)
    return float(np.abs(np.bincount(in_bin, weights=confidence - right)).sum() / len(labels))
