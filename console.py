"""What is printed: output that may be closed, libraries that write into it, names as one types them.

Where standard output or error is closed, as by `>&-`, Python has None for it, and the next file that is opened gets its
number, so that what a library writes to standard error would land in that file. So a closed one leads nowhere from
here on.
"""

import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

for number, name in ((1, "stdout"), (2, "stderr")):
    if getattr(sys, name) is None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
        setattr(sys, name, open(number, "w", closefd=False))  # noqa: SIM115

redirecting = threading.Lock()  # held by the thread that has moved standard error


@contextmanager
def quiet_libraries() -> Iterator[BinaryIO]:
    """Keep off standard error what libpng, libjpeg and the like write there themselves; give the file that holds it."""
    with redirecting, scratch_file() as said:
        usual = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(usual, 2)
            os.close(usual)


def scratch_file():
    try:
        return tempfile.TemporaryFile()
    except OSError:  # there is no place for one
        return Path(os.devnull).open("w+b")


def escape_what_cannot_be_printed():
    """Let standard output show a sign that its encoding has not as an escape, in place of failing."""
    with suppress(AttributeError):  # IDLE's prints any sign, and cannot be set
        sys.stdout.reconfigure(errors="backslashreplace")


def discard_output():
    """Let what is still to be flushed to standard output lead nowhere: it takes no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def typed(path: Path) -> str:
    """Return `path` as one would type it in a command, within the current folder."""
    text = str(near(path))
    return f'"{text}"' if " " in text else text


def near(path: Path) -> Path:
    """Return `path` as one would type it in the current folder."""
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, OSError):  # it lies elsewhere, or the current folder has been deleted
        return path
