"""What people's pictures do to a digit, each drawn here: asserted is what is read, not how it is found."""

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import draw, picture_of, save_picture

import prediction
from images.draw_samples import STROKES, curve, points_of
from preprocessing import read_picture


def text_in(picture, classify):
    """Return what prediction.py prints for a picture, with ? for marks that it is not sure of."""
    return prediction.result_of("", *prediction.read_marks(picture, classify))["text"]


def lit(picture, light):
    """Return the picture under `light`, 1 = as it is, (h, w) or (h, w, 3)."""
    light = light if light.ndim == 3 else light[..., np.newaxis]
    return np.clip(picture * light, 0, 255).astype(np.uint8)


def noisy(picture, amount=3, seed=0):
    noise = np.random.default_rng(seed).normal(0, amount, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def coloured(digit, ink, paper=(245, 245, 245), pen=12):
    """Return a digit in BGR `ink` on `paper`."""
    cover = 1 - picture_of(digit, ink=0, paper=255, pen=pen) / 255
    return np.round(cover * ink + (1 - cover) * paper).astype(np.uint8)


def grid(picture):
    height, width = picture.shape[:2]
    return np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))


# --- light ---


def vignette(picture):
    x, y = grid(picture)
    return lit(picture, 1 - 1.2 * ((x - 0.5) ** 2 + (y - 0.5) ** 2))


def shadow_band(picture):
    x, y = grid(picture)
    return lit(picture, 1 - 0.4 * np.exp(-(((x + 0.4 * y - 0.7) / 0.2) ** 2)))


def hard_shadow(picture):
    x, y = grid(picture)
    return lit(picture, np.where(y > 0.3 + 0.5 * x, 0.5, 1.0))


def half_bright(picture):
    x, _ = grid(picture)
    return lit(picture, np.where(x > 0.45, 1.0, 0.72))


def colour_cast(picture):
    return lit(picture, np.full((*picture.shape[:2], 3), (0.6, 0.85, 1.0)))


@pytest.mark.parametrize("light", [vignette, shadow_band, hard_shadow, half_bright, colour_cast])
@pytest.mark.parametrize("digit", "2358")
def test_light_and_shadow(digit, light, classify):
    picture = picture_of(digit, pen=9)
    assert text_in(noisy(light(picture)), classify) == digit


@pytest.mark.parametrize("digit", "023456789")
def test_soft_strokes_half_in_shadow(digit, classify):
    picture = picture_of(digit, height=160, pen=10, ink=120, size=(480, 450), at=(150, 150))
    x, _ = grid(picture)
    shadow = cv2.GaussianBlur(np.where(x < 0.55, 0.6, 1.0), (0, 0), 3)
    assert text_in(noisy(lit(cv2.GaussianBlur(picture, (0, 0), 2), shadow), 2), classify) == digit


@pytest.mark.parametrize("paper", [(170, 170, 170), (190, 215, 228), (120, 225, 245), (60, 90, 60), (30, 30, 30)])
def test_grey_beige_yellow_paper_and_boards(paper, classify):
    ink = (25, 20, 20) if sum(paper) > 300 else (225, 230, 228)
    assert text_in(noisy(coloured("4", ink, paper)), classify) == "4"


# --- ink ---


INKS = {
    "thin blue ballpoint": ((150, 60, 40), 3),
    "pencil of hardly any contrast": ((205, 205, 205), 5),
    "red": ((40, 40, 210), 10),
    "green": ((70, 150, 40), 10),
    "cyan": ((230, 210, 60), 10),
    "yellow marker": ((90, 230, 240), 16),
    "fat brush": ((30, 30, 30), 34),
    "one pixel": ((0, 0, 0), 1),
}


@pytest.mark.parametrize("name", INKS)
@pytest.mark.parametrize("digit", "0369")
def test_every_ink(name, digit, classify):
    ink, pen = INKS[name]
    assert text_in(noisy(coloured(digit, ink, pen=pen), 1.5), classify) == digit


@pytest.mark.parametrize("digit", "2358")
@pytest.mark.parametrize("ink, paper", [(30, 255), (225, 0)])
def test_fat_soft_strokes_that_leave_little_paper_between_them(digit, ink, paper, classify):
    picture = picture_of(digit, height=900, pen=290, ink=ink, paper=paper, size=(1800, 1800), at=(450, 450))
    assert text_in(cv2.GaussianBlur(picture, (0, 0), 15), classify) == digit


@pytest.mark.parametrize("slope", [-0.3, 0, 0.3])
@pytest.mark.parametrize("width", [60, 100])
def test_a_1_that_is_a_ragged_block_up_to_half_as_wide_as_high(width, slope, classify):
    random = np.random.default_rng(0)
    picture = np.full((280, 360), 250, np.uint8)
    for y in range(0, 200, 10):  # as a scanner of few dots makes it
        middle = 180 + slope * (y - 100)
        left, right = np.int32(middle + random.integers(-8, 9, 2) + [-width / 2, width / 2])
        picture[40 + y : 50 + y, left:right] = 30
    assert text_in(cv2.GaussianBlur(picture, (0, 0), 3), classify) == "1"


def test_a_bold_4_is_no_board(classify):
    for height, pen in ((300, 60), (300, 84), (600, 120), (900, 216)):
        four = picture_of("4", height=height, pen=pen, paper=255, size=(2 * height, 2 * height), at=[height // 2] * 2)
        assert text_in(four, classify) == text_in(255 - four, classify) == "4"


@pytest.mark.parametrize("digit", "379")
def test_a_soft_pencil_close_by(digit, classify):
    picture = picture_of(digit, height=700, pen=60, ink=150)
    soft = np.minimum(cv2.GaussianBlur(picture, (0, 0), 16), cv2.GaussianBlur(picture, (0, 0), 5))
    assert text_in(noisy(soft, 4), classify) == digit


def test_two_colours_in_one_digit(classify):
    red, blue = coloured("3", (40, 40, 220)), coloured("3", (220, 60, 40))
    half = red.shape[0] // 2
    assert text_in(np.vstack([red[:half], blue[half:]]), classify) == "3"


def test_dim_grey_on_black(classify):
    assert text_in(picture_of("6", ink=38, paper=0), classify) == "6"


# --- what is not ink ---


def on_table(picture):
    table = noisy(np.full((picture.shape[0] + 90, picture.shape[1] + 120, 3), (50, 75, 100)), 6)
    table[50:-40, 40:-80] = picture
    return table


def black_margins(picture):
    return cv2.copyMakeBorder(picture, 0, 0, 40, 25, cv2.BORDER_CONSTANT, value=(0, 0, 0))


def crop_on_white(picture):
    return cv2.copyMakeBorder(
        lit(picture, np.full(picture.shape, 0.85)), *[60] * 4, cv2.BORDER_CONSTANT, value=[255] * 3
    )


def framed(picture):
    return cv2.rectangle(picture, (12, 12), (picture.shape[1] - 13, picture.shape[0] - 13), (40, 40, 40), 3)


def boxed(picture):
    height, width = picture.shape[:2]
    return cv2.rectangle(
        picture, (int(0.2 * width), int(0.1 * height)), (int(0.85 * width), int(0.9 * height)), (60,) * 3, 2
    )


def ruled(picture, ink=(215, 185, 150), squared=False):
    page = picture.copy()
    for y in range(25, page.shape[0], 42):
        cv2.line(page, (0, y), (page.shape[1], y + 3), ink, 2, cv2.LINE_AA)
    for x in range(20, page.shape[1], 42) if squared else ():
        cv2.line(page, (x, 0), (x + 2, page.shape[0]), ink, 2, cv2.LINE_AA)
    return np.minimum(page, picture)


def squared(picture):
    return ruled(picture, squared=True)


def ruled_in_black(picture):
    return ruled(picture, (90, 90, 90))


def show_through(picture):
    back = 255 - (255 - cv2.flip(picture, 1).astype(int)) // 6
    return np.minimum(picture, np.roll(back, 60, axis=1)).astype(np.uint8)


def dots_and_hairs(picture):
    random = np.random.default_rng(2)
    for x, y in random.uniform(0, 1, (12, 2)) * picture.shape[1::-1]:
        cv2.circle(picture, (int(x), int(y)), int(random.integers(1, 3)), (60, 60, 60), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (30, 40), (26, 14), 20, 0, 110, (90, 90, 90), 1, cv2.LINE_AA)
    return picture


def home_bar(picture):
    height, width = picture.shape[:2]
    return cv2.line(picture, (int(0.3 * width), height - 9), (int(0.7 * width), height - 9), (0, 0, 0), 5)


SURROUNDINGS = [
    on_table,
    black_margins,
    crop_on_white,
    framed,
    boxed,
    ruled,
    squared,
    ruled_in_black,
    show_through,
    dots_and_hairs,
    home_bar,
]


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
@pytest.mark.parametrize("digit", "2479")
def test_what_is_not_ink_is_left_out(digit, surroundings, classify):
    assert text_in(noisy(surroundings(picture_of(digit, pen=10)), 2), classify) == digit


def boxes(text, box_for_each):
    """Return a picture of `text`, each digit in a box of its own or all in a table of one row, seen from the side."""
    width = 260 * len(text) + 40
    picture = picture_of("", size=(300, width))
    for i, digit in enumerate(text):
        draw(picture, digit, (100 + 260 * i, 90), 120, 6, (30, 30, 30))
        left, right = (60 + 260 * i, 240 + 260 * i) if box_for_each else (20 + 260 * i, 280 + 260 * i)
        cv2.rectangle(picture, (left, 40), (right, 260), (60, 60, 60), 6)
    corners = np.float32([(0, 0), (width, 0), (width, 300), (0, 300)])
    seen = np.float32([(60, 10), (width + 50, 0), (width - 10, 300), (0, 290)])
    turn = cv2.getPerspectiveTransform(corners, seen)
    return cv2.warpPerspective(picture, turn, (width + 60, 300), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("box_for_each", [True, False])
@pytest.mark.parametrize("text", ["3", "407", "25186"])
def test_boxes_and_tables_seen_from_the_side(text, box_for_each, classify):
    assert text_in(noisy(boxes(text, box_for_each)), classify) == text


def test_a_2_whose_loop_lies_apart_is_no_box_about_it(classify):
    picture = np.full((400, 400), 245, np.uint8)
    arc = (4, 2), (30, 6), (50, 18), (67, 34), (74, 55), (75, 75), (72, 112)
    for line in (arc, [(14, 86), (40, 95), (60, 112), (122, 138)], [(18, 97), (16, 112), (22, 120)]):
        cv2.polylines(picture, [np.int32(100 + 1.8 * np.array(line))], False, 30, 10, cv2.LINE_AA)
    assert text_in(picture, classify) == "2"


def test_a_0_with_specks_in_it_is_no_table():
    picture = picture_of("0", height=300)
    for y in (260, 330):
        cv2.circle(picture, (250, y), 15, (60, 60, 60), -1, cv2.LINE_AA)
    (mark,) = prediction.find_marks(picture)
    assert mark.box[3] > 280, "the 0, not what is in it"


def amid(ground, picture, degrees=3):
    """Return a picture of a sheet that lies turned on streaky wood of the colour `ground`, and where it is: (x, y)."""
    height, width = picture.shape[:2]
    size = 2 * width, 2 * height
    x, y = width / 2, height / 2
    place = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    place[:, 2] += x, y
    streaks = cv2.resize(noisy(np.full((size[1] // 8, 4, 3), ground, np.uint8), 12), size)
    return cv2.warpAffine(picture, place, size, streaks, borderMode=cv2.BORDER_TRANSPARENT), (x, y)


@pytest.mark.parametrize("ground, ink, paper", [((40, 60, 95), 40, 240), ((210, 225, 225), 235, 45)])
@pytest.mark.parametrize("text", ["207", "94\n38", "1"])
def test_a_sheet_that_lies_on_something_else_and_a_board_on_a_wall(ground, ink, paper, text, classify):
    sheet = picture_of(text, height=120, pen=8, ink=ink, paper=paper)
    picture, (left, top) = amid(ground, cv2.resize(sheet, None, fx=2, fy=2))
    marks, probabilities = prediction.read_marks(picture, classify)
    assert prediction.result_of("", marks, probabilities)["text"] == text
    for mark, alone in zip(marks, prediction.find_marks(cv2.resize(sheet, None, fx=2, fy=2)), strict=True):
        assert np.allclose(mark.box, np.add(alone.box, (left, top, 0, 0)), atol=30)


@pytest.mark.parametrize("digits", ["18", "855", "362"])
def test_cards_on_a_table(digits, classify):
    picture = np.full((900, 1400, 3), (40, 60, 95), np.uint8)
    papers = [(240, 244, 245), (120, 235, 250), (190, 180, 250)]
    for i, (digit, paper) in enumerate(zip(digits, papers, strict=False)):
        card = np.where(picture_of(digit, height=150, pen=13, size=(300, 300), at=(100, 75)) < 128, 40, paper)
        place = cv2.getRotationMatrix2D((150, 150), 5 - 5 * i, 1)
        place[:, 2] += 100 + 430 * i, 280 + 30 * i
        cv2.warpAffine(card.astype(np.uint8), place, (1400, 900), picture, borderMode=cv2.BORDER_TRANSPARENT)
    assert text_in(noisy(cv2.GaussianBlur(picture, (0, 0), 1.2)), classify) == digits


def test_the_halves_of_what_may_be_two_digits_lie_on_the_sheet_too():
    sheet = picture_of("10", height=300, pen=16, size=(700, 900))
    cv2.line(sheet, (250, 300), (500, 300), (30, 30, 30), 16)  # so that they touch
    picture, (left, top) = amid((40, 60, 95), sheet, degrees=0)
    (mark,), (alone,) = prediction.find_marks(picture), prediction.find_marks(sheet)
    assert mark.readings and len(mark.readings) == len(alone.readings)
    for parts, expected in zip(mark.readings, alone.readings, strict=True):
        for part, other in zip(parts, expected, strict=True):
            assert np.allclose(part.box, np.add(other.box, (left, top, 0, 0)), atol=8)


def test_a_sheet_so_narrow_that_it_has_no_middle(recwarn):
    picture = np.full((160, 1200, 3), 60, np.uint8)
    picture[40:120, 36:1164] = 240
    assert prediction.find_marks(picture) == [] and not recwarn.list


@pytest.mark.parametrize("size", [(200, 60), (190, 90)])
@pytest.mark.parametrize("ink, paper", [(20, 250), (250, 0)])
def test_a_solid_block_is_ink_and_no_sheet(size, ink, paper):
    picture = np.full((280, 280, 3), paper, np.uint8)
    height, width = size
    picture[40 : 40 + height, 90 : 90 + width] = ink
    for y in range(48, 40 + height, 30):  # ragged, as scanners leave it
        picture[y : y + 6, 90 : 94 + y % 7] = paper
    (mark,) = prediction.find_marks(picture)
    assert np.allclose(mark.box, (90, 40, width, height), atol=8)


def test_a_faint_line_does_not_lengthen_the_digit_that_it_crosses(classify):
    picture = read_picture(ROOT / "images" / "four.jpg")
    for height in (330, 360, 420):
        small = cv2.resize(picture, None, fx=height / 700, fy=height / 700, interpolation=cv2.INTER_AREA)
        assert text_in(small, classify) == "4", height


def test_a_0_whose_sides_are_darker_than_its_ends_is_one_digit(classify):
    picture, ring = np.full((400, 400), 245, np.uint8), ((200, 200), (110, 70), -30)
    cv2.ellipse(picture, *ring, 0, 360, 180, 14, cv2.LINE_AA)
    for start, end in ((-25, 105), (155, 285)):
        cv2.ellipse(picture, *ring, start, end, 30, 14, cv2.LINE_AA)
    assert text_in(cv2.GaussianBlur(picture, (0, 0), 3), classify) == "0"


def test_two_1s_that_a_pale_line_joins_are_no_loop(classify):
    picture = np.full((400, 400), 245, np.uint8)
    cv2.line(picture, (145, 285), (235, 285), 180, 8)
    for left in (80, 170):
        draw(picture, "1", (left, 100), 200, 14, 30)
    assert text_in(picture, classify) == "11"


def test_a_table_that_shows_along_two_sides_is_no_digit(classify):
    picture = picture_of("1234", pen=3, ink=110)
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    picture[(y < 10 + 0.01 * x) | ((x > width - 9) & (y < 0.45 * height))] = 40, 50, 70
    assert text_in(noisy(picture, 2), classify) == "1234"


@pytest.mark.parametrize("surroundings", [on_table, black_margins, ruled, squared, vignette, hard_shadow])
def test_paper_without_digits_has_none(surroundings, classify):
    assert text_in(noisy(surroundings(picture_of("", size=(300, 400))), 2), classify) == ""


@pytest.mark.parametrize("digit", "0358")
def test_jpeg_noise_at_28_px(digit, classify):
    small = cv2.resize(picture_of(digit, pen=22), (28, 28), interpolation=cv2.INTER_AREA)
    jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
    assert text_in(cv2.imdecode(jpeg, cv2.IMREAD_COLOR), classify) == digit


# --- place and size ---


def test_three_percent_of_the_height_of_a_twelve_megapixel_photo(classify):
    photo = np.full((3000, 4000, 3), 225, np.uint8)
    for i, digit in enumerate("274"):
        plane = photo[..., 0].copy()
        draw(plane, digit, (2900 + 110 * i, 2500), 90, 7, 40)
        photo = cv2.merge([plane] * 3)
    assert text_in(noisy(photo, 4), classify) == "274"


@pytest.mark.parametrize("digit", "0256789")
def test_a_digit_that_fills_the_frame_and_touches_its_border(digit, classify):
    picture = picture_of(digit, pen=24)
    rows, columns = np.nonzero(picture[..., 0] < 100)
    tight = picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    assert text_in(tight, classify) == digit


def test_a_five_whose_bar_stands_apart_to_the_right(classify):
    picture = np.full((300, 400, 3), 245, np.uint8)
    body = curve(np.array([(112, 110), (107, 138), (136, 142), (142, 166), (130, 184), (97, 187)], float))
    for line in (body, np.array([(128, 112), (232, 82)])):
        cv2.polylines(picture, [np.int32(line)], False, (30, 30, 30), 8, cv2.LINE_AA)
    assert text_in(picture, classify) == "5"


@pytest.mark.parametrize("size", [(200, 2000), (1500, 200)])
def test_long_and_narrow_pictures(size, classify):
    assert text_in(picture_of("5", height=120, pen=8, size=size, at=(60, 40)), classify) == "5"


# --- form ---


@pytest.mark.parametrize("digit", "2357")
def test_a_dotted_outline_is_one_digit(digit, classify):
    picture = np.full((420, 360, 3), 245, np.uint8)
    last = np.zeros(2)
    for point in curve(points_of(STROKES[digit][0])) * 300 + (70, 60):
        if np.hypot(*(point - last)) > 24:
            cv2.circle(picture, [int(v) for v in point], 7, (40, 40, 40), -1, cv2.LINE_AA)
            last = point
    assert text_in(picture, classify) == digit


@pytest.mark.parametrize("digit", "2379")
def test_a_dotted_line_just_below_a_digit(digit, classify):
    picture = picture_of(digit, height=180, pen=10, size=(600, 900), at=(360, 200))
    for x in range(240, 640, 14):
        cv2.circle(picture, (x, 397), 3, (30, 30, 30), -1, cv2.LINE_AA)
    assert text_in(noisy(picture), classify) == digit


@pytest.mark.parametrize("lines", [1, 2])
@pytest.mark.parametrize("digit", "0279")
def test_an_underlined_digit(digit, lines, classify):
    picture = picture_of(digit, height=180, pen=11, size=(600, 900), at=(360, 150))
    for y in (360, 385)[:lines]:
        cv2.line(picture, (345, y), (510, y - 4), (30, 30, 30), 10, cv2.LINE_AA)
    assert text_in(picture, classify) == digit


@pytest.mark.parametrize("digits", ["0", "3", "5", "58", "123"])
def test_each_digit_in_a_circle(digits, classify):
    picture = np.full((600, 400 * len(digits) + 100, 3), 245, np.uint8)
    for i, digit in enumerate(digits):
        grey = picture_of(digit, height=160, pen=10, size=(600, 400), at=(130, 210))
        cv2.ellipse(grey, (180, 290), (160, 150), 0, 20, 380, (30, 30, 30), 7, cv2.LINE_AA)
        picture[:, 400 * i + 50 : 400 * i + 450] = grey
    assert text_in(picture, classify) == digits


@pytest.mark.parametrize("digit", "0279")
def test_a_blot_far_below_a_digit(digit, classify):
    picture = picture_of(digit, height=200, pen=12, size=(700, 900), at=(380, 80))
    cv2.ellipse(picture, (450, 430), (50, 30), 20, 0, 360, (40, 60, 90), -1, cv2.LINE_AA)
    assert text_in(noisy(picture), classify) == digit


@pytest.mark.parametrize("text", ["10", "57", "23", "68", "46", "90", "82"])
def test_two_digits_that_touch(text, classify):
    grey = np.full((320, 480), 245, np.uint8)
    for i, digit in enumerate(text):
        draw(grey, digit, (100 + 112 * i, 60), 190, 10, 30)
    assert text_in(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), classify) == text


@pytest.mark.parametrize("pair, gap", [("15", 60), ("17", 60), ("38", 100)])
def test_two_that_touch_among_others_and_take_little_more_room_than_one(pair, gap, classify):
    picture = picture_of("", size=(400, 1000))
    for left, digit in ((80, "4"), (380, pair[0]), (380 + gap, pair[1]), (760, "2")):
        draw(picture, digit, (left, 100), 200, 12, (30, 30, 30))
    assert len(prediction.find_marks(picture)) == 3
    assert text_in(picture, classify) == f"4{pair}2"


def test_a_tail_that_runs_under_the_neighbour(classify):
    grey = np.full((320, 460), 245, np.uint8)
    draw(grey, "2", (60, 60), 170, 9, 30)
    draw(grey, "3", (190, 60), 130, 9, 30)
    cv2.line(grey, (175, 225), (240, 232), 30, 9, cv2.LINE_AA)
    assert text_in(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), classify) == "23"


@pytest.mark.parametrize("degrees", [-15, -8, 8, 15])
def test_a_tilted_line(degrees, classify):
    picture = picture_of("20468", height=110, pen=7, size=(700, 900), at=(150, 300))
    turn = cv2.getRotationMatrix2D((450, 350), degrees, 1)
    assert text_in(cv2.warpAffine(picture, turn, (900, 700), borderValue=(245,) * 3), classify) == "20468"


def test_two_tilted_lines_stay_apart(classify):
    picture = picture_of("2046\n3857", height=110, pen=7, size=(700, 900), at=(150, 180))
    turn = cv2.getRotationMatrix2D((450, 350), 12, 1)
    assert text_in(cv2.warpAffine(picture, turn, (900, 700), borderValue=(245,) * 3), classify) == "2046\n3857"


@pytest.mark.parametrize("text", ["123\n4\n5678", "7\n2\n5\n3", "0246\n8"])
def test_rows_of_different_length_and_columns(text, classify):
    assert text_in(picture_of(text, height=90, pen=7), classify) == text


def test_rows_that_start_elsewhere(classify):
    grey = np.full((500, 900), 240, np.uint8)
    for digits, x, y in (("47", 480, 40), ("386", 60, 190), ("25", 640, 340)):
        for i, digit in enumerate(digits):
            draw(grey, digit, (x + 90 * i, y), 100, 7, 30)
    assert text_in(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), classify) == "47\n386\n25"


# --- files ---


def test_a_palette_picture(tmp_path, classify):
    Image = pytest.importorskip("PIL.Image")  # noqa: N806  (it comes with matplotlib)
    picture = Image.fromarray(coloured("8", (40, 40, 200))[..., ::-1]).convert("P")
    picture.save(tmp_path / "a.gif")
    picture.save(tmp_path / "a.png")
    for name in ("a.gif", "a.png"):
        assert text_in(read_picture(tmp_path / name), classify) == "8"


def test_cmyk(tmp_path, classify):
    Image = pytest.importorskip("PIL.Image")  # noqa: N806
    Image.fromarray(coloured("8", (40, 40, 200))[..., ::-1]).convert("CMYK").save(tmp_path / "a.jpg")
    assert text_in(read_picture(tmp_path / "a.jpg"), classify) == "8"


def test_sixteen_bits_of_which_few_are_used(tmp_path, classify):
    deep = picture_of("5")[..., 0].astype(np.uint16) * 4
    assert text_in(read_picture(save_picture(tmp_path / "a.png", deep)), classify) == "5"
