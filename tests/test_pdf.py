import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from drawing import picture_of
from PIL import Image

pytest.importorskip("pypdfium2", reason="PDF takes pypdfium2")

from digits import PictureError, PictureTooLargeError, read, read_picture
from digits.finding import find_marks
from digits.pdf import LONG_SIDE
from digits.picture import pages_in


def scan(*texts, **options):
    """Return the bytes of a PDF as scanners write it: a picture a page, of each text."""
    first, *others = (Image.fromarray(picture_of(text)) for text in texts)
    file = io.BytesIO()
    first.save(file, "PDF", save_all=True, append_images=others, **options)
    return file.getvalue()


def test_each_page_is_a_picture_of_bounded_size_whatever_its_size_on_paper():
    for resolution in (10, 72, 600):
        data = scan("12", "345", resolution=resolution)
        assert pages_in(data) == 2
        for page, text in ((1, "12"), (2, "345")):
            picture = read_picture(data, page=page)
            assert picture.dtype == np.uint8 and picture.shape[2] == 3 and max(picture.shape) == LONG_SIDE
            assert len(find_marks(picture)) == len(text)


def test_pages_are_counted_and_read_at_a_path_too(tmp_path, classify):
    path = tmp_path / "scan"  # no ending: what counts is what is in it
    path.write_bytes(scan("12", "345"))
    assert pages_in(path) == 2 and read(path, classify, page=2)["text"] == "345"


def test_what_cannot_be_read_is_refused():
    whole = scan("7")
    for data in (whole[: len(whole) // 2], b"%PDF-1.7", b"%PDF-1.4 nothing"):
        with pytest.raises(PictureError, match="a damaged image"):
            read_picture(data)
        assert pages_in(data) == 1
    with pytest.raises(PictureError, match="has no page 2: it has 1"):
        read_picture(whole, page=2)
    with pytest.raises(PictureTooLargeError, match="megapixels"):
        read_picture(whole, max_pixels=10_000)


def test_threads_get_the_pages_that_one_gets():
    data = scan(*"0123456789")
    expected = [read_picture(data, page=1 + i) for i in range(10)]
    with ThreadPoolExecutor(4) as pool:
        pages = list(pool.map(lambda i: read_picture(data, page=1 + i % 10), range(30)))
    assert all(np.array_equal(page, expected[i % 10]) for i, page in enumerate(pages))
