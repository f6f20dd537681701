"""The command line: what is printed, where, with which exit status."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
from conftest import ROOT
from drawing import picture_of, save_picture
from PIL import Image

import prediction
from digits import read
from digits.classifier import ROW_READER
from digits.files import SHIPPED, picture_paths

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals and pipes")


@pytest.fixture
def run(monkeypatch, capfd):
    """A function that runs prediction.py, in here, and returns exit status, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["prediction.py", "--model", str(SHIPPED), *map(str, arguments)])
        try:
            status = prediction.main()
        except SystemExit as end:  # argparse
            status = end.code
        return status, *capfd.readouterr()

    return run


def command(*arguments):
    return [sys.executable, ROOT / "prediction.py", "--model", SHIPPED, *arguments]


def run_apart(*arguments, folder=ROOT, **environment):
    """Run prediction.py in a process of its own."""
    environment = {**os.environ, **environment}
    return subprocess.run(command(*arguments), cwd=folder, capture_output=True, encoding="utf-8", env=environment)


# --- lines ---


@pytest.mark.slow
def test_it_reads_in_idle_whose_standard_output_has_no_encoding(monkeypatch):
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(sys, "argv", ["prediction.py", "--model", str(SHIPPED), str(ROOT / "images" / "seven.png")])
    assert prediction.main() == 0 and "seven.png: 7  (" in sys.stdout.getvalue()


def test_images_is_read_when_nothing_is_named(run, monkeypatch):
    monkeypatch.chdir(ROOT)
    status, out, err = run()
    lines = dict(line.replace("\\", "/").split(": ", 1) for line in out.splitlines())
    assert (status, err) == (0, "")
    assert list(lines) == [path.relative_to(ROOT).as_posix() for path in picture_paths([ROOT / "images"])]
    assert lines["images/empty_page.jpg"] == "no digit found"
    assert lines["images/zero.jpg"].startswith("0  (99.")
    assert lines["images/two_rows.jpg"].startswith("123 / 4768  (")


def test_json_prints_what_read_returns_an_object_a_line_and_nothing_else(run, tmp_path, classify):
    good = save_picture(tmp_path / "a.png", picture_of("12\n3", height=120, pen=9))
    (tmp_path / "b.png").write_text("not a picture")
    save_picture(tmp_path / "c.png", picture_of("", size=(50, 50)))
    (tmp_path / "notes.txt").write_text("not looked at")
    paths = [good, tmp_path / "b.png", tmp_path / "c.png", tmp_path / "missing.png"]
    status, out, err = run("--json", tmp_path, tmp_path / "missing.png")
    assert (status, err) == (1, "")
    assert [json.loads(line) for line in out.splitlines()] == [read(path, classify) for path in paths]
    _, out, _ = run("--json", "--top", 5, good)
    assert json.loads(out) == read(good, classify, top=5)


def test_each_trouble_is_one_clear_line_on_standard_error_and_the_others_are_read(run, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.png").write_text("not a picture")
    good = save_picture(tmp_path / "good.png", picture_of("7"))
    status, out, err = run(tmp_path / "empty", tmp_path / "text.png", good)
    assert status == 1 and out.startswith(f"{good}: 7  (") and out.count("\n") == 1
    assert err.splitlines() == [
        f"{tmp_path / 'empty'}: a folder without pictures",
        f"{tmp_path / 'text.png'}: not a picture in a known format",
    ]


def test_every_page_is_read_and_of_animations_the_first_frame(run, tmp_path):
    pages = [Image.fromarray(picture_of(digit)) for digit in "123"]
    animations = [tmp_path / f"a{suffix}" for suffix in (".gif", ".png", ".webp")]
    for path in (*animations, tmp_path / "b.tiff"):
        pages[0].save(path, save_all=True, append_images=pages[1:])
    status, out, err = run(tmp_path)
    assert status == 0
    assert [line.split("  (")[0] for line in out.splitlines()] == [
        *[f"{path}: 1" for path in animations],
        *[f"{tmp_path / 'b.tiff'} page {number}: {number}" for number in (1, 2, 3)],
    ]
    assert err.splitlines() == [f"{path}: only the first of 3 frames is read" for path in animations]


def test_csv_prints_a_table_with_a_row_a_page(run, tmp_path):
    good = save_picture(tmp_path / "a.png", picture_of("12\n3", height=120, pen=9))
    (tmp_path / "b.png").write_text("not a picture")
    status, out, err = run("--csv", tmp_path)
    head, *rows = out.splitlines()
    assert status == 1 and head == "image,page,text,confidence"
    assert rows[0].startswith(f"{good},1,12 / 3,0.9") and rows[1:] == [f"{tmp_path / 'b.png'},1,,0.0"]
    assert err == f"{tmp_path / 'b.png'}: not a picture in a known format\n"
    assert run("--csv", "--json", tmp_path)[0] == 2


def test_top_prints_the_likeliest_of_each_mark(run, tmp_path):
    picture = save_picture(tmp_path / "a.png", picture_of("73"))
    _, out, _ = run("--top", "2", picture)
    first, *others = out.splitlines()
    assert first.startswith(f"{picture}: 73  (")
    assert [line.split()[0] for line in others] == ["7", "3"]
    assert all(line.startswith("    ") and line.count(" %") == 2 for line in others)


@linux_only
def test_any_name_is_printed_in_one_line(tmp_path):
    names = ["a b.png", "'\".png", "x\n.png", "-dash.png", "\x1b[31m.png", "😀.png", "\udcff.png", "y" * 251 + ".png"]
    for name in names:
        save_picture(tmp_path / name, picture_of("7"))
    done = run_apart("--", *names, "-😀", folder=tmp_path, PYTHONIOENCODING="ascii")
    shown = ["a b", "'\"", "x\\n", "-dash", "\\x1b[31m", "\\U0001f600", "\\udcff", "y" * 251]
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [f"{name}.png" for name in shown]
    assert done.stderr == "-\\U0001f600: cannot be opened (No such file or directory)\n"
    (line,) = run_apart("--json", "\udcff.png", folder=tmp_path).stdout.splitlines()
    assert json.loads(line)["image"] == "\udcff.png"


# --- models and usage ---


def test_wrong_usage_and_a_missing_model_exit_with_2(run, tmp_path):
    assert run("--nonsense")[0] == run("--top", "11")[0] == 2
    status, out, err = run("--model", tmp_path / "none.h5")
    assert (status, out) == (2, "")
    assert err == f"There is no model at {tmp_path / 'none.h5'}. Train one:  python handwritten_digit_recognition.py\n"


def test_reading_needs_no_tensorflow():
    check = "import sys, prediction; prediction.main(); sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    arguments = [sys.executable, "-c", check, "--model", SHIPPED, "images/seven.png"]
    done = subprocess.run(arguments, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0 and done.stderr == "" and "images/seven.png: 7" in done.stdout


def test_from_any_folder_the_users_own_model_reads_where_there_is_one_and_that_is_said(tmp_path):
    """In a copy of the project: whatever was trained in this one stays out of it."""
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    shutil.copytree(ROOT / "digits", project / "digits", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "prediction.py", project)
    (project / "models").mkdir()
    for model in (SHIPPED, SHIPPED.with_name(ROW_READER)):
        for suffix in (".h5", ".onnx"):
            shutil.copy(model.with_suffix(suffix), project / "models")
    elsewhere.mkdir()
    save_picture(elsewhere / "größe 7.png", picture_of("7"))

    def said(folder, picture):
        arguments = [sys.executable, project / "prediction.py", picture]
        done = subprocess.run(arguments, cwd=folder, capture_output=True, encoding="utf-8")
        assert done.returncode == 0 and done.stdout.startswith(f"{picture}: 7  (")
        return done.stderr

    assert said(elsewhere, "größe 7.png") == ""
    for suffix in (".h5", ".onnx"):
        shutil.copy(SHIPPED.with_suffix(suffix), project / "models" / f"handwritten_digit_cnn{suffix}")
    own, shipped = "models/handwritten_digit_cnn.h5", "models/shipped_digit_cnn.h5"
    assert said(project, elsewhere / "größe 7.png").replace("\\", "/") == (
        f"Reading with your own {own}; the shipped one: --model {shipped}\n"
    )
    assert str(project / "models") in said(elsewhere, "größe 7.png")


# --- saving and showing ---


def test_save_writes_an_overlay_for_each_and_none_takes_anothers_place(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in").mkdir()
    for name in ("in/a.png", "in/a.jpg", "in_a.png"):
        save_picture(tmp_path / name, picture_of("73"))
    status, _, err = run("--save", "out/new", "in", "in_a.png")
    assert status == 0
    saved = list((tmp_path / "out" / "new").iterdir())
    assert {path.name for path in saved} == {"in_a.read.png", "in_a_2.read.png", "in_a_3.read.png"}
    assert err == f"Saved 3 pictures in {Path('out', 'new')}\n"
    for path in saved:
        with Image.open(path) as image:
            assert image.width > picture_of("73").shape[1]


def test_its_own_overlays_in_a_folder_are_not_read(run, tmp_path):
    save_picture(tmp_path / "a.png", picture_of("7"))
    for _ in range(2):
        _, out, _ = run("--save", tmp_path, tmp_path)
        assert out.count("\n") == 1
    assert len(list(tmp_path.glob("*.read.png"))) == 1


def test_where_an_overlay_cannot_be_saved_that_is_said_and_the_next_is_read(run, tmp_path, monkeypatch):
    long = save_picture(tmp_path / ("x" * 250 + ".png"), picture_of("7"))
    good = save_picture(tmp_path / "y.png", picture_of("7"))
    monkeypatch.chdir(tmp_path)
    status, out, err = run("--save", "out", long.name, good.name)
    assert status == 1 and out.count(": 7  (") == 2
    refused, saved = err.splitlines()
    assert "read, but its picture cannot be saved (" in refused and saved == f"Saved {Path('out', 'y.read.png')}"
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["y.read.png"]
    status, out, err = run("--save", good, good)
    assert (status, out) == (2, "") and err.startswith(f"Nothing can be saved in {good} (")


def test_without_a_display_show_says_so_once_and_reads_all_the_same(run, tmp_path):
    for name in "ab":
        save_picture(tmp_path / f"{name}.png", picture_of("7"))
    status, out, err = run("--show", tmp_path)
    assert status == 0 and out.count(": 7  (") == 2
    assert err == "There is no display, or no tkinter; --save FOLDER writes to files what --show shows.\n"


def test_show_opens_a_window_for_each_picture(run, tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("digits.overlay.reason_for_no_window", lambda: "")
    monkeypatch.setattr("digits.overlay.show", lambda image, title: shown.append((title, image.shape[1] > 360)))
    paths = [save_picture(tmp_path / f"{name}.png", picture_of("7")) for name in "ab"]
    assert run("--show", *paths)[0] == 0
    assert shown == [(str(path), True) for path in paths]


# --- many files, and an end before the last ---


@pytest.mark.slow
def test_many_files_are_read_by_several_processes_and_answered_in_their_order(tmp_path):
    for i in range(30):
        save_picture(tmp_path / f"{i:02}.png", picture_of(str(i % 10), height=40 + i, pen=4))
    (tmp_path / "07.png").write_text("not a picture")
    done = run_apart("--json", tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["image"] for line in lines] == [str(tmp_path / f"{i:02}.png") for i in range(30)]
    assert done.stderr == ""  # a progress bar only in a terminal
    assert [i for i, line in enumerate(lines) if line["error"]] == [7]
    assert sum(line["text"] == str(i % 10) for i, line in enumerate(lines)) >= 28
    assert run_apart("--json", tmp_path).stdout == done.stdout


def test_a_process_that_is_ended_from_outside_is_named(run, tmp_path, monkeypatch):
    def broken(*_):
        raise BrokenProcessPool
        yield

    monkeypatch.setattr("digits.parallel.in_parallel", broken)
    status, out, err = run(*[tmp_path / "a.png"] * 20)
    assert (status, out) == (1, "") and err.startswith("Stopped: a process that reads pictures was ended")


@pytest.mark.slow
@not_on_windows
def test_ctrl_c_keeps_what_was_printed(tmp_path):
    picture = save_picture(tmp_path / "a.png", picture_of("7"))
    with subprocess.Popen(command(*[picture] * 3000), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and first.startswith(f"{picture}: 7  (".encode())
    assert said.startswith(b"Stopped.") and said.count(b"\n") == 1


@pytest.mark.slow
@not_on_windows
def test_a_pipe_that_ends_early_is_not_an_error(tmp_path):
    picture = save_picture(tmp_path / "a.png", picture_of("7"))
    with subprocess.Popen(command(*[picture] * 100), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait(timeout=60) == 0
