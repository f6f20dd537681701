"""Standard output and error that bear what shells do to them:  import standard_streams, before files are opened

Where one of them is closed, as by `>&-`, Python has None for it, and the next file that is opened gets its number, so
that what a library writes to standard error would land in that file. So a closed one leads nowhere from here on.
"""

import os
import sys
from contextlib import contextmanager

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
