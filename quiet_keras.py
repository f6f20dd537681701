"""Keras without TensorFlow's start-up chatter:  from quiet_keras import keras

TensorFlow 2.21 writes notes about drivers and oneDNN from C++ straight to file descriptor 2 before its own log
level (TF_CPP_MIN_LOG_LEVEL) counts, so the descriptor points elsewhere during the import. A failing import still
shows its traceback: Python writes that after the descriptor is back.
"""

import logging
import os
import sys

import console  # noqa: F401  (descriptor 2 is there, then)

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # for what TensorFlow logs later

os.environ.setdefault("TF_DETERMINISTIC_OPS", "1")  # the same seed gives the same weights, on several cores too

sys.stderr.flush()
stderr = os.dup(2)
nowhere = os.open(os.devnull, os.O_WRONLY)
os.dup2(nowhere, 2)
try:
    import keras
finally:
    os.dup2(stderr, 2)
    os.close(stderr)
    os.close(nowhere)

__all__ = ["keras"]

logging.getLogger("absl").setLevel(logging.ERROR)  # "HDF5 is considered legacy": here .h5 is the chosen format
