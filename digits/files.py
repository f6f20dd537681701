"""Where files are, what is beside a model, which pictures a folder holds, how paths are shown, files written whole."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import NamedTuple

from digits.picture import SUFFIXES, SUFFIXES_OF_OTHERS, pages_in

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "images"
TRAINED = ROOT / "models" / "handwritten_digit_cnn.h5"  # by the user
SHIPPED = ROOT / "models" / "shipped_digit_cnn.h5"  # comes with the project
OWN = ROOT / "models" / "own_digit_cnn.h5"  # taught the user's hand
BENEATH = TRAINED if TRAINED.exists() else SHIPPED  # what a hand is taught to
DEFAULT_MODEL = OWN if OWN.exists() else BENEATH  # reads where no model is named
OVERLAY_SUFFIX = ".read.png"  # of the pictures with boxes that --save writes


def record_beside(path: Path) -> dict:
    """Return the training record beside the model at `path`, or {} if there is none of this very model."""
    try:
        record = json.loads(path.with_suffix(".json").read_bytes())
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) and record.get("sha256") == digest else {}


def remove_model(path: Path) -> bool:
    """Remove the model at `path`, its twin and its record; return whether there was any of them."""
    files = [each for each in (path, path.with_suffix(".onnx"), path.with_suffix(".json")) if each.exists()]
    for each in files:
        each.unlink()
    return bool(files)


def picture_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield every path that is not a folder, and for each folder its pictures by name, or itself if it has none.

    A * is expanded, as Windows' command prompt leaves that to programs; overlays saved in a folder are left out.
    """
    for path in filled_in(paths):
        try:
            inside = sorted(path.iterdir())
        except OSError:  # not a folder, or one that may not be listed: read_picture says which
            inside = []
        pictures = [p for p in inside if p.suffix.lower() in SUFFIXES | SUFFIXES_OF_OTHERS and p.name[0] != "."]
        yield from [p for p in pictures if not p.name.endswith(OVERLAY_SUFFIX)] or [path]


class Page(NamedTuple):
    path: Path | str
    number: int = 1
    of: int = 1  # how many pages the file has

    def __str__(self):
        return f"{self.path} page {self.number}" if self.of > 1 else str(self.path)


def pages_of(path: Path) -> Iterator[Page]:
    """Yield the pages of the file at `path`: of a PDF or TIFF all of them, of every other file one."""
    count = pages_in(path)
    yield from (Page(path, number, count) for number in range(1, count + 1))


def filled_in(paths):
    """Yield the paths, but for one with a * that does not exist, the paths that match it, if any do."""
    for path in paths:
        matching = sorted(glob(str(path))) if "*" in str(path) and not os.path.lexists(path) else []  # noqa: PTH207
        yield from map(Path, matching or [path])


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a path beside `path` to write to, then rename it to `path`, unless something was raised.

    So `path` is the old file or the new one, never half of one. Raises OSError.
    """
    beside = path.with_name(f".{os.getpid()}-{path.name}")  # no other program's; Git ignores what a killed one leaves
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def near(path: Path) -> Path:
    """Return `path` relative to the current folder, if it lies in there."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def remark_on(model: Path) -> str | None:
    """Return a line on the model that reads, if it is the user's own and so not the one that comes with the project."""
    if model.absolute() == OWN:
        return f"Reading with {near(OWN)}, which has learned your hand; without that: --model {typed(BENEATH)}"
    if model.absolute() == TRAINED:
        return f"Reading with your own {near(TRAINED)}; the shipped one: --model {near(SHIPPED)}"
    return None


def typed(path: Path) -> str:
    """Return what near does, as one would type it in a command: in quotes if it has a space."""
    return f'"{near(path)}"' if " " in str(near(path)) else str(near(path))


def printable(name: str | Path | Page) -> str:
    """Return the name of a file or page, with \\ and a code for what would break the line or steer a terminal."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(name))
