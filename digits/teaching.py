"""Teaches a trained net a hand from a few of its digits, in seconds, and leaves it as good on everybody else's.

    pupil = Pupil(model, others_digits(x_train, seed), seed)        model: a Keras model, changed by learn
    pupil.learn(images, labels)                             images: uint8 (n, 28, 28), labels: (n,)

Only the layers at its end learn, the Dense ones; what comes before them has to be worked out but once. They learn from
distorted copies of the own digits, and, so as not to forget, to answer to other people's digits as they did before
("learning without forgetting", Li, Hoiem 2016). So the net also stays as sure, or unsure, as it was.
"""

from collections.abc import Iterator

import numpy as np

from digits.augmentation import distorted, elastic_fields
from digits.classifier import Classifier
from digits.drawing import non_digits, synthetic_digits
from digits.mnist import net_input
from digits.quiet_keras import keras
from digits.reading import averaged

COPIES = 3000  # of the own digits, altogether
STRENGTH = 0.5  # of their distortion
MNIST, BENT, SYNTHETIC, NON_DIGITS = 4000, 1500, 700, 500  # other people's digits, of each kind
OWN_WEIGHT = 0.3  # the share of the own digits in the loss
EPOCHS, BATCH_SIZE, LEARNING_RATE = 2, 128, 1.5e-3
FOLDS = 3  # in the check
CONTRADICTED = 0.003  # an own digit that is less likely what its label says is not learned


class TeachingError(Exception):
    """The net cannot be taught; the message says why and what to do."""


class Pupil:
    """A net that learns a hand. Raises TeachingError if its end are no Dense layers."""

    def __init__(self, model: keras.Model, others: np.ndarray, seed: int = 0):
        """others: images, uint8 (n, 28, 28) to which the net will go on to answer as it does."""
        self.model, self.seed = model, seed
        self.body, self.head = body_and_head(model)
        self.others = self.features_of(others)
        self.answers = self.head.predict(self.others, batch_size=1000, verbose=0)
        self.earlier = self.head.get_weights()
        steps = EPOCHS * -(-(COPIES + len(others)) // BATCH_SIZE)
        falling = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, steps)
        self.head.compile(keras.optimizers.Adam(falling), "kl_divergence", jit_compile=False)  # compiling takes longer

    def features_of(self, images: np.ndarray) -> np.ndarray:
        """Return what the head sees of images, uint8 (n, 28, 28): float32 (n, features)."""
        return self.body.predict(net_input(images), batch_size=500, verbose=0)

    def probabilities(self, images: np.ndarray) -> np.ndarray:
        """Return the probabilities of the digits in images, uint8 (n, 28, 28), float (n, 10), as a mark is read."""
        net = Classifier(lambda pixels: self.model.predict(pixels[..., np.newaxis], batch_size=500, verbose=0))
        return averaged(net, images.astype(np.float32) / 255) if len(images) else np.empty((0, 10))

    def forget(self) -> None:
        """Answer again as before anything was learned."""
        self.head.set_weights(self.earlier)
        for state in self.head.optimizer.variables:
            state.assign(keras.ops.zeros_like(state))

    def learn(self, images: np.ndarray, labels: np.ndarray) -> None:
        """Learn the hand that wrote `images`, uint8 (n, 28, 28), with `labels`, (n,) from 0 to 9, and only this one."""
        self.forget()
        keras.utils.set_random_seed(self.seed)
        random = np.random.default_rng(self.seed)
        chosen = np.resize(random.permutation(len(images)), COPIES)
        copies = self.features_of(distorted(images[chosen], elastic_fields(200, random), random, STRENGTH))
        features = np.concatenate([copies, self.others])
        targets = np.concatenate([np.eye(self.answers.shape[1])[labels[chosen]], self.answers])
        counts = len(copies), len(self.others)
        weights = np.repeat([OWN_WEIGHT / counts[0], (1 - OWN_WEIGHT) / counts[1]], counts) * len(features)
        self.head.fit(features, targets, BATCH_SIZE, EPOCHS, sample_weight=weights, verbose=0)


def folds(labels: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield (indices to learn from, indices held out) so that each of `labels`, (n,), is held out once, in FOLDS parts.

    An only example of its digit is never held out: nothing could be learned of it.
    """
    parts = np.full(len(labels), -1)
    for digit in np.unique(labels):
        of_digit = np.flatnonzero(labels == digit)
        if len(of_digit) > 1:
            parts[of_digit] = np.arange(len(of_digit)) % FOLDS
    for part in range(parts.max(initial=-1) + 1):
        yield np.flatnonzero(parts != part), np.flatnonzero(parts == part)


def is_contradicted(probabilities: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return which labels are surely wrong, bool (n,), by the probabilities (n, 10) of their digits when held out.

    nan, where a digit never was, contradicts nothing.
    """
    return probabilities[np.arange(len(labels)), labels] < CONTRADICTED


def body_and_head(model):
    """Return two models that share the layers of `model`: from images to features, and from those to the answers."""
    layers = keras.layers
    ends = [i for i, layer in enumerate(model.layers) if not isinstance(layer, layers.Dense | layers.Dropout)]
    last = ends[-1] + 1 if ends else 0
    dense = [layer for layer in model.layers[last:] if isinstance(layer, layers.Dense)]
    if model.input_shape[1:] != (28, 28, 1) or not dense or not last:
        raise TeachingError(
            "This model cannot learn a hand: it takes other images than 28x28, or has no Dense layers at its end."
        )
    body = keras.Model(model.inputs, model.layers[last - 1].output)
    return body, keras.Sequential([keras.Input(body.output_shape[1:]), *dense])


def others_digits(images: np.ndarray | None, seed: int) -> np.ndarray:
    """Return images, uint8 (n, 28, 28), of other people's digits, of synthetic ones, and of what is not a digit.

    images: MNIST's training images, uint8 (n, 28, 28), or None, for which synthetic digits stand in.
    """
    random = np.random.default_rng([seed, 4])
    fields = elastic_fields(200, random)
    if images is None:
        images = synthetic_digits(MNIST, [seed, 5])[0]
    some = images[random.permutation(len(images))[:MNIST]]
    drawn = np.concatenate([synthetic_digits(SYNTHETIC, [seed, 4])[0], non_digits(NON_DIGITS, [seed, 4])])
    return np.concatenate([some, distorted(some[:BENT], fields, random, STRENGTH), distorted(drawn, fields, random)])
