"""Turns model files into functions: from images of digits, and from rows of writing, to probabilities.

They run a model's ONNX twin with OpenCV, which starts at once and needs no TensorFlow; without a twin, Keras runs it.
"""

import hashlib
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from digits.calibration import digit_probabilities
from digits.files import DEFAULT_MODEL, SHIPPED, near, record_beside, typed
from digits.rows import FRAME, ROW_HEIGHT, frame_probabilities

ROW_READER = "row_reader.h5"  # the name of the row reader, in the folder of the model
OLDEST_OPENCV = 4, 8  # that was seen to run the shipped models; Debian 12 has 4.6, which cannot
NEWER_OPENCV = 'pip install --upgrade "opencv-python>=4.12"'
TRAIN = "Train a new one (python handwritten_digit_recognition.py) or name another."


class ModelError(Exception):
    """The model cannot be used; the message says why and what to do."""


class Classifier:
    """A function from images float32 (n, 28, 28), 0 to 1, to the probabilities of the digits, float (n, 10).

    Raises ValueError for images of another shape or type. May be called from several threads. Where the model has a row
    reader beside it, `read_rows` turns the ink of rows, a list of float32 (ROW_HEIGHT, w), 0 to 1, into probabilities
    (t, classes) as digits/rows.py explains them; otherwise it is None. `knows_hand` is whether it has learned the
    hand of its user, of which the row reader knows nothing.
    """

    def __init__(self, net: Callable, read_rows: Callable | None = None, knows_hand: bool = False):
        self.net, self.read_rows, self.knows_hand = net, read_rows, knows_hand

    def __call__(self, images: np.ndarray) -> np.ndarray:
        if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype.kind != "f":
            raise ValueError(f"images are float32 (n, 28, 28), 0 paper to 1 ink, not {images.dtype} {images.shape}")
        if not len(images):
            return np.empty((0, 10), np.float32)
        return digit_probabilities(self.net(images).reshape(len(images), -1))


def load_classifier(path: str | Path = DEFAULT_MODEL) -> Classifier:
    """Return the Classifier of a model, with the row reader in the same folder. Raises ModelError.

    `path` is a Keras model, .h5 or .keras, or an ONNX model; it takes images (n, 28, 28, 1) and ends in a softmax of
    the ten digits, or of eleven, the last one "not a digit". If a Keras model has a twin, that is used: an ONNX file of
    the same name that holds the sha256 of the Keras file.
    """
    path = Path(path)
    return Classifier(net_at(path, check_classifier), row_reader_beside(path), "taught" in record_beside(path))


def row_reader_beside(path: Path) -> Callable | None:
    """Return what Classifier.read_rows is, or None, with a line that says so, if there is no row reader."""
    file = path.with_name(ROW_READER)
    if not file.is_file():
        print(
            f"There is no {near(file)}, so each mark is read alone, and digits that touch are not: "
            f"copy row_reader.h5 and row_reader.onnx from {near(SHIPPED.parent)} there.",
            file=sys.stderr,
        )
        return None
    try:
        net = net_at(file, check_row_reader)
    except ModelError as error:
        raise ModelError(f"{near(file)} is not a row reader: take the one of {near(SHIPPED.parent)}.") from error

    def read_rows(inks):
        widths = [ink.shape[1] for ink in inks]
        batch = np.zeros((len(inks), ROW_HEIGHT, -(-max(widths, default=1) // 16) * 16), np.float32)
        for row, ink in zip(batch, inks, strict=True):
            row[:, : ink.shape[1]] = ink
        frames = frame_probabilities(net(batch)) if inks else []
        return [each[: -(-width // FRAME)] for each, width in zip(frames, widths, strict=True)]

    return read_rows


def net_at(path: Path, check: Callable) -> Callable:
    """Return a function from images, float32 (n, h, w), to the answers of the model at `path`, an array (n, ...).

    It is the model's twin, if that passes `check`, which raises ModelError, or else the model itself, if that does.
    """
    check_file(path)
    if path.suffix == ".onnx":
        return check(path, opencv_net(path))
    twin = path.with_suffix(".onnx")
    state = "is not of this model" if twin.exists() else "is missing"
    remedy = f"Write it, if OpenCV can run this net:  python -m digits.model_files {typed(path)}"
    try:
        if is_twin(twin, path):
            return check(twin, opencv_net(twin))
    except ModelError:
        state = f"is damaged, or no net that OpenCV {cv2.__version__} can run"
        if opencv_version() < OLDEST_OPENCV:
            state, remedy = f"is too new for OpenCV {cv2.__version__}", f"Take a newer one:  {NEWER_OPENCV}"
    except OSError as error:
        state = f"is closed ({error.strerror})"
    print(f"{near(twin)} {state}, so TensorFlow is loaded, which takes seconds. {remedy}", file=sys.stderr)
    return check(path, keras_net(path))


def check_file(path):
    try:
        if path.is_dir():
            raise ModelError(f"{path} is a folder; name a model in it, .h5, .keras or .onnx.")
        if path == SHIPPED and not path.is_file():
            raise ModelError(f"There is no {path}: install the project with `pip install -e .`, in its folder.")
        if not path.is_file():
            raise ModelError(f"There is no model at {path}. Train one:  python handwritten_digit_recognition.py")
        if path.suffix not in (".h5", ".keras", ".onnx"):
            raise ModelError(f"{path} is not named like a model: expected .h5, .keras or .onnx.")
        path.open("rb").close()
    except OSError as error:
        raise ModelError(f"{path} cannot be opened ({error.strerror}).") from error


def is_twin(twin: Path, path: Path) -> bool:
    """Whether the file `twin` was made from the one at `path`, that is, holds its sha256."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return twin.is_file() and digest.encode() in twin.read_bytes()


def opencv_net(path):
    """Return a function from images to the answers of the ONNX model at `path`. Raises ModelError."""
    try:
        with quiet_opencv():
            net = cv2.dnn.readNetFromONNX(np.fromfile(path, np.uint8))
    except cv2.error as error:
        raise ModelError(f"{path} is not an ONNX model that OpenCV can run, or is damaged.\n{TRAIN}") from error
    lock = threading.Lock()  # the net reuses its buffers: one thread at a time

    def answers(images):
        with lock:
            net.setInput(np.ascontiguousarray(images, np.float32)[..., np.newaxis])
            return net.forward().copy()

    return answers


@contextmanager
def quiet_opencv():
    """Let OpenCV print nothing of its own: what matters is raised."""
    log = cv2.utils.logging if hasattr(cv2.utils, "logging") else cv2  # OpenCV 4.6
    usual = log.setLogLevel(0)
    try:
        yield
    finally:
        log.setLogLevel(usual)


def opencv_version():
    return tuple(map(int, cv2.__version__.split(".")[:2]))


def keras_net(path):
    """Return a function from images to the answers of the Keras model at `path`. Raises ModelError."""
    try:
        from digits.quiet_keras import LoadError, keras, load_model
    except ImportError as error:
        raise ModelError(f"Reading {path} without a twin needs TensorFlow:  pip install -r requirements.txt") from error
    try:
        model = load_model(path)
    except LoadError as error:
        raise ModelError(f"{error}\n{TRAIN}") from error
    return lambda images: keras.ops.convert_to_numpy(model(images[..., np.newaxis], training=False))


def check_classifier(path, net):
    """Return `net`, which runs the model at `path`. Raises ModelError if it does not turn images into probabilities."""
    try:
        answers = net(np.zeros((2, 28, 28), np.float32)).reshape(2, -1)  # OpenCV 4 gives (n, 1, 11)
    except Exception as error:  # OpenCV and Keras raise errors of nearly every type here
        raise ModelError(f"{path} does not turn images (n, 28, 28, 1) into probabilities.\n{TRAIN}") from error
    if answers.shape not in ((2, 10), (2, 11)):
        raise ModelError(f"{path} gives {answers.shape[1:]} numbers per image; expected 10 or 11.")
    if answers.min() < 0 or not np.allclose(answers.sum(axis=1), 1, atol=1e-2):
        raise ModelError(f"{path} does not give probabilities: it should end in a softmax.")
    return net


def check_row_reader(path, net):
    """Return `net`, which runs the model at `path`. Raises ModelError if it is not a row reader."""
    try:
        frames = frame_probabilities(net(np.zeros((1, ROW_HEIGHT, 48), np.float32)))
    except Exception as error:  # OpenCV and Keras raise errors of nearly every type here
        raise ModelError(f"{path} does not take rows of writing.") from error
    if frames.shape[1] * FRAME != 48:
        raise ModelError(f"{path} gives {frames.shape[1]} frames for a row 48 px wide.")
    return net
