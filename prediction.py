"""Read handwritten digits from pictures.

    python prediction.py                            the pictures in images/
    python prediction.py photo.jpg scans/           a picture, and every picture in a folder
    python prediction.py --show photo.jpg           a window with the boxes, and the images that the net saw
    python prediction.py --json photo.jpg           a JSON object a line, for other programs

The digits are found by preprocessing.py and classified by the model that handwritten_digit_recognition.py saved: by
its ONNX twin and OpenCV, which starts at once and needs no TensorFlow, or else by the model itself and Keras.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import signal
import sys
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from glob import glob
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))  # `python -I` leaves it out

from console import discard_output, escape_what_cannot_be_printed, near, quiet_libraries, typed  # isort: skip  (before a file is opened)
from memory import keep_memory  # isort: skip
from preprocessing import Mark, PictureError, find_marks, narrowed, read_picture, resized  # isort: skip  (before OpenCV, whose limits it sets)
import cv2
import numpy as np
from tqdm import tqdm

ROOT = Path(__file__).resolve().parent
TRAINED = ROOT / "models" / "handwritten_digit_cnn.h5"  # by the user
SHIPPED = ROOT / "models" / "shipped_digit_cnn.h5"  # comes with the project
MODEL = TRAINED if TRAINED.exists() else SHIPPED
IMAGES = ROOT / "images"
SHEET_END = ".read.png"  # of the names of annotated pictures
SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp"}  # of pictures, where a folder is named
RARE_SUFFIXES = {".jfif", ".avif", ".jp2", ".heic", ".heif"}  # too, though OpenCV reads no .heic: that is then said

SURE = 0.4  # a mark whose likeliest digit is less likely than this is printed as ?
DOUBT_OF_PARTS = 0.05  # of the doubt about a mark: it is its parts where they are in less
TURNS = 6, -6  # degrees: the net is asked about each mark as it is, and turned so far; the answers are averaged
WIDEST_STROKE = 2.75  # px: wider strokes are narrowed before they are turned; half of MNIST's are 2.0 to 3.0 wide
SMALL = 0.5  # of the height of the only digit: a mark beside it that is lower and doubtful is a speck or a loose stroke
LONG_FOLDER = 20  # pictures: so many are read by a process a core, with a progress bar
MOSTLY_DIGITS = 0.6  # of the marks, rounded to whole ones: where fewer are sure, as in a drawing, none is a digit

Classifier = Callable[[np.ndarray], np.ndarray]  # see load_classifier


def main():
    escape_what_cannot_be_printed()  # whatever the names of the pictures are
    options = parse_arguments()
    try:
        classify = load_classifier(options.model)
    except ModelError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        if options.save:
            options.save.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        print(f"Nothing can be saved in {printable(options.save)} ({error.strerror}).", file=sys.stderr)
        return 2
    if options.show and (reason := reason_for_no_window()):
        print(f"{reason}; --save FOLDER writes to files what --show shows.", file=sys.stderr)
        options.show = False
    paths = list(picture_paths(options.paths))
    sheets = sheet_names(paths)
    no_bar = None if len(paths) >= LONG_FOLDER else True  # None: only where standard error is a terminal
    status = 0
    try:
        found = map(marks_in, paths) if len(paths) < LONG_FOLDER else in_parallel(marks_in, paths)
        found = tqdm(found, total=len(paths), unit="picture", leave=False, disable=no_bar)
        for path, sheet_name, marks in zip(paths, sheets, found, strict=True):
            if isinstance(marks, PictureError):
                status = 1
                report_unreadable(path, marks, options.json)
                continue
            if (frames := frames_in(path)) > 1:
                note(path, f"only the first of {frames} frames is read")
            marks, probabilities = classified(marks, classify)
            result = result_of(path, marks, probabilities, options.top or 3)
            say(json.dumps(result) if options.json else in_words(result, options.top))
            if options.save or options.show:
                sheet = annotated(read_picture(path), marks, result["digits"])
                if options.save and not save_sheet(sheet, path, options.save / sheet_name):
                    status = 1
                if options.show:
                    show_sheet(sheet, path)
    except KeyboardInterrupt:
        print("Stopped. The pictures above have been read, the others have not.", file=sys.stderr)
        return 130
    except BrokenProcessPool:
        print("Stopped: a process that reads pictures was ended from outside, or ran out of memory.", file=sys.stderr)
        return 1
    except OutputError as error:
        discard_output()
        if not isinstance(error.__cause__, BrokenPipeError):  # whoever reads it has seen enough, as `head` does
            print(f"Stopped: {error}.", file=sys.stderr)
            return 1
    return status


# --- the model ---


class ModelError(Exception):
    """The model cannot be used; the message says why and what to do."""


def load_classifier(path: str | Path) -> Classifier:
    """Return a function from images float32 (n, 28, 28), 0 to 1, to the probabilities of the digits, (n, 10).

    `path` is a Keras model, .h5 or .keras, or an ONNX model. In place of a Keras model its twin is used if there is
    one, an ONNX file of the same name that holds the sha256 of the Keras file. Raises ModelError; the function that it
    returns raises ValueError where the images are of another shape or kind.
    """
    path = Path(path)
    try:
        if path.is_dir():
            raise ModelError(f"{path} is a folder; name a model in it, .h5, .keras or .onnx.")
        if not path.is_file():
            raise ModelError(f"There is no model at {path}. Train one:  python handwritten_digit_recognition.py")
        if path.suffix not in (".h5", ".keras", ".onnx"):
            raise ModelError(f"{path} is named like no model: its name should end in .h5, .keras or .onnx.")
        path.open("rb").close()
    except OSError as error:
        raise ModelError(f"{path} cannot be opened ({error.strerror}).") from error
    if path.suffix == ".onnx":
        return opencv_classifier(path)
    twin = path.with_suffix(".onnx")
    state = "of another model or damaged" if twin.exists() else "missing"
    try:
        if is_twin(twin, path):
            return opencv_classifier(twin)
    except OSError as error:
        state = f"closed ({error.strerror})"
    print(
        f"{near(twin)} is {state}, so TensorFlow is loaded, which takes "
        f"seconds. Write it:  python handwritten_digit_recognition.py --twin {typed(path)}",
        file=sys.stderr,
    )
    return keras_classifier(path)


def is_twin(twin: Path, path: Path) -> bool:
    """Whether the file `twin` was made from the one at `path`, whose sha256 it then holds, and is undamaged."""
    if not twin.is_file():
        return False
    content, own_digest = (data := twin.read_bytes())[:-64], data[-64:]
    return digest_of(path.read_bytes()) in content and digest_of(content) == own_digest


def digest_of(data):
    return hashlib.sha256(data).hexdigest().encode()


def opencv_classifier(path: Path) -> Classifier:
    """Return the function that load_classifier promises, for an ONNX model. Raises ModelError."""

    def classify(images):
        check_images(images)
        if not len(images):
            return np.empty((0, 10), np.float32)  # OpenCV would end the process
        net.setInput(np.ascontiguousarray(images, np.float32)[..., np.newaxis])
        return net.forward().reshape(len(images), -1)  # OpenCV 4 gives (n, 1, 10)

    try:
        net = cv2.dnn.readNetFromONNX(np.fromfile(path, np.uint8))
        answers = classify(np.zeros((2, 28, 28), np.float32))
    except cv2.error as error:
        raise ModelError(
            f"{path} is no ONNX model that turns images (n, 28, 28, 1) into probabilities (n, 10), or is damaged.\n"
            "Train a new one (python handwritten_digit_recognition.py) or name another."
        ) from error
    check_answers(path, answers)
    return classify


def keras_classifier(path: Path) -> Classifier:
    """Return the function that load_classifier promises, for a Keras model. Raises ModelError."""
    try:
        from quiet_keras import LoadError, keras, load_model
    except ImportError as error:
        raise ModelError(f"Reading {path} without a twin takes TensorFlow:  pip install -r requirements.txt") from error
    try:
        model = load_model(path)
    except LoadError as error:
        raise ModelError(
            f"{error}\nTrain a new one (python handwritten_digit_recognition.py) or name another."
        ) from error
    shapes = model.input_shape, model.output_shape
    if shapes != ((None, 28, 28, 1), (None, 10)):
        raise ModelError(f"{path} turns {shapes[0]} into {shapes[1]}; it should be (None, 28, 28, 1) into (None, 10).")

    def classify(images):
        check_images(images)
        if not len(images):
            return np.empty((0, 10), np.float32)  # on some processors TensorFlow cannot convolve nothing
        return keras.ops.convert_to_numpy(model(images[..., np.newaxis], training=False))

    check_answers(path, classify(np.zeros((2, 28, 28), np.float32)))
    return classify


def check_images(images: np.ndarray) -> None:
    """Raise ValueError unless `images` are an array that a net takes."""
    if images.ndim != 3 or images.shape[1:] != (28, 28) or images.dtype.kind != "f":
        raise ValueError(f"images are float32 (n, 28, 28), 0 paper to 1 ink, not {images.dtype} {images.shape}")


def check_answers(path: Path, answers: np.ndarray) -> None:
    """Raise ModelError unless `answers`, which the model at `path` gave for two images, are probabilities (2, 10)."""
    if answers.shape != (2, 10):
        raise ModelError(f"{path} gives {answers.shape[1:]} numbers an image; it should give ten, one a digit.")
    if answers.min() < 0 or not np.allclose(answers.sum(axis=1), 1, atol=1e-2):
        raise ModelError(f"{path} gives no probabilities: it should end in a softmax.")


# --- from paths to probabilities ---


def picture_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield every path that names no folder, and in each folder the paths of its pictures, sorted by name.

    A * is filled in, as Windows' command prompt leaves it to programs; annotated pictures in a folder are left out.
    """
    for path in filled_in(paths):
        try:
            inside = sorted(path.iterdir())
        except OSError:  # no folder, or one that nobody may look into: read_picture says which
            inside = []
        pictures = [p for p in inside if p.suffix.lower() in SUFFIXES | RARE_SUFFIXES and not p.name.startswith(".")]
        yield from [p for p in pictures if not p.name.endswith(SHEET_END)] or [path]


def filled_in(paths):
    """Yield the paths, and in place of one with a * that is no file the paths that it stands for, if there are any."""
    for path in paths:
        matching = sorted(glob(str(path))) if "*" in str(path) and not os.path.lexists(path) else []  # noqa: PTH207
        yield from map(Path, matching or [path])


def in_parallel(function: Callable, items: Iterable) -> Iterator:
    """Yield function(item) for each item in turn; a process a core works ahead, by no more than eight items each."""
    items, cores = iter(items), min(os.cpu_count() or 1, 61)  # Windows waits for no more
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), begin_work) as pool:
        ahead = deque(pool.submit(function, item) for item in islice(items, 8 * cores))
        while ahead:
            result = ahead.popleft().result()
            ahead.extend(pool.submit(function, item) for item in islice(items, 1))
            yield result


def begin_work():
    keep_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that prints
    cv2.setNumThreads(1)


def marks_in(path: Path) -> list[Mark] | PictureError:
    """Return the marks in the file at `path`, or the PictureError that says why it cannot be read."""
    try:
        return find_marks(read_picture(path))
    except PictureError as error:
        return error


def frames_in(path: Path) -> int:
    """Return how many frames or pages the picture at `path` has, from its headers; 0 where that cannot be told."""
    try:
        str(path).encode()
    except UnicodeEncodeError:  # OpenCV crashes on a name that is no UTF-8
        return 0
    with quiet_libraries():
        return cv2.imcount(str(path))


def read_marks(picture: np.ndarray, classify: Classifier) -> tuple[list[Mark], np.ndarray]:
    """Return the marks in a picture, as find_marks takes it, in reading order, and probabilities, float (n, 10)."""
    return classified(find_marks(picture), classify)


def classified(marks: list[Mark], classify: Classifier) -> tuple[list[Mark], np.ndarray]:
    """Return the marks and their probabilities, float (n, 10).

    Where a mark is surely several digits rather than one, its parts are returned in its place; but in no text. What is
    doubtful and low beside the only digit is left out.
    """
    every = [part for mark in marks for part in (mark, *parts_of(mark))]
    if not every:
        return [], np.empty((0, 10))
    probabilities = averaged(classify, np.stack([mark.pixels for mark in every]))
    answers = dict(zip(map(id, every), probabilities, strict=True))
    taken_apart = [surest(mark, answers) for mark in marks]
    whole = [answers[id(mark)] for mark, parts in zip(marks, taken_apart, strict=True) if len(parts) == 1]
    if mostly_digits(np.reshape(whole, (-1, 10))):  # or else it is a text, in which an n looks like a 1 and a 2
        marks = [part for parts in taken_apart for part in parts]
    marks = without_trifles(marks, np.array([answers[id(mark)] for mark in marks]))
    return marks, np.array([answers[id(mark)] for mark in marks])


def averaged(classify: Classifier, images: np.ndarray) -> np.ndarray:
    """Return the mean of what `classify` says of the images, float32 (n, 28, 28), and of them turned: (n, 10).

    Fat strokes are narrowed in those that are turned. (Krizhevsky, Sutskever, Hinton 2012 average over views.)
    """
    slim = np.stack([narrowed(image, WIDEST_STROKE) for image in images])
    views = [images, *(turned(slim, degrees) for degrees in TURNS)]
    return classify(np.concatenate(views)).reshape(len(views), len(images), -1).mean(axis=0)


def turned(images: np.ndarray, degrees: float) -> np.ndarray:
    """Return the images, float32 (n, 28, 28), each turned about its middle."""
    turn = cv2.getRotationMatrix2D((13.5, 13.5), degrees, 1)
    return np.stack([cv2.warpAffine(image, turn, (28, 28)) for image in images])


def parts_of(mark):
    """Return the parts of a mark in all its readings, their parts, and so on."""
    return [each for parts in mark.readings for part in parts for each in (part, *parts_of(part))]


def surest(mark, answers):
    """Return the mark, or the parts of its best reading if they are surely digits, and far surer than the whole."""

    def doubt(marks):
        return 1 - min(answers[id(each)].max() for each in marks)

    readings = [[each for part in parts for each in surest(part, answers)] for parts in mark.readings]
    best = min(readings, key=doubt, default=[mark])
    return best if doubt(best) < DOUBT_OF_PARTS * doubt([mark]) else [mark]


def without_trifles(marks, probabilities):
    """Return the only sure mark where all others are low beside it, or else all; probabilities: (n, 10).

    Between digits a low mark may be a sign, as in a sum; beside a digit that is alone it is a speck or a loose stroke.
    """
    sure = probabilities.max(axis=1) >= SURE
    if np.count_nonzero(sure) != 1 or not mostly_digits(probabilities):
        return marks
    heights = np.array([max(mark.box[3], 0.6 * mark.box[2]) for mark in marks])
    digit = sure.argmax()
    return [marks[digit]] if (np.delete(heights, digit) < SMALL * heights[digit]).all() else marks


# --- what is said ---


def result_of(path: str | Path, marks: list[Mark], probabilities: np.ndarray, top: int = 3) -> dict:
    """Return what is said of the picture at `path`, in the form of a line of --json; probabilities: (n, 10)."""
    sure = (probabilities.max(axis=1, initial=0) >= SURE) & mostly_digits(probabilities)
    digits = [described(*mark, top) for mark in zip(marks, probabilities, sure.tolist(), strict=True)]
    return {"image": str(path), "text": text_of(digits), "error": None, "digits": digits}


def mostly_digits(probabilities):
    """Whether enough marks are sure, and enough of those that are no sure 1: a bare line is in every text and drawing.

    probabilities: (n, 10). Of the first the share is rounded to whole marks, of the second down.
    """
    sure = probabilities.max(axis=1, initial=0) >= SURE
    others = ~sure | (probabilities.argmax(axis=1) != 1)
    enough = round(MOSTLY_DIGITS * len(sure)), int(MOSTLY_DIGITS * np.count_nonzero(others))
    return np.count_nonzero(sure) >= enough[0] and np.count_nonzero(sure & others) >= enough[1]


def described(mark, probabilities, sure, top):
    """Return the entry of a mark in "digits", with the `top` likeliest; probabilities: (10,)."""
    likeliest = [[int(digit), round(float(probabilities[digit]), 4)] for digit in np.argsort(-probabilities)[:top]]
    digit, confidence = likeliest[0]
    return {
        "digit": digit,
        "confidence": confidence,
        "sure": sure,
        "box": list(mark.box),
        "row": mark.row,
        "top": likeliest,
    }


def text_of(digits):
    """Return a character a mark, the digit or ?, the rows divided by line ends."""
    rows = {}
    for digit in digits:
        rows.setdefault(digit["row"], []).append(str(digit["digit"]) if digit["sure"] else "?")
    return "\n".join("".join(row) for row in rows.values())


def in_words(result: dict, top: int | None = None) -> str:
    """Return what a person reads: a line, and below it the `top` likeliest for each mark if they are asked for."""
    digits = result["digits"]
    if any(digit["sure"] for digit in digits):
        lowest = percent(min(digit["confidence"] for digit in digits))
        said = f"{result['text'].replace(chr(10), ' ')}  ({'lowest ' if len(digits) > 1 else ''}{lowest})"
    else:
        marks = f"{len(digits)} mark{'s' if len(digits) > 1 else ''}"
        reason = "too few of them digits" if any(d["confidence"] >= SURE for d in digits) else "none surely a digit"
        said = "no digit found" + (f"  ({marks}, {reason})" if digits else "")
    likeliest = [", ".join(f"{digit} {percent(share)}" for digit, share in mark["top"]) for mark in digits if top]
    return "\n    ".join([f"{printable(result['image'])}: {said}", *likeliest])


def printable(name):
    """Return the name of a file with what would break a line, steer a terminal or is no text as \\ and a code."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(name))


def percent(share):
    return f"{100 * share:.1f} %"


def report_unreadable(path, error, as_json):
    if as_json:
        say(json.dumps({"image": str(path), "text": "", "error": str(error), "digits": []}))
    else:
        note(path, error)


def note(path, remark):
    tqdm.write(f"{printable(path)}: {remark}", file=sys.stderr)


class OutputError(Exception):
    """Standard output takes no more; the message says why."""


def say(line):
    try:
        tqdm.write(line, file=sys.stdout)  # above the progress bar, where there is one
        sys.stdout.flush()
    except OSError as error:
        raise OutputError(f"standard output takes no more ({error.strerror})") from error


# --- what is shown ---


def annotated(picture: np.ndarray, marks: list[Mark], digits: list[dict]) -> np.ndarray:
    """Return the picture with boxes and digits, and beside it what the net saw of each: uint8 (h, w, 3), BGR."""
    scale = min(900 / max(picture.shape[:2]), max(1, 420 / max(picture.shape[:2])))
    shown = resized(picture, scale)
    for mark, digit in zip(marks, digits, strict=True):
        x, y, w, h = (round(v * scale) for v in mark.box)
        cv2.rectangle(shown, (x - 3, y - 3), (x + w + 3, y + h + 3), colour_of(digit), 2)
        label = label_of(digit) if w > 62 else label_of(digit)[0]  # narrow digits leave room for no more
        write(shown, label, (x - 3, y - 9 if y > 25 else y + h + 22), colour_of(digit))
    panel = panel_of(marks, digits, shown.shape[0])
    height = max(shown.shape[0], panel.shape[0])
    return np.hstack([with_height(side, height) for side in (shown, panel)])


def panel_of(marks, digits, height):
    """Return the 28x28 images of the marks, enlarged and labelled, in columns about `height` px high."""
    tiles = []
    for mark, digit in zip(marks, digits, strict=True):
        tile = np.full((120, 104, 3), 255, np.uint8)
        seen = np.round(255 * mark.pixels).astype(np.uint8)
        tile[10:94, 10:94] = cv2.resize(seen, (84, 84), interpolation=cv2.INTER_NEAREST)[..., np.newaxis]
        write(tile, label_of(digit), (10, 112), colour_of(digit))
        tiles.append(tile)
    rows = max(1, height // 120)
    columns = [with_height(np.vstack(tiles[i : i + rows]), rows * 120) for i in range(0, len(tiles), rows)]
    return np.hstack(columns) if columns else np.full((height, 1, 3), 255, np.uint8)


def with_height(image, height):
    return cv2.copyMakeBorder(image, 0, height - image.shape[0], 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))


def label_of(digit):
    return f"{digit['digit'] if digit['sure'] else '?'}  {100 * digit['confidence']:.0f}%"


def colour_of(digit):
    return (60, 140, 0) if digit["sure"] else (0, 110, 230)


def write(image, text, corner, colour):
    """Write `text` on `image`, its lower left at `corner`, with a white edge so that it can be read on any picture."""
    for ink, thickness in (((255, 255, 255), 4), (colour, 1)):
        cv2.putText(image, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.5, ink, thickness, cv2.LINE_AA)


def sheet_names(paths):
    """Return the names under which annotated pictures are saved: their paths, with a number where two are alike."""
    names = ["_".join(part for part in path.parts if part not in (path.anchor, ".", "..")) for path in paths]
    earlier = Counter()
    for i, name in enumerate(names):
        earlier[name] += 1
        names[i] = f"{name}{SHEET_END}" if earlier[name] == 1 else f"{name}.{earlier[name]}{SHEET_END}"
    return names


def save_sheet(sheet, path, target):
    """Save the annotated picture of the file at `path`. Return whether that went well; where not, it is said why."""
    try:
        target.write_bytes(cv2.imencode(".png", sheet)[1].tobytes())
    except OSError as error:
        note(path, f"read, but its picture cannot be saved ({error.strerror})")
        with suppress(OSError):
            target.unlink()  # half a file is none
        return False
    return True


def reason_for_no_window():
    """Return why --show can open no windows; empty where it can."""
    try:
        import matplotlib.pyplot  # which looks for a display
    except ImportError:
        return "--show takes Matplotlib (pip install matplotlib)"
    return "There is no display, or no tkinter" if matplotlib.get_backend().lower() == "agg" else ""


def show_sheet(sheet, path):
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(num=str(path), layout="constrained")
    axis.imshow(sheet[..., ::-1])
    axis.set_axis_off()
    figure.set_size_inches(sheet.shape[1] / 100, sheet.shape[0] / 100)
    plt.show()


def parse_arguments():
    parser = argparse.ArgumentParser(description="Read handwritten digits from pictures.")
    parser.add_argument("paths", nargs="*", type=Path, metavar="IMAGE or FOLDER", help="default: images/")
    parser.add_argument("--show", action="store_true", help="open each picture with its boxes and what the net saw")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write the same as PNG into this folder")
    parser.add_argument("--top", type=int, choices=range(1, 11), metavar="K", help="print the K likeliest of each mark")
    parser.add_argument("--json", action="store_true", help="print a JSON object a line")
    parser.add_argument("--model", type=Path, default=near(MODEL), help=".h5, .keras or .onnx (default: %(default)s)")
    options = parser.parse_args()
    options.paths = options.paths or [near(IMAGES)]
    return options


if __name__ == "__main__":
    sys.exit(main())
