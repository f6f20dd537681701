"""The model that answers, and what the page shows of it."""

from pathlib import Path
from typing import NamedTuple

from digits.classifier import Classifier, load_classifier
from digits.files import record_beside
from digits.layers import layers_of
from digits.web.filters import filters_of


class Model(NamedTuple):
    classify: Classifier
    path: Path
    record: dict
    layers: list[dict]
    filters: dict | None


def model_at(path: Path, classify: Classifier | None = None) -> Model:
    """Return the model at `path`, which `classify` was loaded from. Raises ModelError if it cannot be loaded."""
    record = record_beside(path)
    return Model(classify or load_classifier(path), path, record, layers_of(path, record), filters_of(path))
