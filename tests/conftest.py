import os
import signal
import sys
from pathlib import Path

import pytest

os.environ["MPLBACKEND"] = "agg"  # no test opens a window

signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where it starts in the background

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


@pytest.fixture(scope="session")
def classify():
    """The model that comes with the project, whatever was trained here."""
    from digits.classifier import load_classifier
    from digits.files import SHIPPED

    return load_classifier(SHIPPED)
