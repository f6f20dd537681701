"""Time and memory of web_app.py with a class before it: 30 pupils who draw, all at once, over the loopback.

    python -m benchmarks.web_app            3,000 requests
    python -m benchmarks.web_app 360        fewer: in four parts, each pupil one or more in each

Every pupil draws numbers of his own, so that an answer that belongs to another is seen. Memory is read from /proc, so
this needs Linux.
"""

import http.client
import json
import re
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np

from digits.files import ROOT, SHIPPED
from images.draw_samples import STROKES, curve, points_of

PUPILS = 30
NUMBERS = [f"{number:02}" for number in range(10, 10 + PUPILS)]


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    each = max(1, round(count / (4 * PUPILS)))  # requests of a pupil in a part
    drawings = [drawing_of(number) for number in NUMBERS]
    started = time.perf_counter()
    with serving() as (server, address):
        print(f"up after {time.perf_counter() - started:.1f} s, {memory_of(server.pid):.0f} MB")
        alone = [asked(address, drawings[i % PUPILS])[0] for i in range(60)][10:]
        print(f"one pupil   {in_percentiles(alone)}   {memory_of(server.pid):.0f} MB")
        with ThreadPoolExecutor(PUPILS) as pupils:
            for part in range(4):
                answers = list(pupils.map(lambda pupil: lesson(address, drawings[pupil], each), range(PUPILS)))
                report(answers, f"{PUPILS} pupils, {part + 1}/4", memory_of(server.pid))


def report(answers, when, megabytes):
    """Print a line on the lessons of the pupils, each a list of seconds, status and text."""
    every = [(number, *each) for number, lesson in zip(NUMBERS, answers, strict=True) for each in lesson]
    failed = sum(status != 200 for _, _, status, _ in every)
    other = sum(text != number for number, _, status, text in every if status == 200)
    times = in_percentiles([seconds for _, seconds, _, _ in every])
    print(f"{when}   {times}   {megabytes:.0f} MB   {len(every)} requests, {failed} failed, {other} not as drawn")


def lesson(address, drawing, count):
    return [asked(address, drawing) for _ in range(count)]


def asked(address, drawing):
    """Return the seconds that an answer took, its status and the text that was read."""
    start = time.perf_counter()
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
    connection.request("POST", "/api/read?pixels=true", drawing)
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return time.perf_counter() - start, response.status, answer.get("text")


def in_percentiles(seconds):
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return "   ".join(f"{percent} %: {1000 * cuts[percent - 1]:6.1f} ms" for percent in (50, 95, 99))


def memory_of(pid):
    """Return the resident memory of a process in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def drawing_of(number):
    """Return the bytes of a PNG as the page sends it: 280x280, black on white."""
    field = np.full((280, 280), 255, np.uint8)
    for stroke in strokes_of(number):
        cv2.polylines(field, [np.int32(stroke * 280 * 16)], False, 0, 11, cv2.LINE_AA, 4)
    return cv2.imencode(".png", field)[1].tobytes()


def strokes_of(number):
    """Return the strokes of a number, each points (n, 2) as shares of the pad, from its upper left."""
    height = min(0.5, 0.7 / len(number))
    left = 0.5 - 0.5 * len(number) * height
    return [
        curve(points_of(stroke), steps=8) * height + (left + i * height + 0.12 * height, 0.5 - height / 2)
        for i, digit in enumerate(number)
        for stroke in STROKES[digit]
    ]


@contextmanager
def serving(*options):
    """Run web_app.py on a free port with the shipped model; yield its process and the address of its page."""
    command = [sys.executable, ROOT / "web_app.py", "--model", SHIPPED, "--port", "0", "--no-browser", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as process:
        try:
            yield process, re.search(r"http://\S+", process.stdout.readline())[0]
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
