import io
import itertools
import json
import os
import shutil
import signal
import struct
import subprocess
import sys
import zlib
from concurrent.futures.process import BrokenProcessPool
from string import ascii_letters

import cv2
import numpy as np
import pytest
from conftest import ROOT
from drawing import picture_of, save_picture

import handwritten_digit_recognition as training
import prediction
from preprocessing import Mark, find_marks, read_picture, to_mnist

SAMPLES = {
    "zero.jpg": "0",
    "one.jpg": "1",
    "two.jpg": "2",
    "three.jpg": "3",
    "four.jpg": "4",
    "five.jpg": "5",
    "six.jpg": "6",
    "seven.png": "7",
    "eight.jpg": "8",
    "nine.jpg": "9",
    "transparent_two.png": "2",
    "phone_number.jpg": "0123456",
    "two_rows.jpg": "123\n4768",
    "empty_page.jpg": "",
}


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names or devices")


def run(*arguments, folder=ROOT, **environment):
    command = [sys.executable, ROOT / "prediction.py", *map(str, arguments)]
    usual = {
        name: value for name, value in os.environ.items() if name != "OPENCV_IO_MAX_IMAGE_PIXELS"
    }  # web_app sets it
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", env={**usual, **environment})


def main(monkeypatch, *arguments):
    """Return the exit status of prediction.py, run in here."""
    monkeypatch.setattr(sys, "argv", ["prediction.py", *map(str, arguments)])
    return prediction.main()


def test_every_sample_has_its_answer_here():
    assert {path.name for path in prediction.picture_paths([ROOT / "images"])} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_read_right(name, classify):
    marks, probabilities = prediction.read_marks(read_picture(ROOT / "images" / name), classify)
    assert prediction.result_of(name, marks, probabilities)["text"] == SAMPLES[name]


@pytest.mark.parametrize("digit", "0123456789")
def test_size_place_brightness_and_polarity_do_not_change_the_answer(digit, classify):
    usual = picture_of(digit)
    variants = {
        "usual": usual,
        "white on black": 255 - usual,
        "dim": (usual * 0.3).astype(np.uint8),
        "tiny and off centre": picture_of(digit, height=60, pen=4, size=(600, 900), at=(820, 520)),
        "a thin line": picture_of(digit, height=600, pen=3),
        "a fat brush": picture_of(digit, height=150, pen=26),
        "28 px": cv2.resize(usual, (28, 28), interpolation=cv2.INTER_AREA),
    }
    answers = {name: answer(picture, classify) for name, picture in variants.items()}
    assert answers == dict.fromkeys(variants, int(digit))


def answer(picture, classify):
    (mark,) = find_marks(picture)
    return classify(mark.pixels[np.newaxis]).argmax()


def test_images_is_read_when_nothing_is_named():
    done = run()
    assert done.returncode == 0 and done.stderr == ""
    lines = dict(line.replace("\\", "/").split(": ", 1) for line in done.stdout.splitlines())
    assert len(lines) == len(SAMPLES)
    assert lines["images/empty_page.jpg"] == "no digit found"
    assert lines["images/zero.jpg"].startswith("0  (") and lines["images/zero.jpg"].endswith(" %)")
    assert lines["images/two_rows.jpg"].startswith("123 4768  (lowest ")


def test_json_gives_an_object_a_file_and_one_bad_file_does_not_stop_the_others(tmp_path):
    save_picture(tmp_path / "a.png", picture_of("12\n3", height=120, pen=9))
    (tmp_path / "b.png").write_text("no picture")
    save_picture(tmp_path / "c.png", picture_of("", size=(50, 50)))
    (tmp_path / "notes.txt").write_text("not looked at")
    done = run("--json", tmp_path, tmp_path / "missing.png", folder=tmp_path)
    assert done.returncode == 1
    first, second, third, fourth = (json.loads(line) for line in done.stdout.splitlines())

    assert first["text"] == "12\n3" and first["error"] is None
    assert [digit["row"] for digit in first["digits"]] == [0, 0, 1]
    digit = first["digits"][0]
    assert digit["digit"] == 1 and digit["sure"] is True
    assert digit["top"][0] == [1, digit["confidence"]] and len(digit["top"]) == 3
    x, y, width, height = digit["box"]
    assert 50 < x < 70 and 50 < y < 70 and 20 < width < 60 and 115 < height < 140

    assert "not an image" in second["error"] and second["text"] == "" and second["digits"] == []
    assert third == {"image": str(tmp_path / "c.png"), "text": "", "error": None, "digits": []}
    assert "No such file" in fourth["error"]


def test_each_trouble_is_one_clear_line(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "text.png").write_text("no picture")
    good = save_picture(tmp_path / "good.png", picture_of("7"))
    done = run(tmp_path / "empty", tmp_path / "text.png", good)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{good}: 7  (")
    assert done.stderr.splitlines() == [
        f"{tmp_path / 'empty'}: a folder without pictures",
        f"{tmp_path / 'text.png'}: not an image that OpenCV can read",
    ]


def test_a_small_file_that_holds_a_huge_picture_is_refused(tmp_path):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    side = 30_000  # at one bit a pixel, nothing but black
    packed = zlib.compressobj(9)
    rows = b"".join(packed.compress(bytes(1 + side // 8)) for _ in range(side)) + packed.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    assert len(bomb) < 200_000
    (tmp_path / "bomb.png").write_bytes(bomb)
    done = run(tmp_path / "bomb.png")
    assert done.returncode == 1
    assert done.stderr == f"{tmp_path / 'bomb.png'}: more than 200 megapixels; save it smaller\n"


def test_wrong_usage_and_a_missing_model_exit_with_2(tmp_path):
    assert run("--nonsense").returncode == 2
    done = run("--model", tmp_path / "none.h5")
    assert done.returncode == 2 and done.stdout == ""
    assert "There is no model at" in done.stderr and "handwritten_digit_recognition.py" in done.stderr


def test_a_file_that_is_no_model_and_a_model_of_another_shape_are_named(tmp_path):
    from quiet_keras import keras

    (tmp_path / "text.h5").write_text("no model")
    with pytest.raises(prediction.ModelError, match="no model that Keras can load"):
        prediction.load_classifier(tmp_path / "text.h5")
    other = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    other.save(tmp_path / "other.h5", include_optimizer=False)
    with pytest.raises(prediction.ModelError, match=r"\(None, 4\)"):
        prediction.load_classifier(tmp_path / "other.h5")


def test_it_runs_from_another_folder(tmp_path):
    shutil.copy(ROOT / "images" / "seven.png", tmp_path / "größe 7.png")
    done = run("größe 7.png", folder=tmp_path)
    assert done.returncode == 0 and done.stdout.startswith("größe 7.png: 7  (")


# --- the twin ---


@pytest.fixture(scope="module")
def model():
    """A small Keras model of the right shapes, untrained."""
    from quiet_keras import keras

    keras.utils.set_random_seed(0)
    layers = keras.layers
    net = [keras.Input((28, 28, 1)), layers.Conv2D(4, 5), layers.MaxPooling2D(4), layers.Flatten()]
    return keras.Sequential([*net, layers.Dense(10, activation="softmax")])


def test_reading_needs_no_tensorflow():
    check = "import sys, prediction; prediction.main(); sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    command = [sys.executable, "-c", check, "images/seven.png"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.returncode == 0 and done.stderr == "" and "images/seven.png: 7" in done.stdout


def test_the_shipped_twin_is_the_shipped_model_and_both_answer_alike():
    path = prediction.MODEL
    assert prediction.is_twin(path.with_suffix(".onnx"), path)
    quick, slow = prediction.opencv_classifier(path.with_suffix(".onnx")), prediction.keras_classifier(path)
    images = np.random.default_rng(0).random((300, 28, 28), np.float32)
    assert np.abs(quick(images) - slow(images)).max() < 1e-5
    for name in SAMPLES:
        marks = find_marks(read_picture(ROOT / "images" / name))
        said = [prediction.classified(marks, classify) for classify in (quick, slow)]
        texts = {prediction.result_of(name, *each)["text"] for each in said}
        assert len(texts) == 1
        assert np.abs(said[0][1] - said[1][1]).max(initial=0) < 1e-5


def test_the_answers_about_each_image_and_about_it_turned_are_averaged():
    fat = to_mnist(np.ones((60, 30), bool))
    images, seen = np.stack([fat, to_mnist(np.ones((60, 6), bool))]), []

    def classify(views):
        seen.append(views)
        return np.eye(10)[: len(views)]  # 0 and 1 said of the first view, ...

    shares = prediction.averaged(classify, images)
    assert np.allclose(shares, [np.eye(10)[[0, 2, 4]].mean(axis=0), np.eye(10)[[1, 3, 5]].mean(axis=0)])
    assert np.array_equal(seen[0][:2], images)
    assert 3 * seen[0][[2, 4]].sum() < 2 * 2 * fat.sum()  # narrowed
    assert np.allclose(seen[0][[3, 5]].sum(axis=(1, 2)), images[1].sum(), rtol=0.05)  # as wide as it was
    assert np.allclose(prediction.turned(images, 90), np.rot90(images, axes=(1, 2)), atol=1e-6)


@pytest.mark.parametrize("images", [np.zeros((2, 28, 28), np.uint8), np.zeros((28, 28)), np.zeros((2, 28, 28, 1))])
def test_images_of_another_kind_are_refused(images):
    for classify in (prediction.load_classifier(str(prediction.MODEL)), prediction.keras_classifier(prediction.MODEL)):
        with pytest.raises(ValueError, match=r"images are float32 \(n, 28, 28\)"):
            classify(images)


def test_of_no_images_there_are_no_probabilities():
    for classify in (prediction.load_classifier(prediction.MODEL), prediction.keras_classifier(prediction.MODEL)):
        assert classify(np.zeros((0, 28, 28), np.float32)).shape == (0, 10)


def test_a_twin_is_used_while_it_is_of_this_model_and_keras_otherwise(tmp_path, model, capsys, monkeypatch):
    path = tmp_path / "mine.keras"
    training.save_twin(model, path, training.save_model(model, path))
    images = np.random.default_rng(1).random((5, 28, 28), np.float32)
    answers = model.predict(images[..., np.newaxis], verbose=0)
    capsys.readouterr()

    with monkeypatch.context() as patch:
        patch.setattr(prediction, "keras_classifier", None)
        for name in ("mine.keras", "mine.onnx"):
            assert np.allclose(prediction.load_classifier(tmp_path / name)(images), answers, atol=1e-5)
        assert capsys.readouterr().err == ""

    model.layers[-1].bias.assign_add(np.arange(10))
    model.save(path)  # another model in its place
    changed = model.predict(images[..., np.newaxis], verbose=0)
    assert np.allclose(prediction.load_classifier(path)(images), changed, atol=1e-5)
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "mine.onnx is of another model" in said and f"--twin {path}" in said
    path.with_suffix(".onnx").unlink()
    prediction.load_classifier(path)
    assert "mine.onnx is missing" in capsys.readouterr().err


@pytest.mark.filterwarnings("error:Do not pass")
def test_a_file_in_the_form_of_keras_2_is_read(tmp_path, model):
    h5py = pytest.importorskip("h5py")
    path = tmp_path / "old.h5"
    model.save(path)
    with h5py.File(path, "a") as file:
        config = json.loads(file.attrs["model_config"])
        first, second = (layer["config"] for layer in config["config"]["layers"][:2])
        first["batch_input_shape"] = second["batch_input_shape"] = first.pop("batch_shape")
        file.attrs["model_config"], file.attrs["keras_version"] = json.dumps(config), "2.4.0"
    images = np.random.default_rng(1).random((5, 28, 28), np.float32)
    answers = model.predict(images[..., np.newaxis], verbose=0)
    assert np.allclose(prediction.keras_classifier(path)(images), answers, atol=1e-5)


def test_an_onnx_model_of_another_shape_or_none_at_all_is_named(tmp_path):
    from quiet_keras import keras

    (tmp_path / "text.onnx").write_text("no model")
    other = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10)])
    training.save_twin(other, tmp_path / "other.h5", "")
    with pytest.raises(prediction.ModelError, match="no ONNX model"):
        prediction.load_classifier(tmp_path / "text.onnx")
    with pytest.raises(prediction.ModelError, match="softmax"):
        prediction.load_classifier(tmp_path / "other.onnx")
    wide = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(12)])
    training.save_twin(wide, tmp_path / "wide.h5", "")
    with pytest.raises(prediction.ModelError, match="should give ten"):
        prediction.load_classifier(tmp_path / "wide.onnx")


def test_a_damaged_twin_is_named_and_the_keras_model_used(tmp_path, model, capsys):
    path = tmp_path / "mine.keras"
    twin = path.with_suffix(".onnx")
    training.save_twin(model, path, training.save_model(model, path))
    whole = bytearray(twin.read_bytes())
    for place in np.random.default_rng(0).integers(0, len(whole), 20):
        damaged = whole.copy()
        damaged[place] ^= 1
        twin.write_bytes(damaged)
        assert not prediction.is_twin(twin, path)
    capsys.readouterr()
    assert prediction.load_classifier(path)(np.zeros((2, 28, 28), np.float32)).shape == (2, 10)
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "mine.onnx is of another model or damaged" in said


@pytest.mark.parametrize("name", ["evil.h5", "evil.keras"])
def test_code_in_a_model_is_not_run(tmp_path, monkeypatch, name):
    from quiet_keras import keras

    code = keras.layers.Lambda(lambda x: (__import__("os").environ.update(RAN="yes"), x)[1])
    layers = [keras.Input((28, 28, 1)), code, keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
    keras.Sequential(layers).save(tmp_path / name)
    monkeypatch.delenv("RAN")  # while it was built
    with pytest.raises(prediction.ModelError, match=r"Lambda.*arbitrary code"):
        prediction.load_classifier(tmp_path / name)
    assert "RAN" not in os.environ


@linux_only
def test_weights_only_half_a_model_and_what_is_no_file_are_named(tmp_path, model):
    model.save_weights(tmp_path / "a.weights.h5")
    model.save(tmp_path / "whole.h5")
    whole = (tmp_path / "whole.h5").read_bytes()
    (tmp_path / "half.h5").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.h5").write_bytes(b"")
    for name in ("a.weights.h5", "half.h5", "empty.h5"):
        with pytest.raises(prediction.ModelError, match="no model that Keras can load"):
            prediction.load_classifier(tmp_path / name)
    os.mkfifo(tmp_path / "pipe.h5")
    (tmp_path / "notes.txt").touch()
    reasons = {"pipe.h5": "There is no model", ".": "is a folder", "notes.txt": r"should end in \.h5"}
    for name, reason in reasons.items():
        with pytest.raises(prediction.ModelError, match=reason):
            prediction.load_classifier(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing is closed to this user")
def test_a_model_or_a_twin_that_may_not_be_read_is_said_to_be_closed(tmp_path, monkeypatch, capsys):
    (tmp_path / "a.h5").touch(0)
    with pytest.raises(prediction.ModelError, match="Permission denied"):
        prediction.load_classifier(tmp_path / "a.h5")
    (tmp_path / "a.h5").chmod(0o600)
    (tmp_path / "a.onnx").touch(0)
    monkeypatch.setattr(prediction, "keras_classifier", lambda path: path)
    assert prediction.load_classifier(tmp_path / "a.h5") == tmp_path / "a.h5"
    assert "a.onnx is closed (Permission denied)" in capsys.readouterr().err


def test_many_files_are_answered_in_their_order(tmp_path):
    for i in range(30):
        save_picture(tmp_path / f"{i:02}.png", picture_of(str(i % 10), height=40 + i, pen=4))
    (tmp_path / "07.png").write_text("no picture")
    done = run("--json", tmp_path)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["image"] for line in lines] == [str(tmp_path / f"{i:02}.png") for i in range(30)]
    assert done.stderr == ""  # a progress bar only in a terminal
    assert [i for i, line in enumerate(lines) if line["error"]] == [7]
    assert sum(line["text"] == str(i % 10) for i, line in enumerate(lines)) >= 28
    assert run("--json", tmp_path).stdout == done.stdout


def test_no_more_processes_are_begun_than_windows_can_wait_for(monkeypatch):
    asked = []

    class Pool:
        def __init__(self, processes, *_):
            asked.append(processes)

        __enter__ = lambda self: self  # noqa: E731
        __exit__ = submit = lambda self, *_: None

    monkeypatch.setattr(prediction, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(os, "cpu_count", lambda: 128)
    assert list(prediction.in_parallel(str, [])) == [] and asked == [61]


def test_an_output_that_cannot_be_set_gets_the_same_lines(monkeypatch):
    """That of IDLE, Python's own editor, cannot."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert main(monkeypatch, ROOT / "images" / "seven.png") == 0
    assert ": 7  (" in sys.stdout.getvalue()


def test_a_photo_of_an_iphone_in_a_folder_is_not_passed_over(tmp_path):
    (tmp_path / "IMG_0001.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + bytes(40))
    done = run(tmp_path)
    assert done.returncode == 1 and "IMG_0001.HEIC: a HEIC photo" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C cannot be sent from here")
def test_ctrl_c_keeps_what_was_printed(tmp_path):
    picture = save_picture(tmp_path / "a.png", picture_of("7"))
    command = [sys.executable, ROOT / "prediction.py", *[picture] * 3000]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        first = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130 and first.startswith(str(picture).encode() + b": 7  (")
    assert said.startswith(b"Stopped.") and said.count(b"\n") == 1


def test_a_pipe_that_ends_early_is_no_error(tmp_path):
    picture = save_picture(tmp_path / "a.png", picture_of("7"))
    command = [sys.executable, ROOT / "prediction.py", *[picture] * 100]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b"" and process.wait(timeout=60) == 0


# --- what shells and folders bring ---


@linux_only
def test_any_name_is_printed_in_one_line(tmp_path):
    names = ["a b.png", "'\".png", "x\n.png", "-dash.png", "\x1b[31m.png", "😀.png", "\udcff.png", "y" * 251 + ".png"]
    for name in names:
        save_picture(tmp_path / name, picture_of("7"))
    done = run("--", *names, "-😀", folder=tmp_path, PYTHONIOENCODING="ascii")
    shown = ["a b", "'\"", "x\\n", "-dash", "\\x1b[31m", "\\U0001f600", "\\udcff", "y" * 251]
    assert done.stdout.splitlines() == [f"{name}.png: 7  (100.0 %)" for name in shown]
    assert done.stderr == "-\\U0001f600: cannot be opened (No such file or directory)\n"
    (line,) = run("--json", "\udcff.png", folder=tmp_path).stdout.splitlines()
    assert json.loads(line)["image"] == "\udcff.png"


@linux_only
@pytest.mark.parametrize(
    "redirection, said",
    [
        (">&-", "missing.png: cannot be opened (No such file or directory)\n"),
        (">&- 2>&- <&-", ""),
        (">/dev/full", "Stopped: standard output takes no more (No space left on device).\n"),
    ],
)
def test_closed_streams_and_a_full_disk_behind_them_bring_no_traceback(tmp_path, redirection, said):
    save_picture(tmp_path / "good.png", picture_of("7"))
    command = f'"{sys.executable}" "{ROOT}/prediction.py" good.png missing.png {redirection}'
    done = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)


def test_pythons_isolated_mode_finds_the_other_scripts(tmp_path):
    picture = save_picture(tmp_path / "a.png", picture_of("7"))
    command = [sys.executable, "-I", ROOT / "prediction.py", *[picture] * 20]  # 20: by several processes
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.stdout == f"{picture}: 7  (100.0 %)\n" * 20 and done.stderr == ""


def test_that_only_the_first_frame_is_read_is_said(tmp_path, monkeypatch, capfd):
    pages = [picture_of(digit) for digit in "123"]
    film = cv2.Animation()
    film.frames, film.durations = pages, [100] * 3
    for suffix in (".gif", ".png", ".webp"):
        (tmp_path / f"a{suffix}").write_bytes(cv2.imencodeanimation(suffix, film)[1].tobytes())
    (tmp_path / "a.tiff").write_bytes(cv2.imencodemulti(".tiff", pages)[1].tobytes())
    assert main(monkeypatch, "--json", tmp_path) == 0
    out, err = capfd.readouterr()
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["1"] * 4
    paths = [tmp_path / f"a{suffix}" for suffix in (".gif", ".png", ".tiff", ".webp")]
    assert err.splitlines() == [f"{path}: only the first of 3 frames is read" for path in paths]


def test_libraries_add_nothing_to_the_line_about_a_damaged_file(tmp_path, monkeypatch, capfd):
    paths = [save_picture(tmp_path / f"a{suffix}", picture_of("7")) for suffix in (".gif", ".png", ".tiff", ".webp")]
    for path in paths:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] + bytes(len(whole) // 4))
    assert main(monkeypatch, *paths) == 1
    assert capfd.readouterr() == ("", "".join(f"{path}: not an image that OpenCV can read\n" for path in paths))


def test_where_its_picture_cannot_be_saved_is_said_and_the_next_is_read(tmp_path, monkeypatch, capfd):
    long = save_picture(tmp_path / ("x" * 250 + ".png"), picture_of("7"))
    good = save_picture(tmp_path / "y.png", picture_of("7"))
    monkeypatch.chdir(tmp_path)
    assert main(monkeypatch, "--save", "out", long.name, good.name) == 1
    out, err = capfd.readouterr()
    assert out.count(": 7  (") == 2 and err.count("\n") == 1 and "cannot be saved" in err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["y.png.read.png"]
    assert main(monkeypatch, "--save", good, good) == 2
    assert "Nothing can be saved in" in capfd.readouterr().err


def test_a_process_that_is_ended_from_outside_is_named(tmp_path, monkeypatch, capfd):
    def broken(*_):
        raise BrokenProcessPool
        yield

    monkeypatch.setattr(prediction, "in_parallel", broken)
    assert main(monkeypatch, *[tmp_path / "a.png"] * 20) == 1
    assert capfd.readouterr().err.startswith("Stopped: a process that reads pictures was ended")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder that a program is in")
def test_a_deleted_current_folder_is_no_obstacle(tmp_path, monkeypatch, capfd):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    assert main(monkeypatch, ROOT / "images" / "seven.png") == 0
    assert ": 7  (" in capfd.readouterr().out


# --- what is said ---


def result_for(*marks):
    """Return the result for marks that are given as (row, likeliest digit, its probability)."""
    probabilities = [np.where(np.arange(10) == digit, share, (1 - share) / 9) for _, digit, share in marks]
    pixels = np.zeros((28, 28), np.float32)
    return prediction.result_of(
        "a.png", [Mark((1, 2, 3, 4), row, pixels) for row, *_ in marks], np.array(probabilities)
    )


def test_an_unsure_mark_is_a_question_mark():
    result = result_for((0, 7, 0.9), (0, 3, 0.3), (1, 4, 0.8))
    assert result["text"] == "7?\n4"
    assert [digit["sure"] for digit in result["digits"]] == [True, False, True]
    assert prediction.in_words(result) == "a.png: 7? 4  (lowest 30.0 %)"


def test_where_no_mark_is_sure_there_is_no_digit():
    result = result_for((0, 7, 0.3))
    said = prediction.in_words(result)
    assert said == "a.png: no digit found  (1 mark, none surely a digit)"
    assert prediction.in_words(result, top=3).startswith(said + "\n    7 30.0 %, ")


def test_top_prints_the_alternatives(tmp_path):
    picture = save_picture(tmp_path / "a.png", picture_of("73"))
    first, *others = run("--top", "2", picture).stdout.splitlines()
    assert first.startswith(f"{picture}: 73  (lowest ")
    assert [line.split()[0] for line in others] == ["7", "3"]
    assert all(line.count(" %") == 2 for line in others)


def test_save_writes_the_picture_with_what_the_net_saw(tmp_path):
    (tmp_path / "in").mkdir()
    for name in ("a.png", "a.jpg"):
        save_picture(tmp_path / "in" / name, picture_of("73"))
    save_picture(tmp_path / "in_a.png", picture_of("4"))
    assert run("--save", "out", "in", "in_a.png", folder=tmp_path).returncode == 0
    names = {"in_a.png.read.png", "in_a.png.2.read.png", "in_a.jpg.read.png"}  # none takes another's place
    assert {path.name for path in (tmp_path / "out").iterdir()} == names


@pytest.mark.parametrize("shape", [(2, 9000, 3), (9000, 2, 3)])
def test_the_sheet_of_a_strip_is_a_picture_too(shape):
    sheet = prediction.annotated(np.full(shape, 255, np.uint8), [], [])
    assert sheet.size and max(sheet.shape) <= 1000


def test_the_sheet_holds_the_picture_and_every_image_that_the_net_saw():
    picture = picture_of("73")
    marks = find_marks(picture)
    digits = prediction.result_of("", marks, np.eye(10)[[7, 3]])["digits"]
    sheet = prediction.annotated(picture, marks, digits)
    assert sheet.dtype == np.uint8 and sheet.shape[1] >= picture.shape[1] + 28
    panel = sheet[:, -104:, 0]
    for mark in marks:
        tile = cv2.resize(np.round(255 * mark.pixels).astype(np.uint8), (84, 84), interpolation=cv2.INTER_NEAREST)
        assert cv2.matchTemplate(panel, tile, cv2.TM_SQDIFF_NORMED).min() < 1e-3


def test_show_without_a_display_says_so_and_reads_all_the_same(tmp_path):
    picture = save_picture(tmp_path / "a.png", picture_of("7"))
    done = run("--show", picture)
    assert done.returncode == 0 and "--save" in done.stderr and done.stdout.startswith(f"{picture}: 7")


def test_without_a_display_show_says_so_once(tmp_path):
    for name in "ab":
        save_picture(tmp_path / f"{name}.png", picture_of("7"))
    assert run("--show", tmp_path).stderr.count("--save") == 1


def test_its_own_sheets_in_a_folder_are_not_read(tmp_path):
    save_picture(tmp_path / "a.png", picture_of("7"))
    for _ in range(2):
        done = run("--save", tmp_path, tmp_path)
        assert len(done.stdout.splitlines()) == 1
    assert len(list(tmp_path.glob("*.read.png"))) == 1


def test_a_star_that_no_shell_has_filled_in(tmp_path):
    for name in ("a.png", "b.png", "c.jpg"):
        save_picture(tmp_path / name, picture_of("7"))
    paths = prediction.picture_paths([tmp_path / "*.png", tmp_path / "*.gif"])
    assert list(paths) == [tmp_path / "a.png", tmp_path / "b.png", tmp_path / "*.gif"]
    save_picture(tmp_path / "*.png", picture_of("7"))  # as no name on Windows is
    assert list(prediction.picture_paths([tmp_path / "*.png"])) == [tmp_path / "*.png"]


def test_among_many_marks_that_are_none_a_single_digit_is_not_believed():
    assert result_for((0, 7, 0.9), (0, 3, 0.3), (0, 4, 0.2))["text"] == "???"
    assert result_for((0, 7, 0.9), (0, 3, 0.3))["text"] == "7?"


def test_bare_lines_between_marks_that_are_none_make_no_digits():
    line, letter = (0, 1, 0.99), (0, 3, 0.2)
    text = [line, line, letter, (0, 7, 0.8), line, line, letter, line, line, letter, line]
    result = result_for(*text)
    assert result["text"] == 11 * "?"
    assert prediction.in_words(result) == "a.png: no digit found  (11 marks, too few of them digits)"
    assert result_for(*[line] * 4)["text"] == "1111"
    assert result_for(line, letter, line, letter, (0, 2, 0.9))["text"] == "1?1?2", "a sum"
    assert result_for(line, letter)["text"] == "1?"


@pytest.mark.parametrize(
    "whole, part, is_taken_apart", [(0.3, 0.97, True), (0.3, 0.8, False), (0.9, 0.99, False), (1, 1, False)]
)
def test_a_mark_is_taken_apart_where_its_parts_are_far_less_in_doubt(whole, part, is_taken_apart):
    pixels = np.zeros((28, 28), np.float32)
    left, right = (Mark((x, 0, 9, 10), 0, pixels) for x in (0, 9))
    mark = Mark((0, 0, 18, 10), 0, pixels, ((left, right),))
    answers = {id(mark): np.array([whole]), id(left): np.array([max(0.99, part)]), id(right): np.array([part])}
    taken = prediction.surest(mark, answers)
    assert [id(each) for each in taken] == ([id(left), id(right)] if is_taken_apart else [id(mark)])


def test_hardly_any_letter_is_taken_apart_into_digits(classify):
    fonts, taken_apart = (cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, cv2.FONT_HERSHEY_SCRIPT_COMPLEX), []
    for font, letter in itertools.product(fonts, ascii_letters):
        picture = np.full((220, 300, 3), 255, np.uint8)
        cv2.putText(picture, letter, (60, 130), font, 3, (0, 0, 0), 6, cv2.LINE_AA)
        marks, _ = prediction.read_marks(picture, classify)
        taken_apart += [letter] if len(marks) > 1 else []
    assert len(taken_apart) <= 3, taken_apart


def test_a_word_is_not_taken_apart_into_digits(classify):
    picture = np.full((160, 700, 3), 255, np.uint8)
    cv2.putText(picture, "Anna", (60, 110), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 3, (0, 0, 0), 6, cv2.LINE_AA)
    marks, _ = prediction.read_marks(picture, classify)
    assert len(marks) == 4


def mark_of(digit, width=18, height=10):
    """Return a mark that found_in takes for `digit`, or for none where it is None."""
    pixels = np.full((28, 28), (20 if digit is None else digit) / 100, np.float32)  # too pale to be narrowed
    return Mark((0, 0, width, height), 0, pixels)


def found_in(marks):
    """Return the digits, or None, of the marks of mark_of that are left."""

    def classify(images):
        codes = np.round(100 * images[:, 14, 14]).astype(int)
        return np.where((codes == 20)[:, None], 0.1, np.eye(10)[codes % 20 % 10])

    found, probabilities = prediction.classified(marks, classify)
    assert len(found) == len(probabilities)
    return [None if answer.max() < 0.5 else answer.argmax() for answer in probabilities]


@pytest.mark.parametrize("beside, found", [((), [1, 2]), ((7,), [1, 2, 7]), ((None, None), [None, None, None])])
def test_among_letters_no_mark_is_taken_apart(beside, found):
    letter = mark_of(None)._replace(readings=((mark_of(1), mark_of(2)),))
    assert found_in([letter, *map(mark_of, beside)]) == found


@pytest.mark.parametrize(
    "marks, left",
    [
        ([(5, 20, 40), (None, 9, 15)], [5]),  # the bar of a 5, drawn apart
        ([(None, 9, 15), (5, 20, 40)], [5]),
        ([(5, 20, 40), (None, 20, 25)], [5, None]),  # it may be a digit
        ([(5, 20, 40), (None, 45, 15)], [5, None]),
        ([(5, 20, 40), (None, 9, 15), (3, 20, 40)], [5, None, 3]),  # a sum
        ([(5, 20, 40), (1, 3, 15)], [5, 1]),
        ([(None, 20, 40), (None, 9, 15)], [None, None]),
    ],
)
def test_a_low_mark_that_is_none_is_left_out_beside_a_digit_that_is_alone(marks, left):
    assert found_in([mark_of(*mark) for mark in marks]) == left
