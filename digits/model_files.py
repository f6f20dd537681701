"""What a training leaves: the model as .h5 or .keras, its ONNX twin for OpenCV, and the record of how it was trained.

python -m digits.model_files MODEL          writes the twin of a model that was trained elsewhere
"""

import argparse
import hashlib
import json
import logging
import shlex
import shutil
import sys
import warnings
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from digits.classifier import ModelError, opencv_net
from digits.files import near, written_whole

ALIKE = 1e-3  # the most by which an answer of OpenCV may differ from that of Keras
DISK_SPACE = 20e6  # bytes: room for a model, its twin and the pictures


def save(model, path: Path) -> str:
    """Save a Keras model at `path`, and its ONNX twin beside it; return the sha256 of the file. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as beside:
        model.save(beside, include_optimizer=False)
    print(f"Saved {near(path)}")
    return save_twin(model, path)


def save_twin(model, path: Path) -> str:
    """Save the Keras model at `path` as ONNX too, stamped with the sha256 of that file; return the sha256.

    Where OpenCV cannot run that, or answers otherwise than Keras, there is no twin, and a line says so. Raises OSError.
    """
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    twin = path.with_suffix(".onnx")
    shape = [64 if size is None else size for size in model.input_shape[1:]]  # of any width
    images = np.random.default_rng(0).random((2, *shape), np.float32)
    expected = np.asarray(model(images, training=False))  # Keras exports only what has been called
    try:
        with written_whole(twin) as beside:
            write_onnx(model, beside, digest)
            answers = opencv_net(beside)(images[..., 0])
            if not np.allclose(answers.reshape(expected.shape), expected, atol=ALIKE):
                raise ModelError
    except ModelError:
        twin.unlink(missing_ok=True)  # that of an earlier model
        print(f"There is no {near(twin)}: OpenCV cannot run this net. It is read with TensorFlow, which takes seconds.")
    else:
        print(f"Saved {near(twin)}")
    return digest


def write_onnx(model, path, digest):
    """Write the Keras model as ONNX to `path`, stamped with `digest`. Raises ModelError if that cannot be."""
    import onnx

    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)  # what it cannot translate is tried afterwards
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.export(path, format="onnx", verbose=False)
    except OSError:
        raise
    except Exception as error:  # tf2onnx raises nearly every type for what it cannot translate
        raise ModelError from error
    graph = onnx.load(path)
    onnx.helper.set_model_props(graph, {"sha256_of_the_keras_file": digest})
    onnx.save(graph, path)


def record_of(settings: dict, history: dict, seconds: float, digest: str) -> dict:
    """Return the record of a training; history: as Keras' fit gives it, digest: the sha256 of the model's file."""
    return {
        "command": shlex.join(["python", Path(sys.argv[0]).name, *sys.argv[1:]]),
        **settings,
        "seconds": round(seconds, 1),
        "keras": version("keras"),
        "sha256": digest,
        "history": {measure: [round(value, 5) for value in values] for measure, values in history.items()},
    }


def save_record(record: dict, path: Path) -> None:
    with written_whole(path) as beside:
        beside.write_text(json.dumps(record, indent=1) + "\n")
    print(f"Saved {near(path)}")


def check_can_save(path: Path, way_out: str = "name another place:  --model PATH") -> None:
    """Exit if no model can be saved at `path`, before the training rather than after it.

    The message says why, and names `way_out` as what to do.
    """
    if path.is_dir():
        sys.exit(f"{path} is a folder: {way_out}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(path.with_name(f"{path.stem}_confidence.png.try")) as beside:  # the longest of the names
            beside.touch()
        path.with_name(f"{path.stem}_confidence.png.try").unlink()
    except OSError as error:
        sys.exit(f"Nothing can be saved in {path.parent} ({error.strerror}): {way_out}")
    if shutil.disk_usage(path.parent).free < DISK_SPACE:
        sys.exit(f"The disk of {path.parent} is full: make room, or {way_out}")
    if not (find_spec("onnx") and find_spec("tf2onnx")):
        sys.exit("A model is saved as ONNX too, which takes onnx and tf2onnx:  pip install -r requirements.txt")


def main():
    parser = argparse.ArgumentParser(description="Write the ONNX twin of a trained model, with which it reads quickly.")
    parser.add_argument("model", type=Path, metavar="MODEL", help="a Keras model, .h5 or .keras")
    path = parser.parse_args().model.absolute()
    from digits.quiet_keras import LoadError, load_model

    check_can_save(path, "copy the model to another place, and make its twin there")
    try:
        save_twin(load_model(path), path)
    except LoadError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
