"""Pictures of a long folder, searched by a process a core."""

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice

import cv2


def in_parallel(function: Callable, items: Iterable) -> Iterator:
    """Yield function(item) for each item in turn; a process a core works ahead, by no more than eight items each.

    Raises BrokenProcessPool where one of them was ended from outside.
    """
    items, cores = iter(items), min(os.cpu_count() or 1, 61)  # Windows waits for no more
    with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn"), begin_work) as pool:
        ahead = deque(pool.submit(function, item) for item in islice(items, 8 * cores))
        while ahead:
            result = ahead.popleft().result()
            ahead.extend(pool.submit(function, item) for item in islice(items, 1))
            yield result


def begin_work():
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that prints
    cv2.setNumThreads(1)
