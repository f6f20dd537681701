"""Runs a function on many pictures at once, one process per core."""

import ctypes
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from itertools import chain, islice, tee

import cv2

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # from glibc's malloc.h
MANY = 20  # items: for fewer, no processes are started


def each_with(function: Callable, items: Iterable) -> Iterator[tuple]:
    """Yield each item with function(item) in turn, as soon as it is there; in_parallel if there are MANY."""
    items = iter(items)
    first = list(islice(items, MANY))
    items, to_do = tee(chain(first, items))
    return zip(items, in_parallel(function, to_do) if len(first) == MANY else map(function, to_do), strict=True)


def in_parallel(function: Callable, items: Iterable) -> Iterator:
    """Yield function(item) for each item in turn; one process per core works ahead, by at most eight items each.

    Raises BrokenProcessPool if one of them is ended from outside.
    """
    items, cores = iter(items), min(os.cpu_count() or 1, 61)  # Windows cannot wait for more
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), begin_work) as pool:
        ahead = deque(pool.submit(function, item) for item in islice(items, 8 * cores))
        while ahead:
            result = ahead.popleft().result()
            ahead.extend(pool.submit(function, item) for item in islice(items, 1))
            yield result


def begin_work():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that prints
    cv2.setNumThreads(1)
    with suppress(AttributeError, OSError, TypeError):  # glibc keeps freed memory for the next picture: a tenth faster
        for option, value in (M_MMAP_MAX, 0), (M_TRIM_THRESHOLD, 2**31 - 1):
            ctypes.CDLL(None).mallopt(option, value)
