"""Runs a function on many pictures at once, one process per core."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

import cv2


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
