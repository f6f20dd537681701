"""What is printed: output that may be closed, libraries that write into it, names as one types them.

Where standard output or error is closed, as by `>&-`, Python has None for it, and the next file that is opened gets its
number, so that what a library writes to standard error would land in that file. So a closed one leads nowhere from
here on.
"""

import os
import sys
from contextlib import contextmanager
from pathlib import Path

for number, name in ((1, "stdout"), (2, "stderr")):
    if getattr(sys, name) is None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
        setattr(sys, name, open(number, "w", closefd=False))  # noqa: SIM115


@contextmanager
def quiet_libraries():
    """Keep off standard error what libpng, libjpeg and the like write there themselves."""
    usual, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(usual, 2)
        os.close(usual)
        os.close(nowhere)


def discard_output():
    """Let what is still to be flushed to standard output lead nowhere: it takes no more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def near(path: Path) -> Path:
    """Return `path` as one would type it in the current folder."""
    try:
        return path.relative_to(Path.cwd())
    except (ValueError, OSError):  # it lies elsewhere, or the current folder has been deleted
        return path
