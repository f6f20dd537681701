"""Removes the lines of ruled and squared paper."""

import cv2
import numpy as np

from digits.arrays import components


def without_lines(dark):
    """Return `dark`, bool (h, w), without the lines of ruled and squared paper that are as dark as the ink."""
    if max(dark.any(axis=0).mean(), dark.any(axis=1).mean()) <= 0.85:
        return dark
    _, _, stats, _ = components(dark)
    wide, high = (stats[1:, 2:4] > 0.85 * np.array(dark.shape[::-1])).any(axis=0)
    if wide:
        dark = without_rows(dark)
    if high:
        dark = without_rows(dark.T).T
    return dark


def without_rows(dark):
    """Return `dark` without thin lines from left to right, at most 6 degrees from level, if there are three or more."""
    height, width = dark.shape
    thickest = max(6, height // 60)
    image, lines = np.ascontiguousarray(dark, np.uint8), np.zeros(dark.shape, np.uint8)
    thin = image - cv2.morphologyEx(image, cv2.MORPH_OPEN, np.ones((thickest + 1, 1), np.uint8))
    thin = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((1, thickest + 4), np.uint8))  # across what crosses it
    for slope in np.tan(np.radians(np.arange(-6, 6.1, 0.75))):
        shear = np.float32([[1, 0, 0], [-slope, 1, slope * width / 2]])
        level = cv2.warpAffine(thin, shear, (width, height), flags=cv2.INTER_NEAREST)
        runs = cv2.morphologyEx(level, cv2.MORPH_OPEN, np.ones((1, width // 8), np.uint8))
        runs[cv2.dilate(runs, np.ones((3, 1), np.uint8)).sum(axis=1) < 0.6 * width] = 0
        lines |= cv2.warpAffine(runs, shear, (width, height), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    lines = cv2.dilate(lines, np.ones((3, 3), np.uint8))
    _, _, stats, _ = components(lines)
    if (stats[1:, cv2.CC_STAT_WIDTH] > 0.4 * width).sum() < 3:
        return dark
    crossing = np.ones((thickest + 4, 1), np.uint8)
    return (cv2.morphologyEx(image & ~lines, cv2.MORPH_CLOSE, crossing) & image).astype(bool)
