import os
from pathlib import Path

import pytest

os.environ["MPLBACKEND"] = "agg"  # no test opens a window

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def classify():
    """The shipped model."""
    from prediction import load_classifier

    return load_classifier(ROOT / "models" / "handwritten_digit_cnn.h5")
