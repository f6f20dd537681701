"""Keep freed memory in the process, where the C library is glibc, as on most Linux machines."""

import ctypes
from contextlib import suppress

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # from glibc's malloc.h
MOST_KEPT = 2**31 - 1  # bytes free at the end of the heap; with more of them some go back to the system


def keep_memory() -> None:
    """Let what is freed be used again by this process, not given back and asked for anew at the next step.

    The arrays of a training step, or of a large picture, are so large that glibc would give each back at once; to
    get fresh pages for the next one costs up to half of the time. Elsewhere nothing is changed.
    """
    with suppress(AttributeError, OSError, TypeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_MAX, 0)
        mallopt(M_TRIM_THRESHOLD, MOST_KEPT)
