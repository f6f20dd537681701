import numpy as np
import pytest

from digits.calibration import NON_DIGIT_PRIOR, best_temperature, calibration_error, digit_probabilities, softmax


def test_bins_of_confidence_are_compared_with_what_is_right():
    labels = np.array([0] * 10)
    sure = np.tile(np.eye(10)[0] * 0.9 + np.eye(10)[1] * 0.1, (10, 1))
    sure[:4] = sure[:4, [1, 0, *range(2, 10)]]  # four of ten wrong, all 90 % sure
    assert calibration_error(sure, labels) == pytest.approx(0.9 - 0.6)
    assert calibration_error(np.eye(10)[labels], labels) == 0


def test_the_temperature_that_made_logits_too_sure_is_found():
    random = np.random.default_rng(0)
    logits = 2 * random.normal(size=(20_000, 11))
    logits[:, 10] = -30
    labels = np.array([random.choice(11, p=row) for row in softmax(logits)])
    assert best_temperature(1.5 * logits, labels) == pytest.approx(1.5, rel=0.05)


def test_the_logarithm_of_probabilities_does_as_well_as_logits():
    logits = np.random.default_rng(0).normal(size=(500, 11))
    labels = logits.argmax(axis=1) % 10
    assert best_temperature(np.log(softmax(logits)), labels) == best_temperature(logits, labels)


def test_non_digits_become_as_rare_as_in_peoples_pictures():
    """By Bayes: the odds between a digit and none change as much as the odds of meeting a non-digit."""
    knows_nothing = np.array([[0.09] * 10 + [0.1]])
    assert np.allclose(digit_probabilities(knows_nothing), 0.1)
    torn = np.array([[0.5, *[0.0] * 9, 0.5]])
    share = digit_probabilities(torn)[0]
    odds_of_none = (NON_DIGIT_PRIOR / (1 - NON_DIGIT_PRIOR)) / (0.1 / 0.9)  # against the 0, which were even
    none = odds_of_none / (1 + odds_of_none)
    assert share[0] == pytest.approx(1 - none + none / 10) and np.allclose(share[1:], none / 10)


def test_a_net_of_ten_answers_is_taken_at_its_word():
    answers = np.random.default_rng(0).dirichlet(np.ones(10), 5)
    assert digit_probabilities(answers) is answers
