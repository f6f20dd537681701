"""What files hold, read as Pillow, OpenCV or a few bytes written by hand made them."""

import io
import os
import struct
import subprocess
import sys
import zlib

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of, save_picture
from PIL import Image

from digits.finding import find_marks
from digits.picture import PictureError, PictureTooLargeError, frames_left_out, pages_in, read_picture

COLOURS = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
FORMATS = "PNG", "JPEG", "GIF", "TIFF", "WEBP", "BMP", "AVIF", "JPEG2000"
SEVEN = picture_of("7")

not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


def file_of(image, kind, **options):
    """Return the bytes of a file of `kind` with `image`, a Pillow image or an array BGR."""
    if isinstance(image, np.ndarray):
        image = Image.fromarray(np.ascontiguousarray(image[..., ::-1]))
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png_of(array):
    return cv2.imencode(".png", array)[1].tobytes()


def reason_against(source, **options):
    """Return the message with which `source` is refused, or what was read."""
    try:
        return read_picture(source, **options)
    except PictureError as error:
        return str(error)


# --- formats ---


def test_a_picture_is_what_was_written_from_a_path_and_from_bytes(tmp_path):
    path = save_picture(tmp_path / "größe 数字 '7'.jpg", COLOURS)
    path.write_bytes(png_of(COLOURS))  # a wrong ending does not matter
    for source in (path, str(path), path.read_bytes(), bytearray(path.read_bytes())):
        assert np.array_equal(read_picture(source), COLOURS)


def test_each_format_is_read_in_colour_in_grey_and_with_a_palette():
    image = Image.fromarray((255 - (255 - SEVEN) // (1, 2, 3)).astype(np.uint8))
    one_bit = image.convert("1", dither=Image.Dither.NONE)
    images = [image, *map(image.convert, ("L", "CMYK")), one_bit, image.quantize(16)]
    done, failures = set(), []
    for kind in FORMATS:
        for each in images:
            try:
                data = file_of(each, kind)
            except (OSError, ValueError):  # the format has no such pictures
                continue
            done.add((kind, each.mode))
            read, expected = read_picture(data), np.asarray(each.convert("RGB"))[..., ::-1].astype(int)
            if read.dtype != np.uint8 or read.shape != SEVEN.shape or np.abs(read - expected).mean() > 3:
                failures.append((kind, each.mode))
    assert done >= {(kind, mode) for kind in FORMATS for mode in ("RGB", "L")} | {("GIF", "P"), ("JPEG", "CMYK")}
    assert not failures, failures


def test_sixteen_bits_and_floats_are_scaled_to_the_brightest():
    deep = np.full((30, 40), 4095, np.uint16)  # 12 bits in 16, as scanners write them
    deep[10:20, 10:20] = 819
    floats = Image.fromarray((deep / np.float32(1000)).astype(np.float32))
    for data in (png_of(deep), file_of(Image.fromarray(deep), "TIFF"), file_of(floats, "TIFF")):
        read = read_picture(data)
        assert read.dtype == np.uint8 and read.shape == (30, 40, 3)
        assert (read[0, 0].tolist(), read[15, 15].tolist()) == ([255] * 3, [51] * 3)


@pytest.mark.filterwarnings("error")
def test_what_is_not_a_number_or_infinite_spoils_no_picture_of_floats():
    floats = COLOURS[..., 0].astype(np.float32) / COLOURS[..., 0].max()
    expected = np.round(floats * 255)
    floats[0, :3] = np.nan, np.inf, -np.inf
    expected[0, :3] = 0, 255, 0
    assert np.abs(read_picture(file_of(Image.fromarray(floats), "TIFF"))[..., 0] - expected).max() <= 1


def test_exif_turns_a_photo_upright():
    turns = {
        1: lambda picture: picture,
        2: np.fliplr,
        3: lambda picture: np.rot90(picture, 2),
        4: np.flipud,
        5: lambda picture: np.transpose(picture, (1, 0, 2)),
        6: lambda picture: np.rot90(picture, -1),
        7: lambda picture: np.transpose(np.rot90(picture, 2), (1, 0, 2)),
        8: np.rot90,
    }
    failures = []
    for kind in ("PNG", "JPEG", "TIFF", "WEBP"):
        for orientation, turn in turns.items():
            exif = Image.Exif()
            exif[0x0112] = orientation
            read, expected = read_picture(file_of(SEVEN, kind, exif=exif)), turn(SEVEN)
            if read.shape != expected.shape or np.abs(read.astype(int) - expected).mean() > 2:
                failures.append((kind, orientation))
    assert not failures, failures


def test_of_an_animation_the_first_frame_is_read(tmp_path):
    frames = [Image.fromarray(picture_of(digit)) for digit in "123"]
    for kind in ("GIF", "PNG", "WEBP"):
        path = tmp_path / f"a.{kind}"
        path.write_bytes(file_of(frames[0], kind, save_all=True, append_images=frames[1:]))
        assert (pages_in(path), frames_left_out(path)) == (1, 2)
        assert np.abs(read_picture(path).astype(int) - picture_of("1")).mean() < 3
    single = save_picture(tmp_path / "b.png", SEVEN)
    phone = tmp_path / "c.jpg"  # some phones keep a second copy in the file
    phone.write_bytes(file_of(frames[0], "MPO", save_all=True, append_images=frames[:1]))
    (tmp_path / "d.png").write_text("not a picture")
    for path in (single, phone, tmp_path / "d.png", tmp_path / "missing.png", tmp_path):
        assert (pages_in(path), frames_left_out(path)) == (1, 0)


def test_each_page_of_a_tiff_is_read_but_no_preview(tmp_path):
    pages = [Image.fromarray(picture_of(digit)) for digit in "123"]
    pages[1] = pages[1].resize((50, 50))
    pages[1].encoderinfo = {"tiffinfo": {254: 1}}
    path = tmp_path / "a.tif"
    path.write_bytes(file_of(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    assert pages_in(path) == pages_in(path.read_bytes()) == 2 and frames_left_out(path) == 0
    assert np.array_equal(read_picture(path), picture_of("1"))
    assert np.array_equal(read_picture(path, page=2), picture_of("3"))
    for page in (0, 3):
        with pytest.raises(PictureError, match=f"has no page {page}: it has 2"):
            read_picture(path, page=page)


def test_a_photo_as_iphones_take_it_is_read_upright():
    pillow_heif = pytest.importorskip("pillow_heif", reason="HEIC takes pillow-heif")
    file, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    pillow_heif.from_pillow(Image.fromarray(SEVEN)).save(file, quality=90, exif=exif.tobytes())
    read, expected = read_picture(file.getvalue()), np.rot90(SEVEN, -1)
    assert read.shape == expected.shape and np.abs(read.astype(int) - expected).mean() < 3
    with pytest.raises(PictureTooLargeError):
        read_picture(file.getvalue(), max_pixels=1000)
    assert reason_against(file.getvalue()[:-500]) == "not a picture in a known format"


def test_a_format_that_takes_a_package_which_is_missing_says_so(monkeypatch):
    for package in ("pillow_heif", "pypdfium2"):
        monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules, "digits.pdf", raising=False)
    monkeypatch.delattr("digits.pdf", raising=False)
    heic, pdf = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", b"%PDF-1.4"
    assert reason_against(heic) == "a HEIC photo, which takes one more package:  pip install pillow-heif"
    assert reason_against(pdf) == "a PDF, which takes one more package:  pip install pypdfium2"
    assert pages_in(heic) == pages_in(pdf) == 1


def test_a_file_that_is_open_is_read(tmp_path):
    with save_picture(tmp_path / "a.png", COLOURS).open("rb") as file:
        assert np.array_equal(read_picture(file), COLOURS)


# --- transparency ---


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_alpha_that_hides_nothing_is_left_out(kind):
    opaque = np.full((30, 40, 4), np.iinfo(kind).max, kind)
    opaque[10:20, 5:8, :3] = 0
    assert np.array_equal(read_picture(png_of(opaque)), np.where(opaque[..., :3], 255, 0))


def test_the_fourth_byte_of_a_bmp_that_names_no_alpha_hides_nothing():
    height, width = SEVEN.shape[:2]
    pixels = np.dstack([SEVEN, np.zeros((height, width), np.uint8)])[::-1].tobytes()
    header = struct.pack("<2sIHHI", b"BM", 66 + len(pixels), 0, 0, 66)
    header += struct.pack("<IiiHHIIiiII", 40, width, height, 1, 32, 3, len(pixels), 0, 0, 0, 0)
    masks = struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)  # of red, green and blue
    assert np.array_equal(read_picture(header + masks + pixels), SEVEN)


@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (200, 80, 20)])
def test_ink_that_is_only_in_the_alpha_channel_is_found(colour):
    ink = 255 - picture_of("7", ink=0, paper=255)[..., 0]
    (found,) = find_marks(read_picture(png_of(np.dstack([np.full((*ink.shape, 3), colour, np.uint8), ink]))))
    (expected,) = find_marks(SEVEN)
    assert np.abs(found.pixels - expected.pixels).mean() < 0.01


def test_a_transparent_margin_takes_the_colour_of_the_paper():
    bgra = np.zeros((60, 80, 4), np.uint8)
    bgra[:, :70] = 255
    palette = Image.fromarray(bgra[..., 3]).convert("P")
    for data in (png_of(bgra), file_of(palette, "PNG", transparency=0), file_of(palette, "GIF", transparency=0)):
        assert (read_picture(data) == 255).all()


# --- what is refused ---


def test_a_file_that_is_not_a_picture_is_said_to_be_none():
    for content in (b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"GIF89a", b"BM", b"II*\0"):
        assert reason_against(content) == "not a picture in a known format"


def test_half_a_file_is_refused():
    reasons = "not a picture in a known format", "a damaged image; if it looks right elsewhere, save it anew from there"
    failures = []
    for kind in FORMATS:
        whole = file_of(SEVEN, kind)
        for share in (0.02, 0.3, 0.6, 0.95):
            reason = reason_against(whole[: int(share * len(whole))])
            if not isinstance(reason, str) or reason not in reasons:
                failures.append((kind, share, reason))
    assert not failures, failures


def test_bytes_too_many_and_a_gap_in_a_jpeg_do_no_harm():
    whole = file_of(SEVEN, "JPEG")
    padded = whole[:-2] + bytes(3) + whole[-2:]  # as some cameras leave it
    png = png_of(SEVEN) + b"more after its end"
    assert np.array_equal(read_picture(padded), read_picture(whole))
    assert np.array_equal(read_picture(png), SEVEN)
    middle = len(whole) // 2
    gap = read_picture(whole[:middle] + bytes(40) + whole[middle + 40 :])
    assert gap.shape == SEVEN.shape and np.array_equal(gap[:100], read_picture(whole)[:100])


def test_a_picture_of_too_many_pixels_is_refused_by_its_header():
    pages = file_of(SEVEN, "PNG")
    height, width = SEVEN.shape[:2]
    assert np.array_equal(read_picture(pages, max_pixels=height * width), SEVEN)
    with pytest.raises(PictureTooLargeError, match="more than 0 megapixels; save it smaller"):
        read_picture(pages, max_pixels=height * width - 1)


@pytest.mark.parametrize("side", [14_000, 30_000])
def test_a_small_file_that_holds_a_huge_picture_is_refused(side):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packed = zlib.compressobj(9)  # at one bit a pixel, nothing but black
    rows = b"".join(packed.compress(bytes(1 + side // 8)) for _ in range(side)) + packed.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    assert len(bomb) < 200_000
    with pytest.raises(PictureTooLargeError, match="more than 178 megapixels; save it smaller"):
        read_picture(bomb)


def test_other_reasons_are_named(tmp_path):
    reasons = {
        tmp_path / "missing.png": "cannot be opened (No such file or directory)",
        tmp_path: "a folder without pictures",
    }
    assert {path: reason_against(path) for path in reasons} == reasons
    for name in ("x" * 300 + ".png", "a\0.png"):  # no file can have them
        assert reason_against(tmp_path / name).startswith("cannot be opened (")


@not_on_windows
def test_what_is_not_a_file_with_an_end_is_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")
    for path in (tmp_path / "pipe.png", "/dev/zero"):
        assert pages_in(path) == 1
        assert reason_against(path) == "not a regular file"


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is closed to this user")
def test_what_may_not_be_opened_is_said_to_be_closed(tmp_path):
    (tmp_path / "folder").mkdir()
    picture = save_picture(tmp_path / "folder" / "a.png", COLOURS)
    for closed in (picture, picture.parent):
        closed.chmod(0)
        assert reason_against(closed) == "cannot be opened (Permission denied)"
    assert reason_against(picture) == "cannot be opened (Permission denied)"
    picture.parent.chmod(0o700)


def test_standard_error_stays_where_it_is_for_other_threads(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(os, "dup2", None)
        for data in (file_of(SEVEN, "PNG"), file_of(SEVEN, "TIFF")[:200], b"text"):
            reason_against(data)


def test_pillow_adds_no_warning_of_its_own(tmp_path):
    whole = cv2.imencode(".tiff", SEVEN)[1].tobytes()
    (tmp_path / "half.tiff").write_bytes(whole[: len(whole) // 2])
    script = "import sys, digits.picture as p\ntry: p.read_picture(sys.argv[1])\nexcept p.PictureError as e: print(e)"
    command = [sys.executable, "-c", script, tmp_path / "half.tiff"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    assert (done.stdout, done.stderr) == ("not a picture in a known format\n", "")
