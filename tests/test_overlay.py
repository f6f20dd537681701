from pathlib import Path

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pytest
from drawing import picture_of

from digits import overlay
from digits.files import Page
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
    assert image.dtype == np.uint8 and image.shape == (500, 700 + 2 * 104, 3)
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


def test_the_images_that_the_net_saw_lie_in_reading_order_row_by_row():
    picture = picture_of("73\n412", height=100, pen=9)
    rows = [characters_alone(row, np.full((len(row.marks), 10), 0.1))[0] for row in find_rows(picture).rows]
    marks = [mark for row in rows for mark in row]
    digits = [{"digit": 1, "confidence": 0.5, "sure": True}] * 5
    places = {lines: [place_of(mark, overlay.tiles_of(marks, digits, lines)) for mark in marks] for lines in (1, 2, 9)}
    assert places[2] == places[9] == [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]
    assert places[1] == [(0, 0), (0, 1), (0, 2), (0, 3), (0, 4)]  # more rows than lines: one after the other


def place_of(character, tiles):
    """Return in which line and column of the tiles the image of a character stands."""
    seen = np.round(255 * character.mark.pixels).astype(np.uint8)
    tile = cv2.resize(seen, (84, 84), interpolation=cv2.INTER_NEAREST)
    _, _, (x, y), _ = cv2.minMaxLoc(cv2.matchTemplate(tiles[..., 0], tile, cv2.TM_SQDIFF_NORMED))
    return y // overlay.TILE_HEIGHT, x // overlay.TILE_WIDTH


def test_no_overlay_takes_anothers_name(tmp_path):
    paths = ["in/a.png", "in_a.png", "in/a.jpg", "../in/a_2.png", str(Path("/in/b.png").absolute()), "c.x.png"]
    pages = [*[Page(Path(path)) for path in paths], Page(Path("d.pdf"), 2, 3), Page(Path("d.tif"), 2, 3)]
    saved = []
    for page in pages:
        saved.append(overlay.save(picture_of("7"), tmp_path, page, saved))
    names = ["in_a", "in_a_2", "in_a_3", "in_a_2_2", "in_b", "c.x", "d_page_2", "d_2_page_2"]
    assert saved == [tmp_path / f"{name}.read.png" for name in names]


def test_what_is_saved_is_the_image(tmp_path):
    image = picture_of("7")
    path = overlay.save(image, tmp_path, Page(Path("größe.png")))
    assert np.array_equal(cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR), image)
    assert len(list(tmp_path.iterdir())) == 1
    with pytest.raises(OSError):
        overlay.save(image, tmp_path / "missing", Page(Path("a.png")))


@pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")
def test_the_window_shows_the_image_in_its_colours_under_its_title():
    image = picture_of("7") // (1, 2, 3)
    overlay.show(image.astype(np.uint8), "a.png")
    (shown,) = plt.figure("a.png").axes[0].images
    assert np.array_equal(shown.get_array(), image[..., ::-1])


def test_where_no_window_can_be_opened_the_reason_is_told():
    assert overlay.reason_for_no_window() == "There is no display, or no tkinter"  # see conftest.py
