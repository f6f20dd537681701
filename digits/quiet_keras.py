"""Keras and TensorFlow without start-up chatter:  from digits.quiet_keras import keras, load_model, tf

TensorFlow 2.21 writes notes about drivers and oneDNN from C++ straight to file descriptor 2 before its own log
level (TF_CPP_MIN_LOG_LEVEL) takes effect, so the descriptor points elsewhere during the import. A failing import still
shows its traceback: Python writes that after the descriptor is back.
"""

import logging
import os
import sys
import warnings
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # the only switch for what TensorFlow's C++ logs later
os.environ["KERAS_BACKEND"] = "tensorflow"  # keras.json may name another, for other projects

if sys.stderr.isatty():
    print("Loading TensorFlow ...", file=sys.stderr)
sys.stderr.flush()
stderr = os.dup(2)
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 2)
try:
    import keras
    import tensorflow as tf
finally:
    os.dup2(stderr, 2)
    os.close(stderr)
    os.close(nowhere)

keras.config.set_image_data_format("channels_last")
tf.config.experimental.enable_op_determinism()  # the same seed gives the same weights, on several cores too

__all__ = ["LoadError", "keras", "load_model", "tf"]

logging.getLogger("absl").setLevel(logging.ERROR)  # "HDF5 is considered legacy": here .h5 is the chosen format
logging.getLogger("tensorflow").setLevel(logging.ERROR)  # that batches of several sizes take longer


class LoadError(Exception):
    """A file is not a model that Keras can use; the message says why."""


def load_model(path: Path) -> keras.Model:
    """Return the Keras model at `path`, for predicting. Raises LoadError. No code in the file is run."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the form of files from older versions
            model = keras.models.load_model(path, compile=False, safe_mode=True)
            model.input_shape, model.output_shape  # noqa: B018  (a model that was never built has none)
            return model
    except Exception as error:  # Keras raises nearly every type for a file that it cannot use
        reason = (str(error) or repr(error)).splitlines()[0]
        raise LoadError(f"{path} is not a model that Keras can load: {reason}") from error
