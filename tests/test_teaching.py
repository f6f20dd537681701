"""A net learns a hand and stays as it was for others; what is learned is checked on digits that were held out."""

import numpy as np
import pytest
from drawing import drawn_data_set

from digits import teaching
from digits.files import SHIPPED
from digits.quiet_keras import keras, load_model
from digits.teaching import Pupil, TeachingError, folds, is_contradicted, others_digits

FEW = {"MNIST": 300, "BENT": 100, "SYNTHETIC": 60, "NON_DIGITS": 40, "COPIES": 200, "BATCH_SIZE": 32}


@pytest.fixture(scope="module")
def pupil():
    """The shipped net, which rehearses with a few drawn digits."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in FEW.items():
            patch.setattr(teaching, name, value)
        yield Pupil(load_model(SHIPPED), others_digits(drawn_data_set(300, 2)[0], 0))


def hand(count, seed):
    """Return digits of a hand, all of which are turned by 90 degrees."""
    images, labels = drawn_data_set(count, seed)
    return np.rot90(images, axes=(1, 2)).copy(), labels


def right_in(pupil, images, labels):
    return np.mean(pupil.probabilities(images).argmax(axis=1) == labels)


def test_a_hand_is_learned_others_are_still_read_and_it_can_be_forgotten(pupil):
    others, new = drawn_data_set(200, 5), hand(200, 6)
    before = pupil.probabilities(new[0])
    assert right_in(pupil, *others) > 0.95 and right_in(pupil, *new) < 0.5
    pupil.learn(*hand(50, 7))
    assert right_in(pupil, *new) > 0.8 and right_in(pupil, *others) > 0.9
    pupil.forget()
    assert np.array_equal(pupil.probabilities(new[0]), before)


def test_what_is_learned_depends_on_the_digits_and_the_seed_alone(pupil):
    weights = []
    for digits in hand(20, 1), hand(20, 2), hand(20, 1):
        pupil.learn(*digits)
        weights.append(np.concatenate([each.ravel() for each in pupil.model.get_weights()]))
    assert np.array_equal(weights[0], weights[2]) and not np.array_equal(weights[0], weights[1])


def test_a_single_digit_teaches_too(pupil):
    images, labels = hand(1, 8)
    before = pupil.probabilities(images)[0, labels[0]]
    pupil.learn(images, labels)
    assert pupil.probabilities(images)[0, labels[0]] > before


def test_any_net_that_ends_in_dense_layers_can_learn_and_no_other():
    def net(*layers, size=(28, 28, 1)):
        return keras.Sequential([keras.Input(size), *layers])

    dense, flatten = keras.layers.Dense, keras.layers.Flatten
    others = drawn_data_set(20, 0)[0]
    for model in (
        net(flatten(), dense(10, "softmax")),
        net(keras.layers.Conv2D(2, 5), flatten(), keras.layers.Dropout(0.5), dense(8), dense(11, "softmax")),
    ):
        before = model.predict(others[..., None] / np.float32(255), verbose=0)
        assert np.allclose(Pupil(model, others).answers, before, atol=1e-5)
    for model in (
        net(flatten(), dense(10), keras.layers.Softmax()),
        net(flatten(), dense(10, "softmax"), size=(14, 14, 1)),
    ):
        with pytest.raises(TeachingError, match="cannot learn a hand"):
            Pupil(model, others)


def test_each_digit_that_has_a_second_example_is_held_out_once():
    labels = np.array([1, 1, 1, 1, 7, 7, 3])
    parts = list(folds(labels))
    assert sorted(np.concatenate([out for _, out in parts]).tolist()) == [0, 1, 2, 3, 4, 5]
    for kept, out in parts:
        assert sorted([*kept, *out]) == list(range(7))
        assert set(labels[kept]) == {1, 3, 7}  # something of each digit stays to be learned
    assert list(folds(np.array([5, 2]))) == []


def test_only_a_label_that_was_held_out_and_is_most_unlikely_is_contradicted():
    probabilities = np.full((3, 10), 0.001)
    probabilities[:2, 4] = 0.991
    probabilities[2] = np.nan
    assert is_contradicted(probabilities, np.array([4, 9, 9])).tolist() == [False, True, False]
