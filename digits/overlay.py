"""A picture with boxes around its digits, and beside it the 28x28 images that the net saw."""

from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from digits.arrays import resized
from digits.files import OVERLAY_SUFFIX, written_whole
from digits.joining import Character

SURE_COLOUR, UNSURE_COLOUR = (60, 140, 0), (0, 110, 230)  # BGR


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
    tiles = tiles_of(marks, digits, shown.shape[0])
    height = max(shown.shape[0], tiles.shape[0])
    return np.hstack([with_height(side, height) for side in (shown, tiles)])


def tiles_of(marks, digits, height):
    """Return the 28x28 images of the marks, enlarged and labelled, in columns about `height` px high."""
    tiles = []
    for mark, digit in zip(marks, digits, strict=True):
        tile = np.full((120, 104, 3), 255, np.uint8)
        seen = np.round(255 * mark.mark.pixels).astype(np.uint8)
        tile[10:94, 10:94] = cv2.resize(seen, (84, 84), interpolation=cv2.INTER_NEAREST)[..., np.newaxis]
        write(tile, label_of(digit), (10, 112), colour_of(digit))
        tiles.append(tile)
    rows = max(1, height // 120)
    columns = [with_height(np.vstack(tiles[i : i + rows]), rows * 120) for i in range(0, len(tiles), rows)]
    return np.hstack(columns) if columns else np.full((height, 1, 3), 255, np.uint8)


def with_height(image, height):
    return cv2.copyMakeBorder(image, 0, height - image.shape[0], 0, 0, cv2.BORDER_CONSTANT, value=(255, 255, 255))


def label_of(digit):
    return f"{digit['digit'] if digit['sure'] else '?'}  {100 * digit['confidence']:.0f}%"


def colour_of(digit):
    return SURE_COLOUR if digit["sure"] else UNSURE_COLOUR


def write(image, text, corner, colour):
    """Write `text` on `image`, its lower left at `corner`, edged in white so that it can be read on any picture."""
    for ink, thickness in (((255, 255, 255), 4), (colour, 1)):
        cv2.putText(image, text, corner, cv2.FONT_HERSHEY_SIMPLEX, 0.5, ink, thickness, cv2.LINE_AA)


# --- to a file or a window ---


def overlay_names(paths: list[Path]) -> list[str]:
    """Return the file names for the overlays of `paths`: each path, joined with _, and a number if two are alike."""
    names = ["_".join(part for part in path.parts if part not in (path.anchor, ".", "..")) for path in paths]
    earlier: Counter[str] = Counter()
    for i, name in enumerate(names):
        earlier[name] += 1
        names[i] = f"{name}{OVERLAY_SUFFIX}" if earlier[name] == 1 else f"{name}.{earlier[name]}{OVERLAY_SUFFIX}"
    return names


def save(image: np.ndarray, path: Path) -> None:
    """Save `image` at `path` as PNG. Raises OSError."""
    with written_whole(path) as beside:
        beside.write_bytes(cv2.imencode(".png", image)[1].tobytes())


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
