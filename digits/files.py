"""Where files are, which pictures a folder holds, how a path is shown, and how a file is written as a whole."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import glob
from pathlib import Path

from digits.picture import SUFFIXES

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "images"
TRAINED = ROOT / "models" / "handwritten_digit_cnn.h5"  # by the user
SHIPPED = ROOT / "models" / "shipped_digit_cnn.h5"  # comes with the project
MODEL = TRAINED if TRAINED.exists() else SHIPPED  # the one that reads where none is named
OVERLAY_SUFFIX = ".read.png"  # of the pictures with boxes that --save writes


def picture_paths(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield every path that is not a folder, and of each folder the paths of its pictures, sorted by name.

    A * is filled in, as Windows' command prompt leaves it to programs; saved overlays in a folder are left out.
    """
    for path in filled_in(paths):
        try:
            inside = sorted(path.iterdir())
        except OSError:  # not a folder, or one that nobody may look into: read_picture says which
            inside = []
        pictures = [p for p in inside if p.suffix.lower() in SUFFIXES | {".heic", ".heif"} and p.name[0] != "."]
        yield from [p for p in pictures if not p.name.endswith(OVERLAY_SUFFIX)] or [path]


def filled_in(paths):
    """Yield the paths; in place of one with a * that is not a file, the paths that it stands for, if there are any."""
    for path in paths:
        matching = sorted(glob(str(path))) if "*" in str(path) and not os.path.lexists(path) else []  # noqa: PTH207
        yield from map(Path, matching or [path])


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, and rename it to `path` once that has gone well.

    So whatever happens there is the old file or the new one, never half of one.
    """
    beside = path.with_name(f".{os.getpid()}-{path.name}")  # no other program's; Git ignores what a killed one leaves
    try:
        yield beside
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def near(path: Path) -> Path:
    """Return `path` as one would type it in the current folder."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def typed(path: Path) -> str:
    """Return `path` as one would type it in a command in the current folder."""
    return f'"{near(path)}"' if " " in str(near(path)) else str(near(path))


def printable(name: str | Path) -> str:
    """Return a file's name with what would break a line, steer a terminal or is not text as \\ and a code."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in str(name))
