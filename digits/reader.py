"""Reads pictures from wherever they are: what `python prediction.py --json` prints, as dicts."""

import os
from collections.abc import Iterable, Iterator
from functools import cache
from typing import BinaryIO

import numpy as np

from digits.classifier import Classifier, load_classifier
from digits.files import Page
from digits.finding import find_rows
from digits.picture import PictureError, bytes_of, pages_in, read_picture
from digits.reading import Reading, result_of, unreadable
from digits.upright import read_upright

Source = str | os.PathLike | bytes | BinaryIO | np.ndarray


def read(source: Source, classify: Classifier | None = None, name: str = "", top: int = 3, page: int = 1) -> dict:
    """Return what `prediction.py --json` prints of a picture, as a dict; README.md describes it.

    source: a path, the bytes of a file, a file open for reading them, or a picture uint8, (h, w, 3) BGR or (h, w) grey.
    classify: what load_classifier returned, by default the model that prediction.py uses. name: "image" in the result,
    by default the path. top: how many of the likeliest digits to name for each mark, 1 to 10. page: of a PDF or TIFF,
    counted from 1. May be called from several threads.

    Where a file cannot be read, "error" says why. Raises ValueError for an array that is not a picture, ModelError if
    the default model cannot be used.
    """
    name = name or (str(source) if isinstance(source, (str, os.PathLike)) else "")
    if isinstance(source, np.ndarray):
        return result_on(Page(name), reading_in(source, classify), top)
    where = Page(name)
    try:
        data = bytes_of(source)
        where = Page(name, page, pages_in(data))
        return result_on(where, reading_in(read_picture(data, page=page), classify), top)
    except PictureError as error:
        return result_on(where, error)


def read_all(sources: Iterable[Source], classify: Classifier | None = None, top: int = 3) -> Iterator[dict]:
    """Yield what read returns, for every page of each of the sources in turn."""
    for source in sources:
        if isinstance(source, np.ndarray):
            yield read(source, classify, top=top)
            continue
        again = source if isinstance(source, (str, os.PathLike)) else bytes_of(source)  # an open file is read once
        for page in range(1, pages_in(again) + 1):
            yield read(again, classify, top=top, page=page)


def reading_in(picture: np.ndarray, classify: Classifier | None) -> Reading:
    return read_upright(find_rows(picture), lambda: picture, classify or default_classifier())


@cache
def default_classifier() -> Classifier:
    return load_classifier()


def result_on(page: Page, what: Reading | PictureError, top: int = 3) -> dict:
    """Return the result for a page: of what was read, or of why it cannot be."""
    result = unreadable(page.path, what) if isinstance(what, PictureError) else result_of(page.path, what, top)
    return {"image": result["image"], "page": page.number, "pages": page.of} | result if page.of > 1 else result
