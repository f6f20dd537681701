import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT

from digits.files import OWN, SHIPPED, TRAINED, near, picture_paths, printable, remark_on, typed, written_whole


def made(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()


def test_of_a_folder_the_pictures_are_named_sorted_and_nothing_else(tmp_path):
    pictures = ["B.JPG", "a.png", "c.jpeg", "d.webp", "e.tif", "photo.HEIC", "scan.pdf"]
    made(tmp_path, *reversed(pictures), "notes.txt", ".hidden.png", "a.png.read.png", "inner/f.png")
    assert list(picture_paths([tmp_path])) == [tmp_path / name for name in pictures]


def test_what_is_named_stays_even_where_it_cannot_be_read(tmp_path):
    made(tmp_path, "notes.txt", "a.png.read.png", "empty/notes.txt")
    named = [tmp_path / name for name in ("missing.png", "empty", "a.png.read.png", "notes.txt")]
    assert list(picture_paths(named)) == named


def test_a_star_that_no_shell_has_filled_in_is_filled_in(tmp_path):
    made(tmp_path, "b.png", "a.png", "c.jpg")
    paths = picture_paths([tmp_path / "*.png", tmp_path / "*.gif"])
    assert list(paths) == [tmp_path / "a.png", tmp_path / "b.png", tmp_path / "*.gif"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_file_whose_name_is_a_star_is_itself(tmp_path):
    made(tmp_path, "a.png", "*.png")
    assert list(picture_paths([tmp_path / "*.png"])) == [tmp_path / "*.png"]


def test_a_file_is_the_old_one_until_the_new_one_is_whole(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), written_whole(path) as beside:
        beside.write_text("hal")
        assert path.read_text() == "old"
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    with written_whole(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new" and list(tmp_path.iterdir()) == [path]


def test_a_path_is_shown_as_one_would_type_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert near(tmp_path / "a" / "b.png") == Path("a", "b.png")
    assert near(tmp_path.parent) == tmp_path.parent
    assert typed(tmp_path / "b.png") == "b.png" and typed(tmp_path / "my model.h5") == '"my model.h5"'


def test_a_name_is_printed_in_one_line_that_steers_no_terminal():
    names = {
        "größe 数字 😀 '\".png": "größe 数字 😀 '\".png",
        "x\n\ty": r"x\n\ty",
        "\x1b[31m\x7f": r"\x1b[31m\x7f",
        "\udcff\u2028\u202e": r"\udcff\u2028\u202e",
    }
    assert {name: printable(name) for name in names} == names
    assert printable(Path("a") / "b") == str(Path("a") / "b")


def test_the_model_that_knows_the_hand_reads_first_then_the_trained_one_then_the_shipped(tmp_path):
    shutil.copytree(ROOT / "digits", tmp_path / "digits")
    (tmp_path / "models").mkdir()
    program = "from digits.files import BENEATH, DEFAULT_MODEL; print(DEFAULT_MODEL.name, BENEATH.name)"

    def said():
        return subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True).stdout

    assert said().split() == [SHIPPED.name, SHIPPED.name]
    (tmp_path / "models" / OWN.name).touch()
    assert said().split() == [OWN.name, SHIPPED.name]
    (tmp_path / "models" / TRAINED.name).touch()
    assert said().split() == [OWN.name, TRAINED.name]
    (tmp_path / "models" / OWN.name).unlink()
    assert said().split() == [TRAINED.name, TRAINED.name]


def test_of_a_model_of_ones_own_it_is_said_that_it_reads(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert "learned your hand; without that: --model models" in remark_on(near(OWN))
    assert "your own models" in remark_on(TRAINED) and remark_on(SHIPPED) is None
