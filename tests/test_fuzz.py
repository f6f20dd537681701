"""Whatever comes in, what comes out is well-formed or a clear error; hypothesis thinks up what comes in."""

import sys
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytest
from drawing import picture_of

import prediction
from digits import read, read_picture
from digits.classifier import Classifier, ModelError
from digits.files import DEFAULT_MODEL, near
from digits.finding import find_rows
from digits.finding.rows import MAX_WIDTH
from digits.mnist_form import to_mnist
from digits.picture import PictureError
from digits.rows import CHARACTERS, DIVIDERS, FRAME, ROW_HEIGHT

hypothesis = pytest.importorskip("hypothesis")
st = pytest.importorskip("hypothesis.strategies")
of_numpy = pytest.importorskip("hypothesis.extra.numpy")
given, settings = hypothesis.given, hypothesis.settings

few = settings(max_examples=40, derandomize=True, deadline=None, database=None)
more = settings(few, max_examples=150)


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """The pictures are tiny: threads would only cost time."""
    usual = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(usual)


def check_found(found, shape):
    """Assert that what was found in a picture of `shape` is well-formed and lies in it."""
    assert found.whole.marks == [] and [row.number for row in found.rows] == list(range(len(found.rows)))
    for row in (*found.rows, found.whole):
        assert row.ink.dtype == np.float32 and row.ink.shape[0] == ROW_HEIGHT and 8 <= row.ink.shape[1] <= MAX_WIDTH
        assert 0 <= row.ink.min() <= row.ink.max() <= 1
        assert row.to_picture.shape == (2, 3) and np.isfinite(row.to_picture).all()
        for mark in row.marks:
            check_box(mark.box, shape)
            check_pixels(mark.pixels)
            assert mark.row == row.number and mark.span[0] < mark.span[1]
    assert all(row.marks for row in found.rows)


def check_box(box, shape):
    x, y, width, height = box
    assert 0 <= x < x + width <= shape[1] and 0 <= y < y + height <= shape[0]


def check_pixels(pixels):
    assert pixels.shape == (28, 28) and pixels.dtype == np.float32
    assert pixels.min() >= 0 and 0 < pixels.max() <= 1


@few
@given(of_numpy.arrays(of_numpy.scalar_dtypes(), of_numpy.array_shapes(min_dims=0, min_side=0, max_side=9)))
def test_an_array_of_any_shape_and_type_is_a_picture_or_refused(array):
    if array.dtype == np.uint8 and (array.ndim == 2 or (array.ndim == 3 and array.shape[2] == 3)) and array.size:
        check_found(find_rows(array), array.shape)
    else:
        with pytest.raises(ValueError, match="a picture is "):
            find_rows(array)


sides = st.integers(1, 40) | st.sampled_from([1, 2, 160, 700, 4000])
strokes = st.lists(st.tuples(*[st.integers(-20, 60)] * 4, st.integers(1, 30), st.integers(0, 255)), max_size=6)


@pytest.mark.slow
@few
@given(sides, sides, strokes, st.integers(0, 255), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_what_is_found_and_read_in_any_picture_is_well_formed(classify, height, width, strokes, paper, noise, seed):
    picture = np.full((height, width, 3), paper, np.uint8)
    for x0, y0, x1, y1, pen, ink in strokes:
        cv2.line(picture, (x0, y0), (x1, y1), (ink, 255 - ink, ink // 2), pen)
    random = np.random.default_rng(seed)
    spread = random.integers(-noise, noise + 1, picture.shape)
    picture = np.clip(picture + spread, 0, 255).astype(np.uint8)
    before = picture.copy()
    check_found(find_rows(picture), picture.shape)
    check_result(read(picture, classify), picture.shape)

    def any_frames(inks):
        return [random.dirichlet(np.full(1 + len(CHARACTERS), 0.02), -(-ink.shape[1] // FRAME)) for ink in inks]

    check_result(read(picture, Classifier(classify.net, any_frames)), picture.shape)
    assert np.array_equal(picture, before)


def check_result(result, shape):
    """Assert that what was read in a picture of `shape` is well-formed and lies in it."""
    assert 0 <= result["confidence"] <= 1 and set(result["text"]) <= set(f"0123456789?{DIVIDERS} \n")
    assert sum(each.isdigit() or each == "?" for each in result["text"]) == len(result["digits"])
    for digit in result["digits"]:
        check_box(digit["box"], shape)
        assert 0 <= digit["confidence"] <= 1 and digit["row"] >= 0


@few
@given(of_numpy.arrays(bool, of_numpy.array_shapes(min_dims=2, max_dims=2, max_side=60)).filter(np.any))
def test_any_mask_takes_mnists_form(mask):
    check_pixels(to_mnist(mask))


SEVEN = picture_of("7", height=40, pen=4)
KINDS = {kind: cv2.imencode(kind, SEVEN)[1].tobytes() for kind in (".png", ".jpg", ".gif", ".tiff", ".webp", ".bmp")}
changes = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@more
@given(st.sampled_from(sorted(KINDS)), changes, st.floats(0.5, 1))
def test_a_damaged_file_is_a_picture_or_refused(kind, changes, kept):
    data = bytearray(KINDS[kind][: int(kept * len(KINDS[kind]))])
    for place, value in changes:
        data[int(place * (len(data) - 1))] = value
    check_bytes(bytes(data))


@few
@given(st.binary(max_size=300))
def test_any_bytes_are_a_picture_or_refused(data):
    check_bytes(data)


def check_bytes(data):
    try:
        picture = read_picture(data, max_pixels=10**6)
    except PictureError as error:
        assert "\n" not in str(error)
    else:
        assert picture.dtype == np.uint8 and picture.ndim == 3 and picture.shape[2] == 3 and picture.size


PATHS = st.sampled_from(["seven.png", "text.png", "missing.png", "folder", "empty", "", "odd\n\udcff name.png"])
OPTIONS = st.sampled_from([["--json"], ["--show"], ["--"], ["-h"], ["--nonsense"], ["--top", "3"], ["--top", "11"]])
PLACES = st.tuples(st.sampled_from(["--save", "--model"]), PATHS)
words = st.tuples(PATHS) | PLACES | OPTIONS | st.tuples(st.text("a-= ./é\n", max_size=5))


@few
@given(st.lists(words, max_size=4))
def test_any_command_line_ends_well(classify, arguments):
    def load_classifier(path):
        return classify if path == near(DEFAULT_MODEL) else usual(path)

    usual = prediction.load_classifier
    with TemporaryDirectory() as place, pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for folder in ("folder", "empty"):
            Path(folder).mkdir()
        for name in ("seven.png", "folder/seven.png"):
            Path(name).write_bytes(KINDS[".png"])
        Path("text.png").write_text("no picture")
        patch.setattr(prediction, "load_classifier", load_classifier)
        patch.setattr("digits.classifier.keras_net", no_keras)
        patch.setattr(prediction, "IMAGES", Path(place) / "folder")
        patch.setattr(sys, "argv", ["prediction.py", *chain(*arguments)])
        try:
            status = prediction.main()
        except SystemExit as end:  # argparse
            status = end.code
    assert status in (0, 1, 2)


def no_keras(path):
    raise ModelError(f"{path}: loading it would take seconds")
