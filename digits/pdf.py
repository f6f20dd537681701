"""Draws the pages of PDF files, by PDFium. Import it only where a PDF is met: pypdfium2 may be missing."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import BinaryIO

import numpy as np
import pypdfium2

LONG_SIDE = 2400  # px of a page, whatever its size on paper: 200 to an inch of A4, and few enough to bound memory

one_at_a_time = threading.RLock()  # PDFium is not made for threads


class TooLargeError(ValueError):
    """A picture in the page has more pixels than are decoded."""


@contextmanager
def opened(file: bytes | BinaryIO) -> Iterator[pypdfium2.PdfDocument]:
    """Yield the document in `file`, and keep other threads from PDFium meanwhile. Raises pypdfium2.PdfiumError."""
    with one_at_a_time, pypdfium2.PdfDocument(file) as document:
        yield document


def page_count(file: bytes | BinaryIO) -> int:
    with opened(file) as document:
        return len(document)


def page_of(file: bytes | BinaryIO, number: int, max_pixels: int) -> np.ndarray:
    """Return page `number`, counted from 1, as uint8 (h, w, 3), BGR, its longer side LONG_SIDE px.

    Raises pypdfium2.PdfiumError, or TooLargeError if a picture in it has more than `max_pixels`.
    """
    with opened(file) as document, closing(document[number - 1]) as page:
        for picture in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE]):
            width, height = picture.get_px_size()
            if width * height > max_pixels:
                raise TooLargeError
        with closing(page.render(scale=LONG_SIDE / max(page.get_size()))) as bitmap:
            return bitmap.to_numpy().copy()
