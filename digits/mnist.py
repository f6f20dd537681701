"""MNIST: downloaded through Keras at the first run, checked, and split into what is trained on and what is held out."""

import zipfile
import zlib
from pathlib import Path

import numpy as np

from digits.files import ROOT, near, written_whole

DATASET = ROOT / "dataset" / "mnist.npz"
URL = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz"
HELD_OUT = 1 / 12  # of the training images, for validation: 5,000 of 60,000

Labelled = tuple[np.ndarray, np.ndarray]  # images and their labels


class DatasetError(Exception):
    """The data set is missing or cannot be used; the message says why and what to do."""


class DownloadError(DatasetError):
    """MNIST is not in dataset/ and could not be downloaded."""


def load(path: Path = DATASET) -> tuple[Labelled, Labelled]:
    """Return MNIST as (x_train, y_train), (x_test, y_test): images uint8 (n, 28, 28), labels (n,) from 0 to 9.

    Reads `path`, or, if there is no such file, has Keras download MNIST and keeps it there. Raises DownloadError if
    that fails, DatasetError if the file is not MNIST.
    """
    if path.exists():
        return read(path)
    from digits.quiet_keras import keras

    print(f"There is no {near(path)} yet, so Keras downloads MNIST (11 MB).", flush=True)
    try:
        (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    except Exception as error:  # Keras raises nothing more precise
        raise DownloadError(
            f"MNIST could not be downloaded: {error}\n"
            f"Try again when there is a network, or fetch {URL}\nelsewhere and put it at {path}"
        ) from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path) as beside:
            np.savez_compressed(beside, x_train=x_train, y_train=y_train, x_test=x_test, y_test=y_test)
    except OSError as error:
        print(f"It cannot be kept in {path.parent} ({error.strerror}).")
    return (x_train, y_train), (x_test, y_test)


def read(path: Path) -> tuple[Labelled, Labelled]:
    """Return the arrays of the file at `path` as `load` does. Raises DatasetError if they are not MNIST's."""
    try:
        with np.load(path, allow_pickle=False) as file:
            x_train, y_train, x_test, y_test = (file[key] for key in ("x_train", "y_train", "x_test", "y_test"))
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise DatasetError(unusable(path, f"it cannot be read ({error})")) from error
    for images, labels in ((x_train, y_train), (x_test, y_test)):
        if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
            raise DatasetError(unusable(path, f"expected images uint8 (n, 28, 28), got {images.dtype} {images.shape}"))
        if labels.dtype.kind not in "iu" or labels.shape != images.shape[:1]:
            raise DatasetError(unusable(path, f"expected an integer per image, got {labels.dtype} {labels.shape}"))
        if len(labels) < 100 or labels.min() < 0 or labels.max() > 9:
            raise DatasetError(unusable(path, "expected at least 100 images to train and to test, labelled 0 to 9"))
    return (x_train, y_train), (x_test, y_test)


def unusable(path, reason):
    return (
        f"{path} is not the MNIST data set: {reason}.\n"
        f"It is left as it is. Move it away, and the next run downloads MNIST; or put {URL} in its place."
    )


def hold_out(images: np.ndarray, labels: np.ndarray) -> tuple[Labelled, Labelled]:
    """Split images (n, ...) and labels (n,) into (training, validation), always in the same way."""
    order = np.random.default_rng(0).permutation(len(images))
    validation, training = np.split(order, [round(len(images) * HELD_OUT)])
    return (images[training], labels[training]), (images[validation], labels[validation])


def net_input(images: np.ndarray) -> np.ndarray:
    """Return images, uint8 (n, 28, 28) from 0 to 255, as the net takes them: float32 (n, 28, 28, 1) from 0 to 1."""
    return images[..., np.newaxis].astype("float32") / 255
