"""A picture with boxes around its digits, and beside it the 28x28 images that the net saw."""

from collections.abc import Container
from itertools import count
from pathlib import Path

import cv2
import numpy as np

from digits.arrays import resized
from digits.files import OVERLAY_SUFFIX, Page, written_whole
from digits.joining import Character

SURE_COLOUR, UNSURE_COLOUR = (60, 140, 0), (0, 110, 230)  # BGR
TILE_HEIGHT, TILE_WIDTH = 120, 104  # px
ABREAST = 4  # tiles side by side, or more where they would need more lines than the picture has room for


def with_boxes(picture: np.ndarray, marks: list[Character], digits: list[dict]) -> np.ndarray:
    """Return the picture, uint8 (h, w, 3) BGR, with boxes and digits, and beside it what the net saw of each.

    digits: the entries of the marks under "digits" in a result.
    """
    scale = min(900 / max(picture.shape[:2]), max(1, 420 / max(picture.shape[:2])))
    shown = resized(picture, scale)
    for mark, digit in zip(marks, digits, strict=True):
        x, y, w, h = (round(v * scale) for v in mark.mark.box)
        cv2.rectangle(shown, (x - 3, y - 3), (x + w + 3, y + h + 3), colour_of(digit), 2)
        label = label_of(digit) if w > 62 else label_of(digit)[0]  # narrow digits leave no room for more
        write(shown, label, (x - 3, y - 9 if y > 25 else y + h + 22), colour_of(digit))
    tiles = tiles_of(marks, digits, max(1, shown.shape[0] // TILE_HEIGHT))
    height = max(shown.shape[0], tiles.shape[0])
    return np.hstack([with_size(side, height, side.shape[1]) for side in (shown, tiles)])


def tiles_of(marks, digits, lines):
    """Return the 28x28 images of the marks, enlarged and labelled, in reading order, in at most so many lines.

    Each row of writing begins a line, unless there are more rows than lines.
    """
    tiles = [tile_of(mark, digit) for mark, digit in zip(marks, digits, strict=True)]
    numbers = [mark.mark.row for mark in marks]
    rows = [[tile for tile, other in zip(tiles, numbers, strict=True) if other == row] for row in sorted(set(numbers))]
    if not rows:
        return np.full((1, 1, 3), 255, np.uint8)
    if len(rows) > lines:
        rows = [tiles]
    least = min(ABREAST, max(map(len, rows)))
    columns = next(c for c in count(least) if sum(-(-len(row) // c) for row in rows) <= lines)
    parts = [row[start : start + columns] for row in rows for start in range(0, len(row), columns)]
    return np.vstack([with_size(np.hstack(part), TILE_HEIGHT, columns * TILE_WIDTH) for part in parts])


def tile_of(mark, digit):
    tile = np.full((TILE_HEIGHT, TILE_WIDTH, 3), 255, np.uint8)
    seen = np.round(255 * mark.mark.pixels).astype(np.uint8)
    tile[10:94, 10:94] = cv2.resize(seen, (84, 84), interpolation=cv2.INTER_NEAREST)[..., np.newaxis]
    write(tile, label_of(digit), (10, 112), colour_of(digit))
    return tile


def with_size(image, height, width):
    """Return `image` with white below it and to its right."""
    down, right = height - image.shape[0], width - image.shape[1]
    return cv2.copyMakeBorder(image, 0, down, 0, right, cv2.BORDER_CONSTANT, value=(255, 255, 255))


def label_of(digit):
    share = ">99" if digit["confidence"] > 0.995 else f"{100 * digit['confidence']:.0f}"
    return f"{digit['digit'] if digit['sure'] else '?'}  {share}%"


def colour_of(digit):
    return SURE_COLOUR if digit["sure"] else UNSURE_COLOUR


def write(image, text, corner, colour):
    """Write `text` on `image`, its lower left at `corner`, edged in white so that it can be read on any picture."""
    for ink, thickness in (((255, 255, 255), 4), (colour, 1)):
        cv2.putText(image, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.5, ink, thickness, cv2.LINE_AA)


# --- to a file or a window ---


def save(image: np.ndarray, folder: Path, page: Page, taken: Container[Path] = ()) -> Path:
    """Save `image`, the overlay of a page, in `folder` as PNG, and return its path, none of `taken`. Raises OSError.

    It is named like the page, with the folders in its path, and has a number if that is taken.
    """
    path = next(path for path in paths_for(page, folder) if path not in taken)
    with written_whole(path) as beside:
        beside.write_bytes(cv2.imencode(".png", image)[1].tobytes())
    return path


def paths_for(page, folder):
    path = Path(page.path).with_suffix("")
    name = "_".join(part for part in path.parts if part not in (path.anchor, ".", ".."))
    end = f"_page_{page.number}{OVERLAY_SUFFIX}" if page.of > 1 else OVERLAY_SUFFIX
    yield folder / f"{name}{end}"
    yield from (folder / f"{name}_{number}{end}" for number in count(2))


def reason_for_no_window() -> str:
    """Return why no window can be opened, or an empty string."""
    try:
        import matplotlib.pyplot  # which looks for a display
    except ImportError:
        return "--show needs Matplotlib (pip install matplotlib)"
    return "There is no display, or no tkinter" if matplotlib.get_backend().lower() == "agg" else ""


def show(image: np.ndarray, title: str) -> None:
    """Open a window with `image`, and wait until it is closed."""
    import matplotlib.pyplot as plt

    figure, axis = plt.subplots(num=title, layout="constrained")
    axis.imshow(image[..., ::-1])
    axis.set_axis_off()
    figure.set_size_inches(image.shape[1] / 100, image.shape[0] / 100)
    plt.show()
