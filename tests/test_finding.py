"""What people's pictures do to a digit, each drawn here: asserted is what is read, not how it is found."""

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import draw, picture_of

from digits import read, read_picture
from digits.finding import find_marks
from digits.finding.sheet import sheet_in


def misread(cases, classify):
    """Return what is read in those of the cases, (text, picture, what is special), that are read otherwise."""
    answers = [(text, read(picture, classify)["text"], *special) for text, picture, *special in cases]
    return [answer for answer in answers if answer[0] != answer[1]]


def only_mark(picture):
    (mark,) = find_marks(picture)
    return mark


def lit(picture, light):
    """Return the picture under `light`, 1 = as it is, (h, w) or (h, w, 3)."""
    light = light if light.ndim == 3 else light[..., np.newaxis]
    return np.clip(picture * light, 0, 255).astype(np.uint8)


def noisy(picture, amount=3, seed=0):
    noise = np.random.default_rng(seed).normal(0, amount, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)


def blurred(picture, width):
    return cv2.GaussianBlur(picture, (0, 0), width)


def coloured(digit, ink, paper=(245, 245, 245), pen=12):
    """Return a digit in BGR `ink` on `paper`."""
    cover = 1 - picture_of(digit, ink=0, paper=255, pen=pen) / 255
    return np.round(cover * ink + (1 - cover) * paper).astype(np.uint8)


def grid(picture):
    height, width = picture.shape[:2]
    return np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))


def turned(picture, degrees):
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(picture, turn, (width, height), borderValue=(245,) * 3)


# --- size, place, light ---


@pytest.mark.parametrize("digits", ["47", pytest.param("01235689", marks=pytest.mark.slow)])
def test_size_place_brightness_and_polarity_do_not_change_the_answer(digits, classify):
    def variants(digit):
        usual = picture_of(digit)
        return {
            "usual": usual,
            "white on black": 255 - usual,
            "dim": (usual * 0.3).astype(np.uint8),
            "tiny and off centre": picture_of(digit, height=60, pen=4, size=(600, 900), at=(820, 520)),
            "a thin line": picture_of(digit, height=600, pen=3),
            "a fat brush": picture_of(digit, height=150, pen=26),
            "28 px": cv2.resize(usual, (28, 28), interpolation=cv2.INTER_AREA),
        }

    cases = [(digit, picture, name) for digit in digits for name, picture in variants(digit).items()]
    assert not misread(cases, classify)


def test_the_box_is_where_the_digit_is():
    picture = picture_of("8", height=100, pen=6, size=(500, 700), at=(400, 300))
    x, y, w, h = only_mark(picture).box
    assert abs(x - 408) <= 5 and abs(y - 298) <= 5 and abs(h - 105) <= 8 and 40 <= w <= 62
    assert only_mark(255 - picture).box == (x, y, w, h), "white on black"
    grey, colour = only_mark(picture[..., 0]), only_mark(picture)
    assert grey.box == colour.box and np.array_equal(grey.pixels, colour.pixels)


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


def lamp_at_the_left_and_a_shadow_below(picture):
    x, y = grid(picture)
    return lit(picture, (1 - x / 2) * np.where(y < 0.55, 1, 0.6))


def colour_cast(picture):
    return lit(picture, np.full((*picture.shape[:2], 3), (0.6, 0.85, 1.0)))


@pytest.mark.parametrize("digits", ["25", pytest.param("38", marks=pytest.mark.slow)])
def test_light_and_shadow_are_not_ink(digits, classify):
    lights = vignette, shadow_band, hard_shadow, half_bright, lamp_at_the_left_and_a_shadow_below, colour_cast
    cases = [(digit, noisy(light(picture_of(digit, pen=9))), light.__name__) for light in lights for digit in digits]
    assert not misread(cases, classify)
    plain = picture_of("4", pen=8)
    one, other = (only_mark(each).pixels for each in (plain, lamp_at_the_left_and_a_shadow_below(plain)))
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.95, "not only read, but the same to the net"


def test_soft_strokes_half_in_shadow_are_read(classify):
    def half_in_shadow(picture):
        x, _ = grid(picture)
        return lit(blurred(picture, 2), blurred(np.where(x < 0.55, 0.6, 1.0), 3))

    pictures = {d: picture_of(d, height=160, pen=10, ink=120, size=(480, 450), at=(150, 150)) for d in "023456789"}
    assert not misread([(digit, noisy(half_in_shadow(picture), 2)) for digit, picture in pictures.items()], classify)


@pytest.mark.slow
def test_a_few_percent_of_the_height_of_a_twelve_megapixel_photo_are_enough(classify):
    photo = np.full((3000, 4000), 225, np.uint8)
    for i, digit in enumerate("274"):
        draw(photo, digit, (2900 + 110 * i, 2500), 90, 7, 40)
    assert not misread([("274", noisy(cv2.merge([photo] * 3), 4))], classify)


def test_a_digit_that_fills_the_frame_and_touches_its_border_is_read(classify):
    cases = []
    for digit in "0256789":
        picture = picture_of(digit, pen=24)
        rows, columns = np.nonzero(picture[..., 0] < 100)
        cases.append((digit, picture[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]))
    assert not misread(cases, classify)


def test_long_and_narrow_pictures_are_read(classify):
    sizes = (200, 2000), (1500, 200)
    cases = [("5", picture_of("5", height=120, pen=8, size=size, at=(60, 40)), size) for size in sizes]
    assert not misread(cases, classify)


def test_jpeg_noise_at_28_px_does_not_change_the_answer(classify):
    cases = []
    for digit in "0358":
        small = cv2.resize(picture_of(digit, pen=22), (28, 28), interpolation=cv2.INTER_AREA)
        jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 40])[1]
        cases.append((digit, cv2.imdecode(jpeg, cv2.IMREAD_COLOR)))
    assert not misread(cases, classify)


# --- ink and paper ---


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


@pytest.mark.parametrize("digits", ["06", pytest.param("39", marks=pytest.mark.slow)])
def test_every_ink_is_read(digits, classify):
    inks = INKS.items()
    cases = [(d, noisy(coloured(d, ink, pen=pen), 1.5), name) for name, (ink, pen) in inks for d in digits]
    red, blue = coloured("3", (40, 40, 220)), coloured("3", (220, 60, 40))
    cases.append(("3", np.vstack([red[:200], blue[200:]]), "two colours in one digit"))
    cases.append(("6", picture_of("6", ink=38, paper=0), "dim grey on black"))
    assert not misread(cases, classify)


def test_paper_and_boards_of_every_colour_are_read(classify):
    papers = (170, 170, 170), (190, 215, 228), (120, 225, 245), (60, 90, 60), (30, 30, 30)
    inks = [(25, 20, 20) if sum(paper) > 300 else (225, 230, 228) for paper in papers]
    cases = [("4", noisy(coloured("4", ink, paper)), paper) for ink, paper in zip(inks, papers, strict=True)]
    assert not misread(cases, classify)


def test_fat_soft_strokes_that_leave_little_paper_between_them_are_read(classify):
    cases = []
    for digit in "28":
        for ink, paper in ((30, 255), (225, 0)):
            fat = picture_of(digit, height=450, pen=145, ink=ink, paper=paper, size=(900, 900), at=(225, 225))
            cases.append((digit, blurred(fat, 7.5), ink))
    assert not misread(cases, classify)


def test_a_soft_pencil_close_by_is_read(classify):
    cases = []
    for digit in "379":
        picture = picture_of(digit, height=700, pen=60, ink=150)
        cases.append((digit, noisy(np.minimum(blurred(picture, 16), blurred(picture, 5)), 4)))
    assert not misread(cases, classify)


def test_a_1_may_be_a_ragged_block_up_to_half_as_wide_as_high(classify):
    cases = []
    for width in (60, 100):
        for slope in (-0.3, 0, 0.15):
            random = np.random.default_rng(0)
            picture = np.full((280, 360), 250, np.uint8)
            for y in range(0, 200, 10):  # as a scanner of few dots makes it
                middle = 180 + slope * (y - 100)
                left, right = np.int32(middle + random.integers(-8, 9, 2) + [-width / 2, width / 2])
                picture[40 + y : 50 + y, left:right] = 30
            cases.append(("1", blurred(picture, 3), width, slope))
    assert not misread(cases, classify)


@pytest.mark.slow
def test_a_bold_4_is_not_a_board(classify):
    cases = []
    for height, pen in ((300, 60), (300, 84), (600, 120), (900, 216)):
        four = picture_of("4", height=height, pen=pen, paper=255, size=(2 * height, 2 * height), at=[height // 2] * 2)
        cases += [("4", four, height, pen), ("4", 255 - four, height, pen, "light")]
    assert not misread(cases, classify)


def test_two_1s_joined_by_a_pale_line_are_two(classify):
    ones = np.full((400, 400), 245, np.uint8)
    cv2.line(ones, (145, 285), (235, 285), 180, 8)
    for left in (80, 170):
        draw(ones, "1", (left, 100), 200, 14, 30)
    assert not misread([("11", ones)], classify)


def test_a_faint_line_does_not_lengthen_the_digit_that_it_crosses(classify):
    picture = read_picture(ROOT / "images" / "four.jpg")
    sizes = [height / 700 for height in (330, 360, 420)]
    small = [cv2.resize(picture, None, fx=size, fy=size, interpolation=cv2.INTER_AREA) for size in sizes]
    assert not misread([("4", each, len(each)) for each in small], classify)
    for digit in "479":
        alone = picture_of(digit, size=(400, 500), pen=12)
        crossed = cv2.line(np.full_like(alone, 245), (150, 200), (330, 204), (180,) * 3, 4, cv2.LINE_AA)
        assert np.allclose(only_mark(np.minimum(alone, crossed)).box, only_mark(alone).box, atol=4), digit


# --- what is not ink ---


def on_table(picture):
    table = noisy(np.full((picture.shape[0] + 90, picture.shape[1] + 120, 3), (50, 75, 100)), 6)
    table[50:-40, 40:-80] = picture
    return table


def black_margins(picture):
    return cv2.copyMakeBorder(picture, 0, 0, 40, 25, cv2.BORDER_CONSTANT, value=(0, 0, 0))


def crop_on_white(picture):
    dim = lit(picture, np.full(picture.shape, 0.85))
    return cv2.copyMakeBorder(dim, *[60] * 4, cv2.BORDER_CONSTANT, value=[255] * 3)


def framed(picture):
    return cv2.rectangle(picture, (12, 12), (picture.shape[1] - 13, picture.shape[0] - 13), (40, 40, 40), 3)


def boxed(picture):
    height, width = picture.shape[:2]
    corners = (int(0.2 * width), int(0.1 * height)), (int(0.85 * width), int(0.9 * height))
    return cv2.rectangle(picture, *corners, (60,) * 3, 2)


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


SURROUNDINGS = (
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
)


@pytest.mark.parametrize("digits", ["27", pytest.param("49", marks=pytest.mark.slow)])
def test_what_is_not_ink_is_left_out(digits, classify):
    cases = [(d, noisy(around(picture_of(d, pen=10)), 2), around.__name__) for around in SURROUNDINGS for d in digits]
    assert not misread(cases, classify)


def test_on_paper_without_digits_nothing_is_read(classify):
    surroundings = on_table, black_margins, ruled, squared, vignette, hard_shadow
    cases = [("", noisy(each(picture_of("", size=(300, 400))), 2), each.__name__) for each in surroundings]
    assert not misread(cases, classify)


def test_nothing_is_found_on_a_blank_picture():
    shapes = (1, 1), (28, 28), (300, 200), (5, 900), (160, 5000), (5000, 160)
    blank = [np.full(shape, value, np.uint8) for shape in shapes for value in (0, 128, 255)]
    evening = np.linspace(230, 120, 400)[None, :] + np.random.default_rng(1).normal(0, 3, (300, 400))
    failures = [(each.shape, each[0, 0]) for each in (*blank, evening.astype(np.uint8)) if find_marks(each)]
    assert not failures, failures


def in_boxes(text, box_for_each):
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


def test_boxes_tables_and_circles_about_digits_are_left_out(classify):
    cases = [(text, noisy(in_boxes(text, each)), each) for text in ("3", "407", "25186") for each in (True, False)]
    for digits in ("0", "3", "5", "58", "123"):
        picture = np.full((600, 400 * len(digits) + 100, 3), 245, np.uint8)
        for i, digit in enumerate(digits):
            one = picture_of(digit, height=160, pen=10, size=(600, 400), at=(130, 210))
            cv2.ellipse(one, (180, 290), (160, 150), 0, 20, 380, (30, 30, 30), 7, cv2.LINE_AA)
            picture[:, 400 * i + 50 : 400 * i + 450] = one
        cases.append((digits, picture, "in circles"))
    assert not misread(cases, classify)


def test_a_loop_or_a_ring_of_a_digit_is_not_a_box_about_what_lies_in_it(classify):
    two = np.full((400, 400), 245, np.uint8)
    arc = (4, 2), (30, 6), (50, 18), (67, 34), (74, 55), (75, 75), (72, 112)
    for line in (arc, [(14, 86), (40, 95), (60, 112), (122, 138)], [(18, 97), (16, 112), (22, 120)]):
        cv2.polylines(two, [np.int32(100 + 1.8 * np.array(line))], False, 30, 10, cv2.LINE_AA)
    assert not misread([("2", two)], classify)
    zero = picture_of("0", height=300)
    for y in (260, 330):
        cv2.circle(zero, (250, y), 15, (60, 60, 60), -1, cv2.LINE_AA)
    assert only_mark(zero).box[3] > 280, "the 0, not the specks in it"


@pytest.mark.parametrize("digits", ["27", pytest.param("039", marks=pytest.mark.slow)])
def test_lines_near_a_digit_are_left_out(digits, classify):
    cases = []
    for digit in digits:
        for lines in (1, 2):
            picture = picture_of(digit, height=180, pen=11, size=(600, 900), at=(360, 150))
            for y in (360, 385)[:lines]:
                cv2.line(picture, (345, y), (510, y - 4), (30, 30, 30), 10, cv2.LINE_AA)
            cases.append((digit, picture, "underlined", lines))
        picture = picture_of(digit, height=180, pen=10, size=(600, 900), at=(360, 200))
        for x in range(240, 640, 14):
            cv2.circle(picture, (x, 397), 3, (30, 30, 30), -1, cv2.LINE_AA)
        cases.append((digit, noisy(picture), "a dotted line just below"))
    assert not misread(cases, classify)


# --- lines that are long against the digits ---


def lined(picture, *lines, ink=(70, 80, 110), pen=4):
    """Return the picture with lines through the points of each, (x, y), drawn below the digits."""
    page = np.full_like(picture, 245)
    for points in lines:
        cv2.polylines(page, [np.int32(points)], False, ink, pen, cv2.LINE_AA)
    return np.minimum(page, picture)


def test_small_digits_are_read_on_a_page_with_a_margin_line(classify):
    page = picture_of("5\n7\n28", height=60, pen=5, size=(1200, 900), at=(200, 120))
    margin = [[(x, 0), (x + 6, 1200)] for x in (60, 75)]
    rules = [[(0, y), (900, y - 8)] for y in range(100, 1200, 90)]
    cases = [("5\n7\n28", lined(page, *margin)), ("5\n7\n28", lined(page, *margin, *rules))]
    assert not misread([(text, noisy(picture)) for text, picture in cases], classify)


def test_a_line_through_the_digits_of_a_crop_is_not_ink(classify):
    crop = picture_of("386", height=110, pen=11, size=(158, 400), at=(60, 20))
    through, margin = [(0, 120), (400, 112)], [(20, 0), (24, 158)]
    cases = [("386", lined(crop, *lines, pen=6), lines) for lines in ([through], [through, margin])]
    assert not misread(cases, classify)


def test_bent_squared_paper_is_not_ink(classify):
    page = picture_of("253\n698", height=100, pen=8, size=(600, 600), at=(110, 110))
    level = [[(20, y), (300, y - 4), (580, y - 30)] for y in range(80, 600, 80)]
    upright = [[(x, 20), (x + 5, 300), (x - 8, 580)] for x in range(75, 600, 100)]
    assert not misread([("253\n698", noisy(lined(page, *level, *upright)))], classify)


def test_digits_that_touch_the_boxes_they_stand_in_are_read(classify):
    row = picture_of("205386", height=100, pen=6, size=(200, 700), at=(50, 50))
    level = [[(37, y), (637, y)] for y in (47, 152)]
    upright = [[(x, 47), (x, 152)] for x in range(37, 640, 100)]
    marks = find_marks(lined(row, *level, *upright))
    assert [mark.row for mark in marks] == [0] * 6, "no line is left"
    assert all(abs(mark.box[3] - 104) <= 8 for mark in marks)


def test_a_7_that_reaches_from_one_line_to_another_stays():
    crop = picture_of("", size=(160, 780))
    for digit, left in (("2", 60), ("5", 290), ("8", 400), ("3", 510), ("6", 620)):
        draw(crop, digit, (left, 25), 110, 10, (30, 30, 30))
    for stroke in ([(178, 26), (235, 26), (205, 134)], [(190, 85), (240, 82)]):
        cv2.polylines(crop, [np.int32(stroke)], False, (30, 30, 30), 10, cv2.LINE_AA)
    marks = find_marks(lined(crop, *([(0, y), (780, y)] for y in (25, 135)), pen=3))
    assert len(marks) == 6 and marks[1].box[3] > 80


def test_a_piece_of_a_rule_beside_the_foot_of_a_4_does_not_make_a_frame_of_it():
    four = np.full((220, 400), 245, np.uint8)
    for stroke in ([(110, 20), (50, 150), (140, 135)], [(150, 90), (100, 200)]):
        cv2.polylines(four, [np.int32(stroke)], False, 30, 11, cv2.LINE_AA)
    cv2.line(four, (118, 190), (148, 190), 60, 5)
    assert only_mark(four).box[3] > 180


def test_a_stroke_of_the_only_digit_is_not_a_line(classify):
    seven = np.full((230, 230), 245, np.uint8)
    for ends in (((60, 20), (150, 14)), ((150, 14), (155, 215)), ((120, 95), (229, 92))):
        cv2.line(seven, *ends, 30, 18, cv2.LINE_AA)
    one = dots_and_hairs(picture_of("1", height=300, pen=8))
    assert len(find_marks(seven)) == 1 and only_mark(seven).box[3] > 190
    assert max(mark.box[3] for mark in find_marks(one)) > 280


def test_a_digit_with_a_long_tail_and_one_far_larger_than_the_others_are_marks(classify):
    tail = lined(picture_of("2222", pen=6, height=90), [(370, 132), (440, 134)], ink=(30, 30, 30), pen=6)
    assert len(find_marks(tail)) == 4
    sizes = picture_of("123456", height=60, pen=6, size=(500, 600), at=(60, 50))
    cv2.rectangle(sizes, (0, 160), (600, 500), (245,) * 3, -1)
    draw(sizes, "8", (240, 220), 170, 10, (30, 30, 30))
    marks = find_marks(sizes)
    assert len(marks) == 7 and max(mark.box[3] for mark in marks) > 160


# --- sheets and boards ---


def amid(ground, picture, degrees=3):
    """Return a picture of a sheet that lies turned on streaky wood of the colour `ground`, and where it is: (x, y)."""
    height, width = picture.shape[:2]
    size = 2 * width, 2 * height
    x, y = width / 2, height / 2
    place = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    place[:, 2] += x, y
    streaks = cv2.resize(noisy(np.full((size[1] // 8, 4, 3), ground, np.uint8), 12), size)
    return cv2.warpAffine(picture, place, size, streaks, borderMode=cv2.BORDER_TRANSPARENT), (x, y)


def test_a_sheet_on_a_table_and_a_board_on_a_wall_are_read_and_the_boxes_are_right(classify):
    cases = []
    for text in ("207", "94\n38", "1"):
        for ground, ink, paper in (((40, 60, 95), 40, 240), ((210, 225, 225), 235, 45)):
            sheet = cv2.resize(picture_of(text, height=120, pen=8, ink=ink, paper=paper), None, fx=2, fy=2)
            picture, (left, top) = amid(ground, sheet)
            cases.append((text, picture, ground))
            for mark, alone in zip(find_marks(picture), find_marks(sheet), strict=True):
                assert np.allclose(mark.box, np.add(alone.box, (left, top, 0, 0)), atol=30)
    assert not misread(cases, classify)


SHEET = picture_of("52\n803", height=60, pen=5, size=(420, 320), at=(60, 80))


def test_a_sheet_turned_far_is_read(classify):
    cases = [("52\n803", amid((40, 60, 95), SHEET, degrees)[0], degrees) for degrees in (-28, 15, 28)]
    assert not misread(cases, classify)


def test_a_sheet_is_told_from_what_it_lies_on(classify):
    table, _ = amid((25, 40, 60), SHEET, 10)
    x, y = grid(table)
    glare = 150 * np.exp(-(((x - 0.5) / 0.3) ** 2 + (y / 0.2) ** 2))[..., np.newaxis]
    shiny = np.where(table.max(axis=2, keepdims=True) < 110, np.clip(table + glare, 0, 255), table).astype(np.uint8)
    cloth = noisy(np.full((840, 640, 3), (140, 165, 120)), 45, seed=3)
    cloth[200:620, 160:480] = SHEET
    pale = np.where(amid((20, 25, 30), SHEET, 4)[0] < 30, 20, amid((20, 25, 30), np.maximum(SHEET, 205), 4)[0])
    cases = [("52\n803", noisy(shiny), "glare"), ("52\n803", cloth, "cloth"), ("52\n803", pale, "pale pencil")]
    assert not misread([(text, picture.astype(np.uint8), name) for text, picture, name in cases], classify)


def test_the_rings_of_a_pad_are_not_on_the_sheet():
    picture, (left, top) = amid((40, 60, 95), SHEET, 0)
    for x in range(int(left) + 30, int(left) + 300, 40):
        cv2.ellipse(picture, (x, int(top) + 2), (7, 26), 0, 0, 360, (215, 215, 215), 4, cv2.LINE_AA)
    _, place = sheet_in(picture)
    assert abs(place[1] @ (0, 0, 1) - top) <= 14
    assert [mark.row for mark in find_marks(picture)] == [0, 0, 1, 1, 1]


def test_cards_on_a_table_are_read(classify):
    papers, cases = [(240, 244, 245), (120, 235, 250), (190, 180, 250)], []
    for digits in ("18", "855", "362"):
        picture = np.full((900, 1400, 3), (40, 60, 95), np.uint8)
        for i, (digit, paper) in enumerate(zip(digits, papers, strict=False)):
            card = np.where(picture_of(digit, height=150, pen=13, size=(300, 300), at=(100, 75)) < 128, 40, paper)
            place = cv2.getRotationMatrix2D((150, 150), 5 - 5 * i, 1)
            place[:, 2] += 100 + 430 * i, 280 + 30 * i
            cv2.warpAffine(card.astype(np.uint8), place, (1400, 900), picture, borderMode=cv2.BORDER_TRANSPARENT)
        cases.append((digits, noisy(blurred(picture, 1.2))))
    assert not misread(cases, classify)


def test_a_table_that_shows_along_two_sides_is_not_a_digit(classify):
    picture = picture_of("1234", pen=3, ink=110)
    height, width = picture.shape[:2]
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    picture[(y < 10 + 0.01 * x) | ((x > width - 9) & (y < 0.45 * height))] = 40, 50, 70
    assert not misread([("1234", noisy(picture, 2))], classify)


def test_a_solid_block_is_ink_and_not_a_sheet():
    for height, width in ((200, 60), (190, 90)):
        for ink, paper in ((20, 250), (250, 0)):
            picture = np.full((280, 280, 3), paper, np.uint8)
            picture[40 : 40 + height, 90 : 90 + width] = ink
            for y in range(48, 40 + height, 30):  # ragged, as scanners leave it
                picture[y : y + 6, 90 : 94 + y % 7] = paper
            assert np.allclose(only_mark(picture).box, (90, 40, width, height), atol=8), (width, ink)


def sheet_on_table(corners, lines=4, table=60):
    """Return a picture of a light sheet with `corners` (x, y) and some lines on it, on a grey table."""
    picture = np.full((500, 600, 3), table, np.uint8)
    cv2.fillConvexPoly(picture, np.array(corners), (240, 240, 240), cv2.LINE_AA)
    (left, top), (right, _) = np.min(corners, axis=0), np.max(corners, axis=0)
    for y in range(top + 30, top + 30 + 14 * lines, 14):
        cv2.line(picture, (left + 35, y), (right - 35, y), (20, 20, 20), 8)
    return cv2.copyMakeBorder(picture, *[6] * 4, cv2.BORDER_CONSTANT, value=[60] * 3)


OBLONG = (130, 80), (480, 90), (470, 420), (120, 410)


def test_a_sheet_is_found_where_it_lies():
    copy, place = sheet_in(sheet_on_table(OBLONG))
    height, width = copy.shape[:2]
    corners = place @ [(0, width, width, 0), (0, 0, height, height), (1, 1, 1, 1)]
    assert np.allclose(corners.T, np.array(OBLONG) + 6, atol=20)
    assert copy.min() < 60 < 200 < np.median(copy) and copy[[0, -1]].min() > 180, "no table is left"


@pytest.mark.filterwarnings("error")
def test_what_is_not_a_written_sheet_on_something_darker_is_not_taken_for_one():
    others = {
        "small": sheet_on_table([(200, 180), (380, 180), (380, 330), (200, 330)], lines=1),  # 9 % of the picture
        "pentagon": sheet_on_table([(300, 40), (540, 210), (450, 450), (150, 450), (60, 210)]),
        "blank": sheet_on_table(OBLONG, lines=0),
        "hatched": sheet_on_table(OBLONG, lines=20),
        "light table": sheet_on_table(OBLONG, table=190),
        "few pixels": sheet_on_table(OBLONG)[::4, ::4],  # no more than a digit cut out
        "a strip": cv2.rectangle(np.full((160, 1200, 3), 60, np.uint8), (36, 40), (1163, 119), (240,) * 3, -1),
    }
    found = [name for name, picture in others.items() if sheet_in(picture) is not None]
    assert not found, found
    assert find_marks(others["a strip"]) == []


# --- the strokes of a digit, digits that touch ---


def test_the_bar_of_a_5_that_stands_apart_belongs_to_it():
    assert only_mark(picture_of("5", pen=6)).pixels[:10].any()


def test_digits_that_touch_are_read_apart(classify):
    cases = []
    for text in ("10", "57", "23", "68", "46", "90", "82"):
        picture = np.full((320, 480), 245, np.uint8)
        for i, digit in enumerate(text):
            draw(picture, digit, (100 + 112 * i, 60), 190, 10, 30)
        cases.append((text, picture))
    tail = np.full((320, 460), 245, np.uint8)
    draw(tail, "2", (60, 60), 170, 9, 30)
    draw(tail, "3", (190, 60), 130, 9, 30)
    cv2.line(tail, (175, 225), (240, 232), 30, 9, cv2.LINE_AA)
    assert not misread([*cases, ("23", tail, "the tail of the 2 runs under the 3")], classify)


def test_two_that_touch_among_others_and_take_little_more_room_than_one_are_read_apart(classify):
    cases = []
    for pair, gap in (("15", 60), ("38", 100)):
        picture = picture_of("", size=(400, 1000))
        for left, digit in ((80, "4"), (380, pair[0]), (380 + gap, pair[1]), (760, "2")):
            draw(picture, digit, (left, 100), 200, 12, (30, 30, 30))
        assert len(find_marks(picture)) == 3
        cases.append((f"4{pair}2", picture))
    assert not misread(cases, classify)


# --- rows ---


def test_several_digits_come_in_reading_order():
    marks = find_marks(picture_of("123\n45", height=120, pen=8))
    assert [mark.row for mark in marks] == [0, 0, 0, 1, 1]
    for row in (marks[:3], marks[3:]):
        assert [mark.box[0] for mark in row] == sorted(mark.box[0] for mark in row)


def test_rows_of_any_length_and_place_are_told_apart(classify):
    cases = [(text, picture_of(text, height=90, pen=7)) for text in ("123\n4\n5678", "7\n2\n5\n3", "0246\n8")]
    elsewhere = np.full((500, 900), 240, np.uint8)
    for digits, x, y in (("47", 480, 40), ("386", 60, 190), ("25", 640, 340)):
        for i, digit in enumerate(digits):
            draw(elsewhere, digit, (x + 90 * i, y), 100, 7, 30)
    assert not misread([*cases, ("47\n386\n25", elsewhere)], classify)


def test_tilted_rows_are_read(classify):
    one = picture_of("20468", height=110, pen=7, size=(700, 900), at=(150, 300))
    two = picture_of("2046\n3857", height=110, pen=7, size=(700, 900), at=(150, 180))
    cases = [("20468", turned(one, degrees), degrees) for degrees in (-15, -8, 8, 15)]
    assert not misread([*cases, ("2046\n3857", turned(two, 12))], classify)


# --- what is not a picture ---


def test_what_is_not_a_picture_is_refused():
    shapes = (9, 9), (9, 9, 3), (0, 9, 3), (9, 9, 4)
    kinds = float, float, np.uint8, np.uint8
    for array in (*map(np.zeros, shapes, kinds), None):
        with pytest.raises(ValueError, match="a picture is "):
            find_marks(array)
