from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawing import picture_of

from digits import overlay
from digits.finding import find_rows
from digits.joining import characters_alone
from digits.reading import Reading, result_of


def read_as(picture, *shares):
    """Return the marks of the only row as characters 0, 1, ..., each with its share of certainty, and their entries."""
    probabilities = [np.where(np.arange(10) == i, share, (1 - share) / 9) for i, share in enumerate(shares)]
    (row,) = find_rows(picture).rows
    characters, confidence = characters_alone(row, np.array(probabilities))
    return characters, result_of("", Reading([characters], confidence))["digits"]


def shows(image, character):
    """Whether the 28x28 image of the character stands in `image`, three times as large."""
    seen = np.round(255 * character.mark.pixels).astype(np.uint8)
    tile = cv2.resize(seen, (84, 84), interpolation=cv2.INTER_NEAREST)
    return cv2.matchTemplate(image[..., 0], tile, cv2.TM_SQDIFF_NORMED).min() < 1e-3


def test_it_holds_the_picture_and_every_image_that_the_net_saw():
    picture = picture_of("73", size=(500, 700), at=(100, 100))
    characters, digits = read_as(picture, 1, 1)
    image = overlay.with_boxes(picture, characters, digits)
    assert image.dtype == np.uint8 and image.shape == (500, 804, 3)
    for character in characters:
        x, y, width, height = character.mark.box
        inside = np.s_[y + 5 : y + height - 5, x + 5 : x + width - 5]
        assert np.array_equal(image[inside], picture[inside])
        assert shows(image, character)


def test_the_box_is_about_the_digit_and_tells_by_its_colour_whether_it_is_sure():
    picture = picture_of("73", size=(500, 700), at=(100, 100))
    characters, digits = read_as(picture, 0.9, 0.3)
    image = overlay.with_boxes(picture, characters, digits)
    for digit, colour, other in zip(
        digits,
        *[(overlay.SURE_COLOUR, overlay.UNSURE_COLOUR), (overlay.UNSURE_COLOUR, overlay.SURE_COLOUR)],
        strict=True,
    ):
        x, y, width, height = digit["box"]
        about = image[y - 6 : y + height + 6, x - 6 : x + width + 6]
        rows, columns = np.nonzero((about == colour).all(axis=2))
        assert np.ptp(rows) >= height and np.ptp(columns) >= width
        assert not (about == other).all(axis=2).any()


def test_a_strip_a_large_picture_and_many_marks_have_one_too():
    for shape in ((2, 9000, 3), (9000, 2, 3), (3000, 4000, 3)):
        image = overlay.with_boxes(np.full(shape, 255, np.uint8), [], [])
        assert image.size and max(image.shape) <= 1000, shape
    picture = picture_of("1234567890", height=60, pen=4)
    characters, digits = read_as(picture, *[1] * 10)
    image = overlay.with_boxes(picture, characters, digits)
    assert all(shows(image, character) for character in characters)


def test_no_overlay_takes_anothers_name():
    paths = ["in/a.png", "in_a.png", "in/a.jpg", "../in/a.png", str(Path("/in/b.png").absolute())]
    names = overlay.overlay_names([Path(path) for path in paths])
    assert names[:4] == ["in_a.png.read.png", "in_a.png.2.read.png", "in_a.jpg.read.png", "in_a.png.3.read.png"]
    assert names[4] == "in_b.png.read.png"


def test_what_is_saved_is_the_image(tmp_path):
    image = picture_of("7")
    overlay.save(image, tmp_path / "größe.png")
    assert np.array_equal(cv2.imdecode(np.fromfile(tmp_path / "größe.png", np.uint8), cv2.IMREAD_COLOR), image)
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(OSError):
        overlay.save(image, tmp_path / "missing" / "a.png")


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_the_window_shows_the_image_in_its_colours_under_its_title():
    image = picture_of("7") // (1, 2, 3)
    overlay.show(image.astype(np.uint8), "a.png")
    (shown,) = plt.figure("a.png").axes[0].images
    assert np.array_equal(shown.get_array(), image[..., ::-1])


def test_where_no_window_can_be_opened_the_reason_is_told():
    assert overlay.reason_for_no_window() == "There is no display, or no tkinter"  # see conftest.py
