"""The strokes of digits, letters and signs: read from strokes.txt, and turned into smooth curves."""

from functools import cache
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("strokes.txt")


def skeletons_in(file):
    """Return the skeletons in strokes.txt, lists of its lines by what they show: "0" to "9", or "x"."""
    found = {}
    for line in file.read_text().splitlines():
        if line and not line.startswith("#"):
            shown, skeleton = line.split(maxsplit=1)
            found.setdefault(shown, []).append(skeleton)
    return found


NON_DIGITS = skeletons_in(FILE)["x"]
DIGITS = [skeletons_in(FILE)[str(digit)] for digit in range(10)]  # the ways in which people write each digit


@cache
def strokes_of(skeleton):
    """Return for each stroke its points, float (n, 2) in heights, and the matrix (samples, n) to its curve."""
    strokes = []
    for stroke in skeleton.split("|"):
        parts, points = [[]], []
        for word in stroke.split():
            if word == "/":
                parts.append([len(points) - 1])  # the next part begins at the corner
            else:
                parts[-1].append(len(points))
                points.append([float(number) / 100 for number in word.split(",")])
        each_point = np.eye(len(points))
        curve = np.concatenate([smooth_through(len(part)) @ each_point[part] for part in parts])
        strokes.append((np.array(points), curve))
    return strokes


@cache
def smooth_through(count, steps=9):
    """Return the matrix (samples, count) from `count` points to a curve through them (Catmull and Rom 1974)."""
    if count < 3:
        return np.stack([np.linspace(1, 0, steps), np.linspace(0, 1, steps)], axis=1)[:, :count]
    t = np.linspace(0, 1, steps, endpoint=False)
    weights = 0.5 * np.stack([-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], 1)
    matrix = np.zeros(((count - 1) * steps + 1, count))
    for segment in range(count - 1):
        for k in range(4):
            point = min(max(segment - 1 + k, 0), count - 1)
            matrix[segment * steps : (segment + 1) * steps, point] += weights[:, k]
    matrix[-1, -1] = 1
    return matrix
