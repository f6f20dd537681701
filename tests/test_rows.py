import itertools
from collections import defaultdict

import numpy as np
import pytest

from digits.rows import (
    CHARACTERS,
    SIGN,
    best_path,
    frame_probabilities,
    frames_of,
    labels_of,
    likelihood,
    likelihoods,
    text_of,
    with_contrast,
)

CLASSES = 1 + len(CHARACTERS)


def frames_that_say(*classes, share=0.9):
    """Return frames, probabilities (t, classes), each of them `share` for a class: 0 for the blank, or a character."""
    frames = np.full((len(classes), CLASSES), (1 - share) / (CLASSES - 1))
    for frame, character in zip(frames, classes, strict=True):
        frame[0 if character == 0 else 1 + CHARACTERS.index(character)] = share
    return frames


def likelihoods_by_counting(frames, classes):
    """Return how likely each text is, from every path through the first `classes` classes."""
    found = defaultdict(float)
    for path in itertools.product(range(classes), repeat=len(frames)):
        said = [each for each, before in zip(path, (0, *path[:-1]), strict=True) if each and each != before]
        text = "".join(CHARACTERS[each - 1] for each in said)
        found[text] += np.prod([frame[each] for frame, each in zip(frames, path, strict=True)])
    return found


def test_likelihoods_are_those_of_all_paths_that_give_a_text():
    random = np.random.default_rng(0)
    frames = np.zeros((4, CLASSES))
    frames[:, :6] = random.dirichlet(np.ones(6), 4)
    expected = likelihoods_by_counting(frames, 6)
    assert len(expected) > 100 and sum(expected.values()) == pytest.approx(1)
    for text, likely in expected.items():
        assert likelihood(frames, text) == pytest.approx(likely, abs=1e-12), text
    nothing, singles = likelihoods(frames)
    assert nothing == pytest.approx(expected[""])
    assert singles[:5] == pytest.approx([expected[character] for character in CHARACTERS[:5]])


def test_of_no_frames_nothing_is_likely_but_nothing():
    none = np.empty((0, CLASSES))
    assert best_path(none) == [] and likelihood(none, "1") == 0 and likelihood(none, "") == 1
    nothing, singles = likelihoods(none)
    assert nothing == 1 and not singles.any()


def test_the_best_path_takes_out_repetitions_then_blanks():
    frames = frames_that_say(0, "1", "1", 0, "1", "7", 0, 0, ",")
    assert best_path(frames) == [("1", 1, 3), ("1", 4, 5), ("7", 5, 6), (",", 8, 9)]
    assert text_of(frames) == "117,"
    assert text_of(frames[:1]) == ""


def test_a_column_of_the_net_answers_for_two_frames_and_signs_are_made_rarer():
    answers = np.arange(2 * 3 * 2 * CLASSES, dtype=np.float32).reshape(2, 1, 3, 2 * CLASSES) % 7
    logits, shares = frames_of(answers), frame_probabilities(answers)
    assert logits.shape == shares.shape == (2, 6, CLASSES)
    assert np.array_equal(logits[1, 5], answers[1, 0, 2, CLASSES:])
    assert np.allclose(shares.sum(axis=-1), 1)
    plain = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    assert (shares[..., 1 + SIGN] < 0.3 * plain[..., 1 + SIGN]).all()


def test_contrast_is_stretched_but_not_that_of_blank_paper():
    ink = np.zeros((32, 100), np.float32)
    ink[10:20, 40:60] = 0.3
    stretched = with_contrast(ink + 0.2)
    assert stretched.min() == 0 and stretched[15, 50] == pytest.approx(1)
    noise = np.random.default_rng(0).normal(0, 0.002, (32, 100))
    assert with_contrast(noise).max() < 0.2


def test_labels_are_classes_and_0_is_none_of_them():
    assert labels_of("09?=") == [1, 10, 11, CLASSES - 1] and labels_of("") == []
