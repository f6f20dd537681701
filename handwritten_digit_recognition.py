"""Train a convolutional network on MNIST, save it, and show how it learned.

    python handwritten_digit_recognition.py                 two to eight minutes on two cores
    python handwritten_digit_recognition.py --epochs 1      a quick look
    python handwritten_digit_recognition.py --deeper        a deeper net
    python handwritten_digit_recognition.py --width 1.5     a wider one
    python handwritten_digit_recognition.py --no-drawn      on MNIST alone
    python handwritten_digit_recognition.py --dataset synthetic     on drawn digits alone: nothing to download

MNIST is downloaded at the first run and kept as dataset/mnist.npz. Mixed into it are digits that synthetic_digits.py
draws, as people write them where MNIST was not collected, and scribbles, so that the net learns what is no digit.
The model goes to models/, with pictures beside it: its learning curves, the data, how training images are distorted,
its errors, and whether its confidence can be believed.
"""

import argparse
import hashlib
import json
import os
import re
import shlex
import shutil
import signal
import sys
import time
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import cv2
import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

sys.path.insert(0, str(Path(__file__).resolve().parent))  # `python -I` leaves it out

from console import discard_output, escape_what_cannot_be_printed, near, typed
from memory import keep_memory
from quiet_keras import LoadError, keras, load_model, tf
from synthetic_digits import scribbles, synthetic_digits

ROOT = Path(__file__).resolve().parent
DATASET = ROOT / "dataset" / "mnist.npz"
MNIST_URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
MODEL = ROOT / "models" / "handwritten_digit_cnn.h5"

EPOCHS, DEEPER_EPOCHS = 10, 20
BATCH_SIZE = 128
LEARNING_RATE = 3e-3  # at its highest; from there it falls along a cosine, so that any number of epochs ends well
FEW_EPOCHS = 3  # in fewer the steps are larger, fewer of those before are remembered, fewer drawn images mixed in
MANY_EPOCHS = 30  # so many or more distort less, step less far, let the weights decay, keep all drawn digits to the end
LONG_LEARNING_RATE, WEIGHT_DECAY = 1.5e-3, 0.05  # in those
WARM_UP = 1 / 8  # of all steps, in which it rises
DISK_SPACE = 20e6  # bytes that a model, its twin and the pictures may take
SYNTHETIC_COUNTS = 60_000, 10_000  # training and test images where MNIST's place is taken by drawn digits
HELD_OUT = 1 / 12  # the share of the training images kept for validation: 5,000 of MNIST's 60,000
DEEPERS_HELD_OUT = 1 / 30  # the deeper net's, which is to learn from as much of MNIST as it can: 2,000

DRAWN_DIGITS, SCRIBBLES = 1 / 3, 0.15  # drawn images that are mixed in, for each image of the data set
NO_DIGITS = 0.03  # the share of the marks in people's pictures that are none: less than of what is trained on

# How far a training image is distorted, as standard deviations; the elastic part moves neighbours alike
TURN, SHEAR, STRETCH, SHIFT, ELASTIC = 0.135, 0.165, 0.09, 0.9, 1.05  # radians, share, share, px, px
ELASTIC_WIDTH = 4  # px: how far that likeness reaches
DEEPERS_SHIFT = 0.3  # px, for the deeper net: all that it will read has its centre of mass in the middle
UNDISTORTED = 1 / 3  # of the epochs, at least one, the last ones, which see the images as they are
MOST_UNDISTORTED = 4  # epochs: in a training of 40, a third of them let the validation loss rise again
DRAWN_AT_THE_END = 1 / 3  # of the drawn digits stay in the undistorted epochs: what comes last counts most for MNIST
DRAWN_AT_THE_DEEPERS_END = 0  # of the deeper net's, which is for MNIST more than for people's pictures
NONE = 10  # the answer "none of them" among those of the softmax
PIXELS = np.stack([*(np.mgrid[:28, :28][::-1].reshape(2, 784) - 13.5), np.ones(784)], axis=1).astype(np.float32)
# (784, 3): for each pixel x and y from the middle, and 1 for the shift

Labelled = tuple[np.ndarray, np.ndarray]  # images and labels (or targets, probabilities), as many
Arrays = list[np.ndarray]  # x_train, y_train, x_test, y_test


class Distortion(NamedTuple):
    """How far training images are distorted: what TURN, SHEAR, STRETCH, `shift` and ELASTIC are multiplied by."""

    own: float  # for images of the data set
    drawn: float  # for digits and scribbles that are mixed in
    ends: bool = True  # whether the last epochs see all images as they are
    shift: float = SHIFT  # px


USUAL = Distortion(1, 1)
MILD = Distortion(0.7, 1)  # of MANY_EPOCHS
UNTOUCHED = Distortion(0, 0)
STRONG = Distortion(1.4, 1.4, ends=False)  # where all images are drawn, and so too much alike


def main():
    escape_what_cannot_be_printed()  # whatever the model's name is
    options = parse_arguments()
    if options.twin:
        try:
            model = load_model(options.twin)
        except LoadError as error:
            sys.exit(str(error))
        check_can_save(options.twin, "copy the model to another place, and make its twin there")
        save_twin(model, options.twin, sha256_of(options.twin))
        return
    keep_memory()
    check_can_save(options.model or default_model(options))
    try:
        x_train, y_train, x_test, y_test = data_set(options)
    except DatasetError as error:
        sys.exit(str(error))
    path = options.model or default_model(options)
    training, validation = hold_out(x_train, y_train, DEEPERS_HELD_OUT if options.deeper else HELD_OUT)
    distortion = distortion_for(options)

    start = time.perf_counter()
    likely = like_users_input(*validation, options.seed, distortion.shift)
    try:
        teacher = None
        if options.deeper:
            print("First a net that is not kept: the second learns from its answers, besides the labels.")
            teacher, _ = trained_net(options, training, validation, likely, (options.seed + 1) % 2**32)
            print("\nNow the net that is kept.")
        model, history = trained_net(options, training, validation, likely, options.seed, teacher)
    except KeyboardInterrupt:
        print(f"\nStopped: nothing was saved.{untouched(path)}", file=sys.stderr)
        sys.exit(130)
    if not np.isfinite(history["loss"]).all():
        sys.exit(f"The loss became infinite, so nothing was saved.{untouched(path)} Lower LEARNING_RATE.")
    seconds = time.perf_counter() - start

    probabilities = probabilities_of(model, x_test)
    result = test_result(probabilities, y_test)
    print(described(result))

    digest = save_model(model, path)
    save_twin(model, path, digest)
    save_record(record_of(options, history, seconds, digest) | result, path.with_suffix(".json"))
    confidences = {
        "test images": (probabilities, y_test),
        "distorted and drawn digits": (probabilities_of(model, likely[0]), likely[1]),
    }
    pictures = {
        "curves": plot_curves(history),
        "data": plot_data(x_train, y_train, y_test),
        "augmented": plot_augmented(x_train, y_train, options.seed, distortion),
        "errors": plot_errors(probabilities, x_test, y_test),
        "confidence": plot_confidence(confidences),
    }
    for name, figure in pictures.items():
        save_picture(figure, path.with_name(f"{path.stem}_{name}.png"))
    print(f"Read your own pictures with it:  python prediction.py{using(path)}")
    if options.show:
        show_windows()


# --- data ---


class DatasetError(Exception):
    """The data set cannot be had or used; the message says why and what to do."""


class DownloadError(DatasetError):
    """MNIST is not in dataset/ and could not be downloaded."""


def data_set(options):
    """Return x_train, y_train, x_test, y_test as load_mnist does: MNIST, or drawn digits where it cannot be had.

    Sets options.dataset to what it is, and options.model to another name where it is not what was asked for. Raises
    DatasetError where dataset/mnist.npz is there but unusable.
    """
    if options.dataset == "mnist":
        try:
            return load_mnist(DATASET)
        except DownloadError as error:
            print(f"{error}\nUntil then it is trained on drawn digits, and the model gets a name of its own.\n")
            options.dataset = "synthetic"
            if options.model:
                options.model = options.model.with_name(f"synthetic_{options.model.name}")
    print(f"Drawing {SYNTHETIC_COUNTS[0]:,} digits ...", flush=True)
    x_train, y_train = synthetic_digits(SYNTHETIC_COUNTS[0], [options.seed, 1])
    if DATASET.exists():
        return x_train, y_train, *read_mnist(DATASET)[2:]
    print("The test images are drawn ones too: on people's digits it will do less well.")
    return x_train, y_train, *synthetic_digits(SYNTHETIC_COUNTS[1], [options.seed, 2])


def load_mnist(path: Path) -> Arrays:
    """Return MNIST as x_train, y_train, x_test, y_test: images uint8 (n, 28, 28), labels uint8 (n,) from 0 to 9.

    Reads `path`; where there is none, Keras downloads MNIST and it is kept there. Raises DownloadError where that
    fails, DatasetError where the file is not MNIST.
    """
    if not path.exists():
        print(f"There is no {near(path)} yet, so Keras downloads MNIST (11 MB).", flush=True)
        try:
            (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
        except Exception as error:  # Keras raises no more precise one, whatever went wrong
            raise DownloadError(
                f"MNIST could not be downloaded: {error}\n"
                f"Try again when the network is there, or fetch {MNIST_URL}\nelsewhere and put it at {path}"
            ) from error
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with written_whole(path) as beside:
                np.savez_compressed(beside, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
        except OSError as error:
            print(f"It cannot be kept in {path.parent} ({error.strerror}).")
            return [x_train, y_train, x_test, y_test]
    return read_mnist(path)


def read_mnist(path: Path) -> Arrays:
    """Return the arrays of the file at `path` as load_mnist does. Raises DatasetError where they are not MNIST's."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = [file[key] for key in ("x_train", "y_train", "x_test", "y_test")]
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(unusable(path, f"it cannot be read ({error})")) from error
    for images, labels in (arrays[:2], arrays[2:]):
        if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
            raise DatasetError(unusable(path, f"images should be uint8 (n, 28, 28), not {images.dtype} {images.shape}"))
        if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
            raise DatasetError(unusable(path, f"{labels.dtype} {labels.shape} is not an integer label an image"))
        if len(labels) < 100 or labels.min() < 0 or labels.max() > 9:
            raise DatasetError(unusable(path, "it wants at least 100 images in each half, labelled 0 to 9"))
    return arrays


def unusable(path, reason):
    return (
        f"{path} is not the MNIST data set: {reason}.\n"
        f"It is left as it is. Move it away, and the next run downloads MNIST; or put {MNIST_URL} in its place."
    )


def hold_out(images: np.ndarray, labels: np.ndarray, share: float = HELD_OUT) -> tuple[Labelled, Labelled]:
    """Split into (training, validation), each a pair of images and labels; the same split whatever the seed.

    share: of the images that are for validation, from 0 to 1. A smaller share is part of a larger one.
    """
    order = np.random.default_rng(0).permutation(len(images))
    validation, training = np.split(order, [round(len(images) * share)])
    return (images[training], labels[training]), (images[validation], labels[validation])


def with_drawn(images: np.ndarray, labels: np.ndarray, share: float, seed: int) -> Labelled:
    """Return images uint8 (n, 28, 28) and targets float32 (n, 10) with drawn digits and scribbles added to them.

    share: of DRAWN_DIGITS and SCRIBBLES. A scribble's target is a tenth for every digit: the net learns to be unsure
    of what is none ("outlier exposure", Hendrycks, Mazeika, Dietterich 2019).
    """
    digits, digit_labels = synthetic_digits(round(len(images) * DRAWN_DIGITS * share), seed)
    no_digits = scribbles(round(len(images) * SCRIBBLES * share), seed)
    targets = one_hot(labels), one_hot(digit_labels), np.full((len(no_digits), 10), 0.1, np.float32)
    return np.concatenate([images, digits, no_digits]), np.concatenate(targets)


def one_hot(labels: np.ndarray) -> np.ndarray:
    return np.eye(10, dtype=np.float32)[labels]


def net_input(images: np.ndarray) -> np.ndarray:
    """Turn images uint8 (n, 28, 28) from 0 to 255 into what the net takes: float32 (n, 28, 28, 1) from 0 to 1."""
    return images[..., np.newaxis].astype("float32") / 255


def distorted_batches(
    images: np.ndarray,
    targets: np.ndarray,
    own: int,
    batch_size: int,
    seed: int,
    epochs: Iterable[tuple[Distortion, float]],
) -> Iterator[Labelled]:
    """Yield the images in batches, in random order, epoch after epoch, each distorted anew whenever it comes.

    images: uint8 (n, 28, 28), of which the first `own` are the data set's and the others drawn; targets: (n, 10);
    epochs: for each how far its images are distorted, and the share of the drawn digits that is kept, the others make
    room for images of the data set. A batch is what net_input makes of its images, and their targets.
    """
    is_drawn_digit = (np.arange(len(images)) >= own) & (targets.max(axis=1) > 0.5)
    for epoch, (distortion, kept) in enumerate(epochs, 1):
        random = np.random.default_rng([seed, epoch])
        order = random.permutation(len(images))
        fields = elastic_fields(500, random)
        left_out = is_drawn_digit[order] & (random.random(len(order)) >= kept)
        order[left_out] = random.integers(own, size=np.count_nonzero(left_out))
        for i, start in enumerate(range(0, len(images), batch_size)):
            batch = order[start : start + batch_size]
            chosen = images[batch]
            if distortion.own or distortion.drawn:
                strengths = np.where(batch < own, distortion.own, distortion.drawn)
                chosen = distorted(chosen, fields, np.random.default_rng([seed, epoch, i]), strengths, distortion.shift)
            yield net_input(chosen), targets[batch]


def elastic_fields(count: int, random: np.random.Generator) -> np.ndarray:
    """Return random smooth displacements in px, float32 (count, 784, 2) (Simard, Steinkraus, Platt 2003)."""
    rough = random.normal(size=(count, 28, 28, 2)).astype(np.float32)
    smooth = np.stack([cv2.GaussianBlur(field, (0, 0), ELASTIC_WIDTH) for field in rough])
    return (smooth * (ELASTIC / smooth.std())).reshape(count, 784, 2)


def distorted(
    images: np.ndarray,
    fields: np.ndarray,
    random: np.random.Generator,
    strength: float | np.ndarray = 1,
    shift: float = SHIFT,
) -> np.ndarray:
    """Return images uint8 (n, 28, 28), each turned, sheared, stretched, shifted and bent, in one resampling.

    fields: what elastic_fields returned; strength: of all images or, (n,), of each, and shift: as in Distortion.
    """
    n = len(images)
    strength = np.broadcast_to(np.asarray(strength, float), n)
    turn, shear = random.normal(0, TURN * strength, n), random.normal(0, SHEAR * strength, n)
    across, down = np.exp(random.normal(0, STRETCH * strength, (2, n)))
    shift_x, shift_y = random.normal(13.5, shift * strength, (2, n))
    cos, sin = np.cos(turn), np.sin(turn)
    by_x, by_y = (cos * across, sin * across), ((shear * cos - sin) * down, (shear * sin + cos) * down)
    affine = np.array([by_x, by_y, (shift_x, shift_y)], np.float32).transpose(2, 0, 1)
    come_from = (
        PIXELS @ affine
        + strength[:, np.newaxis, np.newaxis].astype(np.float32) * fields[random.integers(len(fields), size=n)]
    )
    maps = come_from.reshape(n, 28, 28, 2)  # where each pixel is taken from
    return np.stack([cv2.remap(*each, None, cv2.INTER_LINEAR) for each in zip(images, maps, strict=True)])


# --- model ---


def build_cnn(width: float = 1) -> keras.Model:
    """Return the untrained net: float32 (n, 28, 28, 1) from 0 to 1 in, the probabilities of the ten digits out.

    width: times as many filters and units as are named here ("width multiplier", Howard et al. 2017).
    """
    return answering(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Conv2D(wide(16, width), 5, padding="same", activation="relu"),  # 28 x 28 x 16
            keras.layers.MaxPooling2D(),  # 14 x 14 x 16
            keras.layers.Conv2D(wide(64, width), 5, activation="relu"),  # 10 x 10 x 64
            keras.layers.MaxPooling2D(),  # 5 x 5 x 64
            keras.layers.Flatten(),  # 1600
            keras.layers.Dropout(0.2),
            keras.layers.Dense(wide(192, width), activation="relu"),
            keras.layers.Dropout(0.4),
        ],
        name="handwritten_digit_cnn",
    )


def build_deeper_cnn(width: float = 1) -> keras.Model:
    """Return an untrained net of six convolutions; its width, and what goes in and comes out, are as in build_cnn."""
    return answering(
        [
            keras.Input((28, 28, 1)),
            *convolution(wide(32, width), 5, "valid", pool=True),  # 12 x 12 x 32
            *convolution(wide(48, width), 3, "same"),
            *convolution(wide(48, width), 3, "same", pool=True),  # 6 x 6 x 48
            *convolution(wide(96, width), 3, "same"),
            *convolution(wide(96, width), 3, "same"),
            *convolution(wide(96, width), 3, "valid"),  # 4 x 4 x 96
            keras.layers.Flatten(),  # 1536
            keras.layers.Dropout(0.3),
        ],
        name="handwritten_digit_deeper_cnn",
    )


def wide(count, width):
    return max(1, round(count * width))


def answering(layers: list, name: str) -> keras.Model:
    """Return a net of `layers` and two more: a softmax of the ten digits and "none of them", and the digits alone.

    In the last one, which does not learn, each digit gets a tenth of "none": so what is no digit has somewhere to go,
    and ten probabilities come out.
    """
    softmax = keras.layers.Dense(11, activation="softmax")
    digits = keras.layers.Dense(10, use_bias=False, trainable=False)
    model = keras.Sequential([*layers, softmax, digits], name=name)
    digits.set_weights([np.vstack([np.eye(10), np.full(10, 0.1)])])
    return model


def convolution(filters, width, padding, pool=False):
    layers = [
        keras.layers.Conv2D(filters, width, padding=padding, use_bias=False),
        keras.layers.MaxPooling2D() if pool else None,  # before the next two, which then have a quarter of the work
        keras.layers.BatchNormalization(),
        keras.layers.ReLU(),
    ]
    return [layer for layer in layers if layer]


def check_net(model):
    """Exit with an explanation where `model` could not be trained, calibrated or used here: before the training."""
    shapes = model.input_shape, model.output_shape
    if shapes != ((None, 28, 28, 1), (None, 10)):
        sys.exit(f"The net turns {shapes[0]} into {shapes[1]}; it should be (None, 28, 28, 1) into (None, 10).")
    answers = model.predict(np.zeros((2, 28, 28, 1), np.float32), verbose=0)
    if answers.min() < 0 or not np.allclose(answers.sum(axis=1), 1, atol=1e-2):
        sys.exit("The net gives no probabilities: it should end in a softmax.")
    last = layer_of_logits(model)
    if not isinstance(last, keras.layers.Dense) or not all_comes_through(last, model):
        sys.exit(
            "All that the net answers should come through a last layer that learns, a Dense: it is calibrated there."
        )


def layer_of_logits(model):
    """Return the last layer that learns, or None; its softmax may be a layer of its own."""
    return next((layer for layer in reversed(model.layers) if layer.trainable_weights), None)


def all_comes_through(layer, model):
    try:
        keras.Model(layer.input, model.outputs)
    except ValueError:  # something comes past it
        return False
    return True


def on_all_gpus():
    """Return the context in which a model is built that trains on every GPU, where there are several."""
    several = len(tf.config.list_physical_devices("GPU")) > 1
    return tf.distribute.MirroredStrategy().scope() if several else nullcontext()


def trained_net(
    options: argparse.Namespace,
    training: Labelled,
    validation: Labelled,
    likely: Labelled,
    seed: int,
    teacher: keras.Model | None = None,
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Return the net that `options` ask for, trained and then calibrated on `likely`, and its history; see train."""
    keras.utils.set_random_seed(seed)
    build = build_deeper_cnn if options.deeper else build_cnn
    with on_all_gpus():
        model = build(options.width)
    check_net(model)
    model.summary()
    if options.drawn:
        print("Drawing the digits and scribbles that are mixed in ...", flush=True)
    at_the_end = DRAWN_AT_THE_DEEPERS_END if options.deeper else DRAWN_AT_THE_END
    settings = options.epochs, options.batch_size, seed, float(options.drawn), distortion_for(options), at_the_end
    history = train(model, training, validation, *settings, teacher)
    calibrate(model, *likely)
    if options.drawn:
        make_none_rarer(model, share_of_scribbles(options.epochs))
    return model, history


def train(
    model: keras.Model,
    training: Labelled,
    validation: Labelled,
    epochs: int,
    batch_size: int,
    seed: int,
    drawn: float = 1,
    distortion: Distortion = USUAL,
    at_the_end: float = DRAWN_AT_THE_END,
    teacher: keras.Model | None = None,
) -> dict[str, list[float]]:
    """Fit `model` and return its history: for each epoch the loss and accuracy of training and validation.

    training, validation: pairs of images uint8 (n, 28, 28) and labels (n,); drawn: how much of what drawn_for says is
    mixed in; distortion: see distortion_for; at_the_end: the share of the drawn digits that stays in the undistorted
    epochs, but for a single one, and for MANY_EPOCHS, where all do; teacher: see taught.
    """
    replicas = model.distribute_strategy.num_replicas_in_sync  # of the net, one on each GPU
    batch_size = -(-batch_size // replicas) * replicas
    images, targets = shared_evenly(with_drawn(*training, drawn * drawn_for(epochs), seed), replicas)
    last = undistorted_epochs(epochs) if distortion.ends else 0
    kept = at_the_end if 1 < epochs < MANY_EPOCHS else 1
    course = (epochs - last) * [(distortion, 1)] + last * [(UNTOUCHED, kept)]

    def batches():
        distorted_ones = distorted_batches(images, targets, len(training[0]), batch_size, seed, course)
        return taught(distorted_ones, teacher) if teacher else distorted_ones

    data = tf.data.Dataset.from_generator(
        batches, output_signature=(tf.TensorSpec((None, 28, 28, 1)), tf.TensorSpec((None, 10)))
    )
    steps_an_epoch = -(-len(images) // batch_size)
    steps = epochs * steps_an_epoch
    warm_up = round(WARM_UP * steps)
    long = epochs >= MANY_EPOCHS
    highest = LONG_LEARNING_RATE if long else LEARNING_RATE * max(1, FEW_EPOCHS / epochs)
    learning_rate = keras.optimizers.schedules.CosineDecay(
        highest / 10, steps - warm_up, warmup_target=highest, warmup_steps=warm_up
    )
    with model.distribute_strategy.scope():
        optimizer = keras.optimizers.Adam(
            learning_rate,
            beta_2=0.97 if epochs < FEW_EPOCHS else 0.999,
            weight_decay=WEIGHT_DECAY if long else None,  # "decoupled" (Loshchilov, Hutter 2019)
        )
        # for a digit the same as cross-entropy; a scribble costs nothing once all digits are equally likely
        model.compile(optimizer, loss="kl_divergence", metrics=[accuracy])
    held_out = shared_evenly((net_input(validation[0]), one_hot(validation[1])), replicas)
    return model.fit(
        untuned(data.prefetch(2)),
        epochs=epochs,
        steps_per_epoch=steps_an_epoch,
        validation_data=in_batches(held_out, 1000 * replicas),
        verbose="auto" if sys.stdout.isatty() else 2,  # Keras' bar in a terminal, a line an epoch in a log
        shuffle=False,  # distorted_batches does
        callbacks=[InterruptBetweenBatches(), keras.callbacks.TerminateOnNaN()],
    ).history


def taught(batches: Iterable[Labelled], teacher: keras.Model) -> Iterator[Labelled]:
    """Yield `batches` with targets halfway from their own to what `teacher`, a trained net, answers to the images.

    A net that learns from one of its own kind does better than that one: Furlanello and others 2018, "Born-again
    neural networks".
    """
    for images, targets in batches:
        yield images, (targets + np.asarray(teacher(images, training=False))) / 2


def drawn_for(epochs):
    """Return the share of DRAWN_DIGITS and SCRIBBLES in a training of `epochs`: few in a short one, to save time."""
    return min(1, epochs / FEW_EPOCHS)


def distortion_for(options):
    """Return how images are distorted in the training that `options` ask for."""
    of_mnist = MILD if options.epochs >= MANY_EPOCHS else USUAL
    distortion = STRONG if options.dataset == "synthetic" else of_mnist
    if options.deeper:
        distortion = distortion._replace(shift=DEEPERS_SHIFT)
    return distortion if options.augmentation else distortion._replace(own=0, drawn=0)


def undistorted_epochs(epochs):
    """Return how many of `epochs` have no distortion."""
    return min(max(1, round(UNDISTORTED * epochs)), MOST_UNDISTORTED)


def shared_evenly(arrays: Labelled, replicas: int) -> Labelled:
    """Return `arrays` without the last ones, if need be: Keras fails where replicas get more and less of a batch."""
    count = len(arrays[0]) // replicas * replicas
    return arrays[0][:count], arrays[1][:count]


def in_batches(arrays: np.ndarray | Labelled, size: int = 1000) -> tf.data.Dataset:
    """Return `arrays`, one or a pair of the same length, as Keras takes what it does not learn from."""
    return untuned(tf.data.Dataset.from_tensor_slices(arrays).batch(size))


def untuned(data: tf.data.Dataset) -> tf.data.Dataset:
    """Return `data` without TensorFlow's tuning of it, whose thread makes `fit` wait at its end for up to a minute."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return data.with_options(options)


class InterruptBetweenBatches(keras.callbacks.Callback):
    """Lets Ctrl-C raise KeyboardInterrupt between two batches only.

    Raised while TensorFlow's C++ code asks Python for the next batch, it would abort the process.
    """

    def on_train_begin(self, logs=None):
        self.interrupted = False
        self.usual = signal.signal(signal.SIGINT, self.remember)

    def remember(self, *_):
        self.interrupted = True

    def on_train_batch_end(self, batch, logs=None):
        if self.interrupted:
            self.on_train_end()
            raise KeyboardInterrupt

    on_test_batch_end = on_train_batch_end

    def on_train_end(self, logs=None):
        signal.signal(signal.SIGINT, self.usual)


def accuracy(targets, probabilities):
    """Return the share of digits that are read right, a number; scribbles do not count. Both are (n, 10)."""
    is_digit = keras.ops.cast(keras.ops.max(targets, axis=-1) > 0.5, "float32")
    right = keras.ops.equal(keras.ops.argmax(targets, axis=-1), keras.ops.argmax(probabilities, axis=-1))
    return keras.ops.sum(keras.ops.cast(right, "float32") * is_digit) / keras.ops.maximum(keras.ops.sum(is_digit), 1)


# --- confidence ---


def probabilities_of(model: keras.Model, images: np.ndarray) -> np.ndarray:
    """Return the probabilities, float32 (n, 10), that `model` gives the digits in images uint8 (n, 28, 28)."""
    return model.predict(in_batches(net_input(images)), verbose=0)


def like_users_input(images: np.ndarray, labels: np.ndarray, seed: int, shift: float) -> Labelled:
    """Return held-out images uint8 (2n, 28, 28) and labels (2n,) as various as what users bring.

    They are `images`, distorted, `shift` as in Distortion, and as many drawn digits; none has been trained on.
    """
    random = np.random.default_rng([seed, 3])
    digits, digit_labels = synthetic_digits(len(images), [seed, 3])
    bent = distorted(images, elastic_fields(500, random), random, shift=shift)
    return np.concatenate([bent, digits]), np.concatenate([labels, digit_labels])


def calibrate(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> None:
    """Divide the logits of `model` by the temperature that makes `labels` (n,) likeliest (Guo et al. 2017).

    images: uint8 (n, 28, 28). The temperature goes into the weights of the layer that gives the logits.
    """
    last = layer_of_logits(model)
    body, head = keras.Model(model.inputs, last.input), keras.Model(last.input, model.outputs)
    features = body.predict(in_batches(net_input(images)), verbose=0)
    weights = last.get_weights()

    def loss_at(temperature):
        last.set_weights([each / temperature for each in weights])
        probabilities = head.predict_on_batch(features)
        return -np.log(probabilities[np.arange(len(labels)), labels].clip(1e-7)).mean()

    loss_at(min(np.geomspace(0.5, 4, 60), key=loss_at))  # and so leaves it in the weights


def make_none_rarer(model: keras.Model, trained: float) -> None:
    """Let `model` expect a share of NO_DIGITS of scribbles, in place of the share `trained` that it learned from.

    The logit of "none of them" moves by the difference in log odds, in the bias of its layer (Saerens, Latinne,
    Decaestecker 2002). A net that has no such answer, or no bias for it, is left as it is.
    """
    last = layer_of_logits(model)
    if last.units == NONE + 1 and last.use_bias:
        kernel, bias = last.get_weights()
        bias[NONE] += log_odds(NO_DIGITS) - log_odds(trained)
        last.set_weights([kernel, bias])


def share_of_scribbles(epochs):
    """Return which share of the images that a training of `epochs` learns from are scribbles."""
    drawn = drawn_for(epochs)
    return SCRIBBLES * drawn / (1 + (DRAWN_DIGITS + SCRIBBLES) * drawn)


def log_odds(probability):
    return np.log(probability / (1 - probability))


def expected_calibration_error(probabilities: np.ndarray, labels: np.ndarray, bins: int = 15) -> float:
    """Return by how much confidence and accuracy differ, on average over the answers (Naeini et al. 2015): 0 to 1."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    in_bin = np.minimum((confidence * bins).astype(int), bins - 1)
    return np.abs(np.bincount(in_bin, weights=confidence - right)).sum() / len(labels)


# --- what is kept ---


def test_result(probabilities, labels):
    """Return how the test went, for a record; probabilities: (n, 10), labels: (n,)."""
    right = probabilities.argmax(axis=1) == labels
    return {
        "test_images": len(labels),
        "read_wrongly": int(np.count_nonzero(~right)),
        "test_accuracy": float(right.mean()),
        "test_loss": float(-np.log(probabilities[np.arange(len(labels)), labels].clip(1e-7)).mean()),
        "calibration_error": float(expected_calibration_error(probabilities, labels)),
    }


def described(result):
    return (
        f"\nOn the {result['test_images']:,} test images, which it had never seen:\n"
        f"test accuracy {result['test_accuracy']:.2%} ({result['read_wrongly']:,} read wrongly), "
        f"test loss {result['test_loss']:.4f}\n"
    )


def record_of(options, history, seconds, digest):
    """Return how the model was trained, in `seconds`; digest: the sha256 of its file."""
    return {
        "command": shlex.join(["python", Path(sys.argv[0]).name, *sys.argv[1:]]),
        "dataset": options.dataset,
        "epochs": options.epochs,
        "seed": options.seed,
        "seconds": round(seconds, 1),
        "keras": keras.__version__,
        "sha256": digest,
        "history": {measure: [round(value, 5) for value in values] for measure, values in history.items()},
    }


def save_record(record, path):
    with written_whole(path) as beside:
        beside.write_text(json.dumps(record, indent=1) + "\n")
    print(f"Saved {near(path)}")


def save_model(model: keras.Model, path: Path) -> str:
    """Save `model` at `path`; return the sha256 of the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as beside:
        model.save(beside, include_optimizer=False)
        digest = sha256_of(beside)
    print(f"Saved {near(path)}")
    return digest


def save_twin(model: keras.Model, path: Path, digest: str) -> None:
    """Save `model`, which lies at `path`, as ONNX too, stamped with `digest`, the sha256 of that file.

    Its last 64 bytes are the sha256 of all before them, so that prediction, which runs it, sees any damage.
    """
    import onnx

    twin = path.with_suffix(".onnx")
    model(np.zeros((1, *model.input_shape[1:]), np.float32))  # Keras exports only what has been called
    with written_whole(twin) as beside:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.export(beside, format="onnx", verbose=False)
        graph = onnx.load(beside)
        onnx.helper.set_model_props(graph, {"sha256_of_the_keras_file": digest})
        end = onnx.ModelProto()  # one more property; the parts of a protocol buffer may stand one after the other
        onnx.helper.set_model_props(end, {"sha256_of_what_stands_before": 64 * "0"})
        content = graph.SerializeToString() + end.SerializeToString()[:-64]
        beside.write_bytes(content + hashlib.sha256(content).hexdigest().encode())
    print(f"Saved {near(twin)}")


def sha256_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


# --- pictures ---


def plot_curves(history: dict[str, list[float]]) -> Figure:
    """Return a figure of the loss and the accuracy after each epoch, on training and validation images."""
    epochs = range(1, len(history["loss"]) + 1)
    figure, axes = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained", num="Learning curves")
    for axis, measure in zip(axes, ("loss", "accuracy"), strict=True):
        axis.plot(epochs, history[measure], "o-", label="training, as it was fed")
        axis.plot(epochs, history[f"val_{measure}"], "o-", label="validation")
        axis.set(title=measure.capitalize(), xlabel="epoch")
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.grid(alpha=0.3)
        axis.legend()
    axes[1].yaxis.set_major_formatter(matplotlib.ticker.PercentFormatter(1.0))
    return figure


def plot_data(x_train: np.ndarray, y_train: np.ndarray, y_test: np.ndarray) -> Figure:
    """Return a figure of ten training images of each digit, and of how many of each there are."""
    figure, (samples, counts) = plt.subplots(1, 2, figsize=(11, 5), layout="constrained", num="Data set")
    rows = [x_train[y_train == digit][:10] for digit in range(10)]
    sheet = np.full((10 * 28, 10 * 28), 255, np.uint8)
    for row, images in enumerate(rows):
        for column, image in enumerate(images):
            sheet[row * 28 : row * 28 + 28, column * 28 : column * 28 + 28] = 255 - image
    samples.imshow(sheet, cmap="gray")
    samples.set(title="Training images", xticks=[], yticks=range(14, 280, 28), yticklabels=range(10))

    in_training, in_test = np.bincount(y_train, minlength=10), np.bincount(y_test, minlength=10)
    counts.bar(np.arange(10) - 0.2, in_training, 0.4, label=f"training and validation, {len(y_train):,}")
    counts.bar(np.arange(10) + 0.2, in_test, 0.4, label=f"test, {len(y_test):,}")
    counts.set(title="Images of each digit", xticks=range(10), ylim=(0, 1.2 * in_training.max()))
    counts.legend()
    return figure


def plot_augmented(images: np.ndarray, labels: np.ndarray, seed: int, distortion: Distortion) -> Figure:
    """Return a figure of one training image of each digit, and beside it seven of its distortions."""
    random = np.random.default_rng(seed)
    originals = np.stack([images[labels == digit][0] for digit in range(10) if (labels == digit).any()])
    strength, shift = distortion.own, distortion.shift
    bent = [distorted(originals, elastic_fields(100, random), random, strength, shift) for _ in range(7)]
    sheet = np.hstack([np.vstack(list(column)) for column in (originals, *bent)])
    figure, axis = plt.subplots(figsize=(6, 7), layout="constrained", num="Augmented images")
    axis.imshow(sheet, cmap="gray_r")
    axis.axvline(27.5, color="black", linewidth=1)
    axis.set(xticks=[14, 126], xticklabels=["original", "distorted"], yticks=[])
    return figure


def plot_confidence(sets: dict[str, Labelled]) -> Figure:
    """Return a reliability diagram: how often the answers of each confidence are right.

    sets: for each name, probabilities (n, 10) and labels (n,).
    """
    figure, (diagram, counts) = plt.subplots(1, 2, figsize=(11, 4.5), layout="constrained", num="Confidence")
    edges = np.linspace(0, 1, 11)
    for name, (probabilities, labels) in sets.items():
        confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
        in_bin = np.minimum((confidence * 10).astype(int), 9)
        enough = [bin for bin in range(10) if np.count_nonzero(in_bin == bin) >= 5]
        points = [(confidence[in_bin == bin].mean(), right[in_bin == bin].mean()) for bin in enough]
        error = expected_calibration_error(probabilities, labels)
        diagram.plot(*np.transpose(points), "o-", label=f"{name}: calibration error {error:.1%}")
        counts.hist(confidence, edges, alpha=0.5, label=f"{name}, {len(labels):,}")
    diagram.plot([0, 1], [0, 1], "--", color="grey", label="as it should be")
    diagram.set(title="Is it as often right as it says?", xlabel="confidence", ylabel="share of right answers")
    counts.set(title="How sure it is", xlabel="confidence", yscale="log", ylabel="answers")
    for axis in (diagram, counts):
        axis.legend()
        axis.grid(alpha=0.3)
    return figure


def plot_errors(probabilities: np.ndarray, images: np.ndarray, labels: np.ndarray) -> Figure:
    """Return a figure of the confusion matrix, and of the wrong answers that the net was surest of.

    probabilities: (n, 10); images: uint8 (n, 28, 28); labels: (n,).
    """
    answers, confidences = probabilities.argmax(axis=1), probabilities.max(axis=1)
    confusion = np.zeros((10, 10), int)
    np.add.at(confusion, (labels, answers), 1)

    figure = plt.figure(figsize=(12, 5.5), layout="constrained", num="Errors")
    left, right = figure.subfigures(1, 2)
    axis = left.subplots()
    shares = confusion / confusion.sum(axis=1, keepdims=True).clip(1)
    axis.imshow(shares, cmap="Blues", norm=matplotlib.colors.PowerNorm(0.3, 0, 1))  # 0.3: one error still shows
    for label, answer in np.argwhere(confusion):
        colour = "white" if label == answer else "black"
        axis.text(answer, label, confusion[label, answer], ha="center", va="center", color=colour, fontsize=8)
    axis.set(title="Confusion matrix", xlabel="read as", ylabel="is", xticks=range(10), yticks=range(10))

    wrong = np.flatnonzero(answers != labels)
    surest = wrong[np.argsort(-confidences[wrong], kind="stable")][:20]
    right.suptitle(f"The surest of {len(wrong)} wrong answers")
    for i, axis in zip(surest, right.subplots(4, 5).flat, strict=False):
        axis.imshow(images[i], cmap="gray_r")
        axis.set_title(f"{labels[i]} read as {answers[i]}, {confidences[i]:.0%}", fontsize=8)
    for axis in right.axes:
        axis.set_axis_off()
    return figure


def save_picture(figure, path):
    with written_whole(path) as beside:
        figure.savefig(beside, dpi=100)
    print(f"Saved {near(path)}")


def show_windows():
    if matplotlib.get_backend().lower() != "agg":  # agg: there is no display
        print("Close the windows to end.")
        with suppress(KeyboardInterrupt):
            plt.show()


# --- files and words ---


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, and rename it to `path` once that has gone well.

    So whatever happens there is the old file or the new one, never half of one.
    """
    beside = beside_it(path)
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def beside_it(path):
    return path.with_name(f".{os.getpid()}-{path.name}")  # no other training's; Git ignores what a killed one leaves


def check_can_save(path, way_out="name another place:  --model PATH"):
    """Exit with an explanation where no model can be saved at `path`: before the training, not after it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        longest = beside_it(path.with_name(f"{path.stem}_confidence.png"))
        longest.touch()
        longest.unlink()
    except OSError as error:
        sys.exit(f"Nothing can be saved in {path.parent} ({error.strerror}): {way_out}")
    if path.is_dir():
        sys.exit(f"{path} is a folder: {way_out}")
    if shutil.disk_usage(path.parent).free < DISK_SPACE:
        sys.exit(f"The disk of {path.parent} is full: make room, or {way_out}")
    if not (find_spec("onnx") and find_spec("tf2onnx")):
        sys.exit("A model is saved as ONNX too, which takes onnx and tf2onnx:  pip install -r requirements.txt")


def default_model(options):
    """Return where the model is saved: each kind has a name of its own, so that none takes another's place."""
    kind = "synthetic" if options.dataset == "synthetic" else "handwritten"
    return MODEL.with_name(f"{kind}_digit_{'deeper_' if options.deeper else ''}cnn.h5")


def untouched(model):
    return f" The earlier {near(model)} is untouched." if model.exists() else ""


def using(model):
    return "" if model == MODEL else f" --model {typed(model)}"


def parse_arguments():
    parser = argparse.ArgumentParser(
        description="Train a convolutional network on MNIST, save it, and show how it learned."
    )
    default, sets = " (default: %(default)s)", ("mnist", "synthetic")
    times = f"times to go through the images (default: {EPOCHS}, with --deeper {DEEPER_EPOCHS})"
    parser.add_argument("--epochs", type=positive, help=times)
    parser.add_argument("--batch-size", type=positive, default=BATCH_SIZE, help="images for each step" + default)
    parser.add_argument("--seed", type=seed, default=0, help="same seed, same machine: same model" + default)
    parser.add_argument("--model", type=model_path, help="where to save, as .h5 or .keras (default: a name in models/)")
    parser.add_argument("--twin", type=model_path, metavar="MODEL", help="only write the .onnx twin of a trained model")
    parser.add_argument("--deeper", action="store_true", help="six convolutions, taught by another such net")
    parser.add_argument("--width", type=width, default=1, help="times as many filters and units a layer" + default)
    parser.add_argument("--no-augmentation", dest="augmentation", action="store_false", help="leave images undistorted")
    parser.add_argument("--no-drawn", dest="drawn", action="store_false", help="mix in no drawn digits and scribbles")
    parser.add_argument("--dataset", choices=sets, default="mnist", help="synthetic: drawn digits" + default)
    parser.add_argument("--no-show", dest="show", action="store_false", help="save the pictures, open no windows")
    options = parser.parse_args()
    options.epochs = options.epochs or (DEEPER_EPOCHS if options.deeper else EPOCHS)
    return options


def positive(text):
    return whole_number(text, 1, 10_000)


def seed(text):
    return whole_number(text, 0, 2**32 - 1)  # NumPy takes no others


def width(text):
    try:
        if 0.1 <= float(text) <= 10:
            return float(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text} is no number from 0.1 to 10")


def whole_number(text, lowest, highest):
    if not re.fullmatch("[0-9]{1,10}", text) or not lowest <= int(text) <= highest:
        raise argparse.ArgumentTypeError(f"{text} is no whole number from {lowest:,} to {highest:,}")
    return int(text)


def model_path(text):
    path = Path(text).absolute()
    if path.suffix not in (".h5", ".keras"):
        raise argparse.ArgumentTypeError(f"{text} must end in .h5 or .keras")
    return path


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # before the training or after it
        print("\nStopped. What had been saved is whole.", file=sys.stderr)
        sys.exit(130)
    except OSError as error:  # the disk is full, or nobody reads what is printed
        discard_output()
        sys.exit(f"Stopped: {error.strerror or error}. What had been saved is whole.")
