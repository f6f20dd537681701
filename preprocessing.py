"""From a picture to its digits as 28x28 images in MNIST's form. OpenCV and NumPy only; no net, no TensorFlow."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

LONG_SIDE, SHORT_SIDE = 1600, 220  # px: pictures are shrunk to the one, enlarged towards the other
FAINTEST = 0.045  # of full contrast: paler than this is no ink


class Mark(NamedTuple):
    box: tuple[int, int, int, int]  # x, y, width, height in pixels of the picture
    row: int  # 0 is the topmost
    pixels: np.ndarray  # float32 (28, 28), 0 = paper, 1 = ink, in MNIST's form


class UnreadablePicture(ValueError):
    pass


def read_picture(path):
    path = Path(path)
    data = np.fromfile(path, np.uint8)
    raw = cv2.imdecode(data, cv2.IMREAD_UNCHANGED) if data.size else None
    if raw is None:
        raise UnreadablePicture("not an image that OpenCV can read")
    if raw.ndim == 3 and raw.shape[2] == 4:
        return over_paper(to_8_bit(raw))
    if raw.dtype != np.uint8:
        raw = to_8_bit(raw)
        return raw if raw.ndim == 3 else cv2.cvtColor(raw, cv2.COLOR_GRAY2BGR)
    return cv2.imdecode(data, cv2.IMREAD_COLOR)


def to_8_bit(raw):
    if raw.dtype == np.uint8:
        return raw
    top = max(float(raw[..., :3].max()), 1e-9)
    out = (raw / top * 255).clip(0, 255).astype(np.uint8)
    if raw.ndim == 3 and raw.shape[2] == 4:
        out[..., 3] = raw[..., 3] / np.iinfo(raw.dtype).max * 255
    return out


def over_paper(bgra):
    colour, alpha = bgra[..., :3].astype(np.float32), bgra[..., 3:].astype(np.float32) / 255
    seen = alpha[..., 0] > 0.5
    if not seen.any():
        return np.full(colour.shape, 255, np.uint8)
    if seen.mean() > 0.5:
        paper = np.median(colour[seen], axis=0)
    else:
        paper = np.full(3, 0.0 if colour[seen].mean() > 127 else 255.0)
    return (colour * alpha + paper * (1 - alpha)).astype(np.uint8)



def find_marks(picture):
    h, w = picture.shape[:2]
    scale = min(max(1, SHORT_SIDE / min(h, w)), LONG_SIDE / max(h, w))
    small = resized(picture, scale)
    ink = ink_map(small)
    pieces = stroke_pieces(ink)
    groups = grouped(pieces)
    masks = [merged(group) for group in groups]
    marks = []
    for row, members in enumerate(rows_of([box for box, _ in masks])):
        for i in members:
            (x, y, bw, bh), mask = masks[i]
            left, top = int(x / scale), int(y / scale)
            right, bottom = min(w, -int(-(x + bw) // scale)), min(h, -int(-(y + bh) // scale))
            marks.append(Mark((left, top, right - left, bottom - top), row, to_mnist(mask)))
    return marks


def resized(picture, scale):
    height, width = picture.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)


def darkness(picture):
    """1 = as far from paper as can be; dark ink on light paper or the other way round."""
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32)
    s = min(1, 96 / max(grey.shape))
    tiny = resized(grey, s) if s < 1 else grey
    k = int(0.45 * max(tiny.shape)) | 1
    m = k // 2
    around = cv2.copyMakeBorder(np.clip(tiny, 0, 255).astype(np.uint8), m, m, m, m, cv2.BORDER_REFLECT)
    local = cv2.medianBlur(around, k)[m:-m, m:-m]
    local = cv2.resize(local, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    d = grey - local
    dark = (np.minimum(d, 0) ** 2).sum() >= (np.maximum(d, 0) ** 2).sum()
    near = np.abs(d) <= max(8, np.percentile(np.abs(d), 50))
    paper = np.median(picture[near], axis=0).astype(np.float32)
    f = picture.astype(np.float32)
    if dark:
        f = (f / np.maximum(paper, 16)).min(axis=2)
    else:
        f = 1 - ((f - paper) / np.maximum(255 - paper, 16)).max(axis=2)
    return f, dark


def ink_map(picture):
    """float32 (h, w): how much darker than the paper about it each pixel is, 0 to 1."""
    grey, _ = darkness(picture)
    grey = cv2.GaussianBlur(grey, (0, 0), 1.0)
    short = min(grey.shape)
    fine, coarse = (contrast_to_paper(grey, max(9, int(f * short) | 1)) for f in (0.15, 0.5))
    return coarse if hollow(fine, coarse) else fine


def contrast_to_paper(grey, size):
    s = min(1, 60 / size)
    tiny = resized(grey, s) if s < 1 else grey
    k = max(3, int(size * s)) | 1
    paper = cv2.morphologyEx(tiny, cv2.MORPH_CLOSE, np.ones((k, k), np.uint8))
    paper = cv2.GaussianBlur(paper, (0, 0), k / 6)
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    ink = 1 - grey / np.maximum(paper, 0.15)
    return ink - np.median(ink)


def hollow(fine, coarse):
    """Whether strokes are so fat that `fine` takes their middle for paper."""
    solid = coarse > 0.6 * strong(coarse)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8))
    inside = [i for i in range(1, count) if not touches_border(stats[i], solid.shape)]
    if not inside:
        inside = range(1, count)
    where = np.isin(labels, list(inside))
    return (fine[where] > 0.3 * strong(coarse)).mean() < 0.9 if where.any() else False


def touches_border(stat, shape):
    x, y, w, h = stat[:4]
    return x == 0 or y == 0 or x + w == shape[1] or y + h == shape[0]


def strong(ink):
    return float(np.partition(ink.ravel(), -max(20, ink.size // 1000))[-max(20, ink.size // 1000):].mean())


class Piece(NamedTuple):
    x: int
    y: int
    w: int
    h: int
    area: int
    level: float
    mask: np.ndarray


def stroke_pieces(ink):
    noise = 1.4826 * float(np.median(np.abs(ink)))
    floor = max(FAINTEST, 4 * noise)
    count, labels = cv2.connectedComponents((ink > floor).astype(np.uint8), connectivity=8)
    if count == 1:
        return []
    # each component is cut at a share of its own darkness
    inside = labels > 0
    order = np.lexsort((ink[inside], labels[inside]))
    sorted_labels, sorted_ink = labels[inside][order], ink[inside][order]
    ends = np.searchsorted(sorted_labels, np.arange(1, count), side="right")
    starts = np.concatenate([[0], ends[:-1]])
    level = np.zeros(count, np.float32)
    level[1:] = sorted_ink[starts + (0.9 * (ends - 1 - starts)).astype(int)]
    solid = (ink > np.maximum(floor, 0.45 * level[labels])) & inside
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8), connectivity=8)
    pieces = []
    big = np.flatnonzero(stats[1:, 4] >= 6) + 1
    if len(big) > 600:
        return []
    for i in big:
        x, y, w, h, area = (int(v) for v in stats[i])
        mask = labels[y : y + h, x : x + w] == i
        pieces.append(Piece(x, y, w, h, area, float(np.median(ink[y : y + h, x : x + w][mask])), mask))
    return cleaned(pieces, ink.shape)


def cleaned(pieces, shape):
    H, W = shape
    keep = [p for p in pieces if not margin(p, H, W)]
    keep = keep or pieces
    if not keep:
        return []
    ref = reference(keep)
    keep = [p for p in keep if not line(p, ref)] or keep
    ref = reference(keep)
    level = np.median([p.level for p in keep if max(p.w, p.h) > 0.5 * ref])
    return [p for p in keep if p.level > 0.4 * level and max(p.w, p.h) > 0.08 * ref]


def margin(p, H, W):
    side = (p.w >= 0.9 * W and (p.y == 0 or p.y + p.h == H)) or (p.h >= 0.9 * H and (p.x == 0 or p.x + p.w == W))
    corner = (p.x == 0 or p.x + p.w == W) and (p.y == 0 or p.y + p.h == H)
    return side or (corner and p.area > 0.4 * p.w * p.h)


def line(p, ref):
    return max(p.w, p.h) > 2.2 * ref or (p.w > 8 * p.h and p.w > 1.2 * ref)


def reference(pieces):
    sizes = np.array([max(p.h, 0.6 * p.w) for p in pieces])
    areas = np.array([p.area for p in pieces], float)
    order = np.argsort(sizes)
    total = np.cumsum(areas[order])
    return sizes[order][np.searchsorted(total, total[-1] / 2)]


def grouped(pieces):
    if not pieces:
        return []
    ref = reference(pieces)
    parent = list(range(len(pieces)))

    def find(i):
        while parent[i] != i:
            i = parent[i]
        return i

    for i, a in enumerate(pieces):
        for j in range(i):
            b = pieces[j]
            if belong(a, b, ref):
                parent[find(i)] = find(j)
    groups = {}
    for i in range(len(pieces)):
        groups.setdefault(find(i), []).append(pieces[i])
    return [g for g in groups.values() if max(max(p.h, p.w) for p in g) > 0.3 * ref]


def belong(a, b, ref):
    gap_x = max(a.x, b.x) - min(a.x + a.w, b.x + b.w)
    gap_y = max(a.y, b.y) - min(a.y + a.h, b.y + b.h)
    height = max(a.y + a.h, b.y + b.h) - min(a.y, b.y)
    if height > 1.6 * ref and min(a.h, b.h) > 0.5 * ref:
        return False
    overlap = -gap_x / min(a.w, b.w)
    small = min(max(a.w, a.h), max(b.w, b.h))
    if overlap > 0.5:
        return gap_y < 0.25 * ref
    return small < 0.45 * ref and gap_x < 0.12 * ref and gap_y < 0.12 * ref


def merged(group):
    left, top = min(p.x for p in group), min(p.y for p in group)
    right, bottom = max(p.x + p.w for p in group), max(p.y + p.h for p in group)
    mask = np.zeros((bottom - top, right - left), bool)
    for p in group:
        mask[p.y - top : p.y - top + p.h, p.x - left : p.x - left + p.w] |= p.mask
    return (left, top, right - left, bottom - top), mask


def rows_of(boxes):
    if not boxes:
        return []
    ref = np.median([h for _, _, _, h in boxes])
    rows = []
    for i in sorted(range(len(boxes)), key=lambda i: boxes[i][1] + boxes[i][3] / 2):
        middle = boxes[i][1] + boxes[i][3] / 2
        if rows and middle - rows[-1][0] < 0.6 * ref:
            rows[-1][1].append(i)
            rows[-1][0] = np.mean([boxes[j][1] + boxes[j][3] / 2 for j in rows[-1][1]])
        else:
            rows.append([middle, [i]])
    return [sorted(members, key=lambda i: boxes[i][0] + boxes[i][2] / 2) for _, members in rows]


THINNEST, THICKEST = 2.2, 4.5

def stroke_width(mask):
    distance = cv2.distanceTransform(np.pad(mask, 1).astype(np.uint8), cv2.DIST_L2, 5)
    return max(1.0, 4 * float(distance[distance > 0].mean()) - 2)


def to_mnist(mask):
    """float32 (28, 28): 20 px long, centre of mass in the middle."""
    scale = 20 / max(mask.shape)
    width = stroke_width(mask) * scale
    if width < THINNEST:
        r = (THINNEST - width) / 2 / scale * 1.15
        pad = int(r) + 2
        grown = cv2.distanceTransform(1 - np.pad(mask, pad).astype(np.uint8), cv2.DIST_L2, 5) <= r
        ys, xs = np.flatnonzero(grown.any(1)), np.flatnonzero(grown.any(0))
        mask = grown[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
    h, w = mask.shape
    scale = 20 / max(h, w)
    ink = mask.astype(np.float32)
    size = max(1, round(w * scale)), max(1, round(h * scale))
    ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    ink /= ink.max()
    field = np.zeros((28, 28), np.float32)
    top, left = (28 - ink.shape[0]) // 2, (28 - ink.shape[1]) // 2
    field[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
    m = cv2.moments(field)
    shift = np.float32([[1, 0, 13.5 - m["m10"] / m["m00"]], [0, 1, 13.5 - m["m01"] / m["m00"]]])
    return cv2.warpAffine(field, shift, (28, 28), flags=cv2.INTER_LINEAR)
