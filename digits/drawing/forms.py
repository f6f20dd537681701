"""Puts a row of writing on paper as forms, cheques and notebooks have it: rules, boxes, patterns, neighbours, noise.

images, texts = drawn_rows(1000, seed, mnist)      lists: uint8 (ROW_HEIGHT, w), 255 = ink; str
"""

import cv2
import numpy as np

from digits.drawing.glyphs import HEIGHT, ROOM
from digits.drawing.hand import one_of
from digits.drawing.numbers import Row, number, row_of
from digits.rows import ROW_HEIGHT, with_contrast

EMPTY = 0.03  # share of rows in which nothing is written
PLAIN = 0.2  # share of rows on blank paper
CROWDED = 0.25  # share of rows with some of the writing above or below


def drawn_rows(count, seed, mnist):
    """Return `count` images of rows, a list of uint8 (ROW_HEIGHT, w), 0 paper to 255 ink, and their texts, a list.

    mnist: for each digit its images, uint8 (n, 28, 28).
    """
    random = np.random.default_rng(seed)
    images, texts, other = [], [], row_of(random, "0123", mnist)
    for _ in range(count):
        row = row_of(random, number(random), mnist)
        empty = random.random() < EMPTY
        paper, darkness = on_paper(random, Row(0 * row.ink, "", row.edges) if empty else row, other)
        images.append(finished(random, paper, darkness))
        texts.append("" if empty else row.text)
        other = row
    return images, texts


def drawn_pictures(count, seed, mnist):
    """Return `count` pictures of a row of writing each, a list of uint8 (h, w), and their texts, as drawn_rows does."""
    random = np.random.default_rng(seed)
    pictures, texts, other = [], [], row_of(random, "0123", mnist)
    for _ in range(count):
        row = row_of(random, number(random), mnist)
        paper, _ = on_paper(random, row, other)
        light = random.uniform(150, 255) * (1 - paper.clip(0, 1.1) * random.uniform(0.6, 0.85))
        light = light * (1 + random.uniform(-0.2, 0.2) * np.linspace(-1, 1, light.shape[1]))
        large = cv2.resize(light.astype(np.float32), None, fx=2.5, fy=2.5, interpolation=cv2.INTER_CUBIC)
        large += random.normal(0, random.uniform(0.5, 5), large.shape)
        pictures.append(large.clip(0, 255).astype(np.uint8))
        texts.append(row.text)
        other = row
    return pictures, texts


def on_paper(random, row, other):
    """Return the ink on a piece of paper with the row, float32 (h, w), and how dark the row is, 0 to 1.

    `other` is another row, for what lies above and below.
    """
    ink = tilted(random, row.ink)
    top, bottom = window(random, ink)
    left, right = ends(random, row)
    height, width = max(8, bottom - top), max(8, right - left)
    strokes = shifted(ink, left, top, width, height).astype(np.float32)
    darkness = random.uniform(0.35, 1)
    if random.random() < 0.2:
        strokes *= texture(random, strokes.shape, random.uniform(0.2, 0.6))
    paper = np.zeros_like(strokes)
    base = ROOM + HEIGHT - top
    if random.random() < PLAIN:
        return np.maximum(paper, darkness * strokes), darkness
    if random.random() < CROWDED:
        add(paper, darkness * neighbour(random, other, height, width, base))
    if random.random() < 0.45:
        add(paper, line_darkness(random, darkness) * rules(random, height, width, base))
    if random.random() < 0.15:
        add(paper, line_darkness(random, darkness) * boxes(random, height, width, base, [x - left for x in row.edges]))
    if random.random() < 0.3:
        add(paper, darkness * random.uniform(0.1, 0.55) * pattern(random, height, width))
    if random.random() < 0.2:
        add(paper, darkness * random.uniform(0.3, 1) * specks(random, height, width))
    add(paper, darkness * strokes)
    return paper, darkness


def tilted(random, ink):
    """Return the ink on a base line that rises or falls a little, and at times waves."""
    width = ink.shape[1]
    x = np.arange(width, dtype=np.float32)
    slope = random.normal(0, 0.015) if random.random() < 0.8 else random.uniform(-0.06, 0.06)
    y = slope * (x - width / 2) + random.normal(0, 1) * np.sin(x / random.uniform(40, 120) + random.uniform(0, 6))
    most = 0.7 * ROOM
    rows = np.arange(len(ink), dtype=np.float32)[:, None] + y.clip(-most, most)[None].astype(np.float32)
    return cv2.remap(ink, np.broadcast_to(x, rows.shape).copy(), rows, cv2.INTER_NEAREST)


def window(random, ink):
    """Return the first and last line that the picture shows: about the height of the ink, often more, at times less."""
    lines = np.flatnonzero(ink.any(axis=1))
    first, last = (lines[0], lines[-1] + 1) if len(lines) else (ROOM, ROOM + HEIGHT)
    above, below = (room(random, (0.5, 0.08), (0.88, 0.45), cut=0.13) for _ in range(2))
    height = last - first
    return round(first - above * height), round(last + below * height)


def ends(random, row):
    """Return the first and last column that the picture shows; at times a part of a digit at the end is cut off."""
    left, right = (room(random, (0.6, 0.3), (0.9, 1.5), cut=0.12) for _ in range(2))
    return round(row.edges[0] - left * HEIGHT), round(row.edges[-1] + right * HEIGHT)


def room(random, usual, more, cut):
    """Return how much room is left beside the writing.

    usual, more: (with what probability at most, up to how much); cut: otherwise up to so much is cut off.
    """
    kind = random.random()
    for probability, most in (usual, more):
        if kind < probability:
            return random.uniform(0, most)
    return -random.uniform(0, cut)


def shifted(ink, left, top, width, height):
    matrix = np.float32([[1, 0, -left], [0, 1, -top]])
    return cv2.warpAffine(ink, matrix, (width, height), flags=cv2.INTER_NEAREST)


def add(paper, layer):
    np.maximum(paper, layer, out=paper)


def line_darkness(random, darkness):
    return darkness * (random.uniform(0.2, 0.7) if random.random() < 0.5 else random.uniform(0.7, 1.3))


def texture(random, shape, strength):
    """Return how much of the ink is left where a pencil skips: float32 (h, w), about 1."""
    size = int(random.integers(1, 4))
    coarse = random.normal(1, strength, (shape[0] // size + 1, shape[1] // size + 1)).astype(np.float32)
    return cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_LINEAR).clip(0.1, 1)


def neighbour(random, other, height, width, base):
    """Return some of another row that reaches into the picture from above or below, float32 (h, w)."""
    lines = np.flatnonzero(other.ink.any(axis=1))
    reach = random.uniform(0, 0.25) * HEIGHT
    if random.random() < 0.5:
        top = lines[-1] + 1 - min(reach, base - 0.95 * HEIGHT if base > HEIGHT else 0)
    else:
        top = lines[0] - height + min(reach, max(0, height - base - 2))
    left = int(random.integers(-width // 2, max(1, other.ink.shape[1])))
    return shifted(other.ink, left, int(top), width, height).astype(np.float32)


def rules(random, height, width, base):
    """Return lines along the row: under it, over it, through its feet, double, dotted; float32 (h, w)."""
    field = np.zeros((height, width), np.uint8)
    tilt = random.normal(0, 0.01) * width
    thick = max(1, round(one_of(random, (random.uniform(1, 3), random.uniform(2, 6)))))
    places = [base + HEIGHT * random.normal(0.05, 0.08), base + HEIGHT * random.uniform(0.1, 0.5)]
    places += [base - HEIGHT * random.uniform(1.02, 1.5), base - HEIGHT * random.uniform(0, 1.1)]
    for y in random.choice(places, random.integers(1, 3), replace=False, p=(0.45, 0.3, 0.2, 0.05)):
        first, last = (0, width) if random.random() < 0.7 else np.sort(random.uniform(0, width, 2)).astype(int)
        for offset in (0, random.uniform(2, 4) * thick) if random.random() < 0.15 else (0,):
            ends_y = y + offset - tilt / 2, y + offset + tilt / 2
            cv2.line(field, (int(first), int(ends_y[0])), (int(last), int(ends_y[1])), 1, thick)
        if random.random() < 0.12:
            step = int(random.integers(3, 10))
            field[:, (np.arange(width) % step) < step // 2] = 0
    return field.astype(np.float32)


def boxes(random, height, width, base, edges):
    """Return the lines of boxes around digits, or of one about the row, some missing; float32 (h, w)."""
    field = np.zeros((height, width), np.uint8)
    thick = max(1, round(random.uniform(1, 4)))
    top, bottom = base - HEIGHT * random.uniform(0.95, 1.5), base + HEIGHT * random.uniform(-0.02, 0.4)
    inner = edges if random.random() < 0.5 else [edges[0], edges[-1]]
    drift = random.normal(0, 0.06) * HEIGHT
    room = HEIGHT * random.uniform(-0.02, 0.4)
    lean = random.normal(0, 0.03)
    for i, x in enumerate(inner):
        x += drift - room if i == 0 else drift + room if i == len(inner) - 1 else drift
        if random.random() < 0.85:
            reach = one_of(random, (0, HEIGHT))
            start, stop = top - reach, bottom + reach
            cv2.line(field, (round(x - lean * start), round(start)), (round(x - lean * stop), round(stop)), 1, thick)
    for y in (top, bottom):
        if random.random() < 0.6:
            cv2.line(field, (round(edges[0] - room), round(y)), (round(edges[-1] + room), round(y)), 1, thick)
    return field.astype(np.float32)


def pattern(random, height, width):
    """Return the pattern of safety paper: waves, nets of lines, dots; float32 (h, w), 0 to 1."""
    y, x = np.mgrid[:height, :width].astype(np.float32)
    kind = random.random()
    total = np.zeros((height, width), np.float32)
    if kind < 0.6:
        for _ in range(random.integers(1, 4)):
            angle, step = random.uniform(0, np.pi), random.uniform(5, 24)
            height_of_wave, along = random.uniform(0, 14), x * random.uniform(-1, 1) + y * random.uniform(-1, 1)
            wave = height_of_wave * np.sin(along / random.uniform(8, 40))
            phase = (x * np.cos(angle) + y * np.sin(angle) + wave) * (2 * np.pi / step)
            total = np.maximum(total, (np.cos(phase) - random.uniform(0.5, 0.9)).clip(0, 0.2) * 5)
        return total.clip(0, 1)
    step_x, step_y = random.uniform(3, 9, 2)
    angle = random.uniform(-0.8, 0.8)
    across, down = x * np.cos(angle) + y * np.sin(angle), y * np.cos(angle) - x * np.sin(angle)
    dots = np.cos(across * 2 * np.pi / step_x) + np.cos(down * 2 * np.pi / step_y)
    if kind < 0.8:
        return (dots - random.uniform(0.2, 1)).clip(0, 1)
    patches = cv2.resize(random.normal(size=(3, max(2, width // 30))).astype(np.float32), (width, height))
    return (dots - 0.5).clip(0, 1) * (patches > 0)


def specks(random, height, width):
    """Return dots, short strokes and blots beside the writing, float32 (h, w)."""
    field = np.zeros((height, width), np.uint8)
    for _ in range(random.integers(1, 8)):
        start = np.array([random.integers(width), random.integers(height)])
        end = start + random.normal(0, 2.5, 2)
        cv2.line(field, start.tolist(), end.astype(int).tolist(), 1, int(random.integers(1, 4)))
    return field.astype(np.float32)


def finished(random, paper, darkness):
    """Return the picture as a camera or scanner sees it, ROW_HEIGHT px high: blurred, uneven, noisy; uint8."""
    height, width = paper.shape
    resolution = random.uniform(26, 60) / height if random.random() < 0.3 else 1
    if resolution < 1:
        paper = cv2.resize(paper, None, fx=resolution, fy=resolution, interpolation=cv2.INTER_AREA)
    paper = cv2.GaussianBlur(paper, (0, 0), random.uniform(0.4, 1.2))
    if random.random() < 0.5:
        noise = random.uniform(0.01, 0.08) * darkness
        paper = paper + random.normal(0, noise, paper.shape).astype(np.float32)
    if random.random() < 0.25:
        coarse = random.normal(0, 0.08 * darkness, (2, max(2, paper.shape[1] // 20))).astype(np.float32)
        paper = paper + cv2.resize(coarse, paper.shape[::-1], interpolation=cv2.INTER_CUBIC)
    size = max(8, round(width * ROW_HEIGHT / height)), ROW_HEIGHT
    shrinks = paper.shape[0] > ROW_HEIGHT
    paper = cv2.resize(paper, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.rint(255 * with_contrast(paper)).astype(np.uint8)
