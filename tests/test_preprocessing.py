import os
import struct
import sys
import zlib
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of, save_picture

import preprocessing
from preprocessing import MOST_BYTES, PictureError, find_marks, narrowed, read_picture, to_mnist

COLOURS = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


def only_mark(picture):
    marks = find_marks(picture)
    assert len(marks) == 1
    return marks[0]


# --- read_picture ---


def test_reads_what_was_written(tmp_path):
    assert np.array_equal(read_picture(save_picture(tmp_path / "a.png", COLOURS)), COLOURS)


def test_a_name_that_is_not_ascii_and_a_wrong_ending_do_not_matter(tmp_path):
    png = save_picture(tmp_path / "a.png", COLOURS).rename(tmp_path / "größe 数字 '7'.jpg")
    assert np.array_equal(read_picture(png), COLOURS)


def test_grey_becomes_three_equal_channels(tmp_path):
    read = read_picture(save_picture(tmp_path / "a.png", COLOURS[..., 0]))
    assert np.array_equal(read, np.repeat(COLOURS[..., :1], 3, axis=2))


def test_sixteen_bits_are_scaled_to_the_brightest(tmp_path):
    deep = np.full((30, 40), 4095, np.uint16)  # 12 bits in 16, as scanners write them
    deep[10:20, 10:20] = 819
    read = read_picture(save_picture(tmp_path / "a.png", deep))
    assert read.dtype == np.uint8
    assert (read[0, 0, 0], read[15, 15, 0]) == (255, 51)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_alpha_that_hides_nothing_is_left_out(tmp_path, kind):
    opaque = np.full((30, 40, 4), np.iinfo(kind).max, kind)
    opaque[10:20, 5:8, :3] = 0
    picture = read_picture(save_picture(tmp_path / "opaque.png", opaque))
    assert picture.dtype == np.uint8 and np.array_equal(picture, np.where(opaque[..., :3], 255, 0))


def test_the_fourth_byte_of_a_bmp_that_names_no_alpha_hides_nothing(tmp_path):
    picture = picture_of("7")
    height, width = picture.shape[:2]
    pixels = np.dstack([picture, np.zeros((height, width), np.uint8)])[::-1].tobytes()
    header = struct.pack("<2sIHHI", b"BM", 66 + len(pixels), 0, 0, 66)
    header += struct.pack("<IiiHHIIiiII", 40, width, height, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    masks = struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)  # of red, green and blue
    (tmp_path / "a.bmp").write_bytes(header + masks + pixels)
    assert np.array_equal(read_picture(tmp_path / "a.bmp"), picture)


@pytest.mark.parametrize("orientation, turn", [(3, cv2.ROTATE_180), (6, cv2.ROTATE_90_CLOCKWISE)])
@pytest.mark.parametrize("kind", [".jpg", ".png"])
def test_exif_turns_a_photo_upright(tmp_path, kind, orientation, turn):
    picture = picture_of("7")
    data = cv2.imencode(kind, picture)[1].tobytes()
    tag = b"\x01\x12\x00\x03\x00\x00\x00\x01" + orientation.to_bytes(2, "big") + b"\x00\x00"  # Orientation, SHORT, 1
    exif = b"MM\x00\x2a\x00\x00\x00\x08\x00\x01" + tag + b"\x00\x00\x00\x00"
    if kind == ".jpg":
        data = data[:2] + b"\xff\xe1" + (len(exif) + 8).to_bytes(2, "big") + b"Exif\x00\x00" + exif + data[2:]
    else:  # after the header of 33 bytes
        chunk = b"eXIf" + exif
        data = data[:33] + len(exif).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big") + data[33:]
    (tmp_path / "a").write_bytes(data)
    read = read_picture(tmp_path / "a").astype(int)
    assert np.abs(read - cv2.rotate(picture, turn)).mean() < 2


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 80, 20)])
def test_ink_that_is_only_in_the_alpha_channel_is_found(tmp_path, colour):
    ink = 255 - picture_of("7", ink=0, paper=255)[..., 0]
    bgra = np.dstack([np.full((*ink.shape, 3), colour, np.uint8), ink])
    found = only_mark(read_picture(save_picture(tmp_path / "a.png", bgra)))
    assert np.abs(found.pixels - only_mark(picture_of("7")).pixels).mean() < 0.01


def test_a_transparent_margin_takes_the_colour_of_the_paper(tmp_path):
    bgra = np.zeros((60, 80, 4), np.uint8)
    bgra[:, :70] = 255
    assert (read_picture(save_picture(tmp_path / "a.png", bgra)) == 255).all()


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0"])
def test_a_file_that_is_no_picture_is_said_to_be_none(tmp_path, content):
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(PictureError, match="not an image"):
        read_picture(tmp_path / "a.png")


def test_other_reasons_are_named(tmp_path):
    with pytest.raises(PictureError, match="No such file"):
        read_picture(tmp_path / "missing.png")
    with pytest.raises(PictureError, match="folder"):
        read_picture(tmp_path)
    (tmp_path / "a.heic").write_bytes(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")
    with pytest.raises(PictureError, match="HEIC"):
        read_picture(tmp_path / "a.heic")


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".tiff", ".webp", ".bmp"])
def test_half_a_file_is_refused(tmp_path, suffix):
    whole = save_picture(tmp_path / f"whole{suffix}", picture_of("7")).read_bytes()
    for share in (0.02, 0.3, 0.6, 0.95):
        (tmp_path / "half").write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(PictureError, match="not an image"):
            read_picture(tmp_path / "half")


def test_a_png_that_promises_more_than_it_holds_is_not_given_to_opencv(monkeypatch):
    whole = cv2.imencode(".png", COLOURS)[1].tobytes()
    at = whole.index(b"IDAT") - 4
    promising = whole[:at] + b"\xff\x00\x00\x00" + whole[at + 4 :]  # 4 GB, for which OpenCV takes memory
    with monkeypatch.context() as patch:
        patch.setattr(preprocessing, "decoded", lambda data: pytest.fail("OpenCV got it"))
        with pytest.raises(PictureError, match="not an image"):
            preprocessing.picture_of(np.frombuffer(promising, np.uint8))
    assert np.array_equal(preprocessing.picture_of(np.frombuffer(whole, np.uint8)), COLOURS)
    assert np.array_equal(preprocessing.picture_of(np.frombuffer(whole + b"more after its end", np.uint8)), COLOURS)


def test_a_jpeg_damaged_in_the_middle_is_refused(capfd):
    whole = cv2.imencode(".jpg", picture_of("7"))[1]
    whole[len(whole) // 2 :][:40] = 0  # libjpeg decodes it all the same, and only says so on standard error
    assert cv2.imdecode(whole, cv2.IMREAD_COLOR) is not None
    assert "Corrupt JPEG data" in capfd.readouterr().err
    with pytest.raises(PictureError, match="a damaged JPEG"):
        preprocessing.picture_of(whole)
    assert capfd.readouterr().err == ""


def test_pictures_read_at_the_same_time_leave_standard_error_where_it_was():
    damaged = cv2.imencode(".png", COLOURS)[1][:-30]
    before = os.fstat(2)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(reason_against, [damaged] * 200))
    assert set(answers) == {"not an image that OpenCV can read"}
    assert os.path.samestat(os.fstat(2), before)


def reason_against(data):
    with pytest.raises(PictureError) as caught:
        preprocessing.picture_of(data)
    return str(caught.value)


def test_a_jpeg_with_bytes_too_many_is_read(capfd):
    whole = cv2.imencode(".jpg", picture_of("7"))[1]
    padded = np.concatenate([whole[:-2], np.zeros(3, np.uint8), whole[-2:]])  # as some cameras do before the end
    assert np.array_equal(preprocessing.picture_of(padded), preprocessing.picture_of(whole))
    assert capfd.readouterr().err == ""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_what_is_no_file_with_an_end_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", "/dev/zero"):
        with pytest.raises(PictureError, match="not a regular file"):
            read_picture(path)


def test_a_file_too_large_for_opencv_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "a.png").open("wb") as file:
        file.truncate(MOST_BYTES + 1)  # takes no room on the disk
    with pytest.raises(PictureError, match="larger than 2 GB"):
        read_picture(tmp_path / "a.png")


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    with pytest.raises(PictureError, match="cannot be opened"):
        read_picture(tmp_path / ("x" * 300 + ".png"))


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is closed to this user")
def test_what_may_not_be_opened_is_said_to_be_closed(tmp_path):
    (tmp_path / "folder").mkdir()
    picture = save_picture(tmp_path / "folder" / "a.png", COLOURS)
    for closed in (picture, picture.parent):
        closed.chmod(0)
        with pytest.raises(PictureError, match="Permission denied"):
            read_picture(closed)
    with pytest.raises(PictureError, match="Permission denied"):
        read_picture(picture)
    picture.parent.chmod(0o700)


@pytest.mark.filterwarnings("error")
def test_what_is_no_number_or_infinite_spoils_no_picture_of_floats(tmp_path):
    floats = COLOURS.astype(np.float32) / COLOURS.max()
    floats[0, :3, 0] = np.nan, np.inf, -np.inf
    expected = np.round(floats * 255)
    expected[0, :3, 0] = 0, 255, 0
    plain = cv2.imencode(".tiff", floats, [cv2.IMWRITE_TIFF_COMPRESSION, 1])[1]  # OpenCV 4's own would be lossy
    (tmp_path / "a.tiff").write_bytes(plain.tobytes())
    read = read_picture(tmp_path / "a.tiff")
    assert np.abs(read - expected).max() <= 1


# --- a sheet on a table ---


def sheet_on_table(corners, lines=4, table=60, border=60):
    """Return a picture of a light sheet with `corners` (x, y) and some lines on it, on a grey table with a border."""
    picture = np.full((500, 600, 3), table, np.uint8)
    cv2.fillConvexPoly(picture, np.array(corners), (240, 240, 240), cv2.LINE_AA)
    (left, top), (right, _) = np.min(corners, axis=0), np.max(corners, axis=0)
    for y in range(top + 30, top + 30 + 14 * lines, 14):
        cv2.line(picture, (left + 35, y), (right - 35, y), (20, 20, 20), 8)
    return cv2.copyMakeBorder(picture, *[6] * 4, cv2.BORDER_CONSTANT, value=[border] * 3)


OBLONG = (130, 80), (480, 90), (470, 420), (120, 410)


def test_a_sheet_is_found_where_it_lies():
    (left, top, width, height), copy = preprocessing.sheet_in(sheet_on_table(OBLONG))
    assert np.allclose((left, top, left + width, top + height), (126, 86, 486, 426), atol=20)
    assert copy.min() < 60 < 200 < np.median(copy) and copy[[0, -1]].min() > 180, "no table is left"


@pytest.mark.parametrize(
    "picture",
    [
        sheet_on_table([(200, 180), (380, 180), (380, 330), (200, 330)], lines=1),  # 9 % of the picture
        sheet_on_table([(300, 40), (540, 210), (450, 450), (150, 450), (60, 210)]),  # five corners
        sheet_on_table(OBLONG, lines=0),
        sheet_on_table(OBLONG, lines=20),
        sheet_on_table(OBLONG, table=190),
        sheet_on_table(OBLONG, border=235),
        sheet_on_table(OBLONG)[::4, ::4],  # no more than a digit cut out
    ],
    ids=["small", "pentagon", "blank", "hatched", "light table", "light border", "few pixels"],
)
def test_what_is_no_sheet(picture):
    assert preprocessing.sheet_in(picture) is None


# --- find_marks ---


@pytest.mark.parametrize(
    "array", [np.zeros((9, 9)), np.zeros((9, 9, 3)), np.zeros((0, 9, 3), np.uint8), np.zeros((9, 9, 4), np.uint8), None]
)
def test_what_is_no_picture_is_said_to_be_none(array):
    with pytest.raises(ValueError, match="a picture is "):
        find_marks(array)


def test_a_grey_picture_is_read_like_one_in_colour():
    picture = picture_of("58")
    for grey, colour in zip(find_marks(picture[..., 0]), find_marks(picture), strict=True):
        assert grey.box == colour.box and np.array_equal(grey.pixels, colour.pixels)


def test_no_ink_makes_no_digit():
    with pytest.raises(ValueError, match="without ink"):
        to_mnist(np.zeros((30, 30), bool))


@pytest.mark.parametrize("digit", "0123456789")
def test_a_digit_gets_the_form_of_mnist(digit):
    pixels = only_mark(picture_of(digit)).pixels
    assert pixels.shape == (28, 28) and pixels.dtype == np.float32
    assert pixels.min() == 0 and 0.9 < pixels.max() <= 1
    rows, columns = np.nonzero(pixels)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    y, x = (np.average(index, weights=pixels) for index in np.indices(pixels.shape))
    assert abs(y - 14) <= 0.5 and abs(x - 14) <= 0.5


def test_mnists_own_images_come_back_as_they_are():
    """An outside reference: what LeCun's normalisation made, drawn large on paper, gives the same image again."""
    path = ROOT / "dataset" / "mnist.npz"
    if not path.exists():
        pytest.skip("dataset/mnist.npz is not there")
    with np.load(path) as data:
        images = data["x_train"][:40]
    likeness = []
    for image in images:
        large = cv2.resize(255 - image, (280, 280), interpolation=cv2.INTER_CUBIC)
        marks = find_marks(cv2.cvtColor(large, cv2.COLOR_GRAY2BGR))
        largest = max(marks, key=lambda mark: mark.box[2] * mark.box[3])
        likeness.append(np.corrcoef(largest.pixels.ravel(), image.ravel())[0, 1])
    assert np.median(likeness) > 0.95


def test_white_on_black_is_the_same_as_black_on_white():
    dark, light = only_mark(picture_of("5")), only_mark(255 - picture_of("5"))
    assert dark.box == light.box
    assert np.abs(dark.pixels - light.pixels).max() < 0.05


def test_the_box_is_where_the_digit_is():
    x, y, w, h = only_mark(picture_of("8", height=100, pen=6, size=(500, 700), at=(400, 300))).box
    assert abs(x - 408) <= 5 and abs(y - 298) <= 5 and abs(h - 105) <= 8 and 40 <= w <= 62


def test_the_body_and_the_bar_of_a_five_stay_together():
    assert only_mark(picture_of("5", pen=6)).pixels[:10].any()


def test_several_digits_come_in_reading_order():
    marks = find_marks(picture_of("123\n45", height=120, pen=8))
    assert [mark.row for mark in marks] == [0, 0, 0, 1, 1]
    assert [mark.box[0] for mark in marks[:3]] == sorted(mark.box[0] for mark in marks[:3])


def test_light_that_falls_off_and_a_hard_shadow_are_not_ink():
    picture = picture_of("4", pen=8).astype(np.float32)
    height, width = picture.shape[:2]
    picture *= np.linspace(1, 0.5, width)[None, :, None]
    picture[int(0.55 * height) :] *= 0.6
    plain = only_mark(picture_of("4", pen=8)).pixels
    assert np.corrcoef(only_mark(picture.astype(np.uint8)).pixels.ravel(), plain.ravel())[0, 1] > 0.95


def test_a_line_thinner_than_mnists_is_widened_not_greyed():
    pixels = only_mark(picture_of("0", height=600, pen=2)).pixels
    assert np.median(pixels.max(axis=1)[8:20]) > 0.8


@pytest.mark.parametrize("shape", [(1, 1), (28, 28), (300, 200), (5, 900), (160, 5000), (5000, 160)])
@pytest.mark.parametrize("value", [0, 128, 255])
def test_nothing_is_found_on_a_blank_picture(shape, value):
    assert find_marks(np.full((*shape, 3), value, np.uint8)) == []


def test_nothing_is_found_on_blank_paper_in_the_evening():
    random = np.random.default_rng(1)
    paper = np.linspace(230, 120, 400)[None, :, None] + random.normal(0, 3, (300, 400, 3))
    assert find_marks(paper.astype(np.uint8)) == []


def test_to_mnist_keeps_the_aspect():
    bar = to_mnist(np.ones((90, 30), bool))
    rows, columns = np.nonzero(bar > 0.5)
    assert abs(np.ptp(rows) + 1 - 20) <= 1 and abs(np.ptp(columns) + 1 - 7) <= 1


@pytest.mark.parametrize("shape", [(300, 1), (300, 12), (2, 2), (1, 1)])
def test_even_the_thinnest_mark_keeps_its_ink(shape):
    pixels = to_mnist(np.ones(shape, bool))
    assert pixels.max() > 0.9 and pixels.shape == (28, 28)


@pytest.mark.parametrize("width", [2.5, 4])
def test_strokes_are_narrowed_to_about_the_width_asked_for_and_the_digit_stays_20_px_long(width):
    ring = np.zeros((200, 200), np.uint8)
    cv2.circle(ring, (100, 100), 70, 1, 58)  # 5.9 px of 20
    slim = narrowed(to_mnist(ring > 0), width)
    assert width <= slim[14].sum() / 2 < width + 1.1
    assert np.count_nonzero(slim.any(axis=1)) == np.count_nonzero(slim.any(axis=0)) == 20


@pytest.mark.parametrize("width", [2.5, 4])
def test_what_is_thin_or_blank_is_not_narrowed(width):
    for pixels in (to_mnist(np.ones((200, 20), bool)), np.zeros((28, 28), np.float32)):
        assert np.array_equal(narrowed(pixels, width), pixels)
