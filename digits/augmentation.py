"""Training images distorted anew each time: turned, sheared, stretched, shifted and bent, in one resampling."""

import cv2
import numpy as np

# Standard deviations of the distortion at strength 1; the elastic part moves neighbouring pixels alike
TURN, SHEAR, STRETCH, SHIFT, ELASTIC = 0.135, 0.165, 0.09, 0.9, 1.05  # radians, share, share, px, px
ELASTIC_WIDTH = 4  # px: how far apart pixels still move alike
PIXELS = np.stack([*(np.mgrid[:28, :28][::-1].reshape(2, 784) - 13.5), np.ones(784)], axis=1).astype(np.float32)
# (784, 3): each pixel's x and y from the middle, and 1 for the shift


def elastic_fields(count: int, random: np.random.Generator) -> np.ndarray:
    """Return random smooth displacements in px, float32 (count, 784, 2) (Simard, Steinkraus, Platt 2003)."""
    rough = random.normal(size=(count, 28, 28, 2)).astype(np.float32)
    smooth = np.stack([cv2.GaussianBlur(field, (0, 0), ELASTIC_WIDTH) for field in rough])
    return (smooth * (ELASTIC / smooth.std())).reshape(count, 784, 2)


def distorted(
    images: np.ndarray, fields: np.ndarray, random: np.random.Generator, strength: float | np.ndarray = 1
) -> np.ndarray:
    """Return `images`, uint8 (n, 28, 28), each distorted at random; fields: from elastic_fields.

    strength: factor on the standard deviations, one for all images or, (n,), one for each.
    """
    n = len(images)
    strength = np.broadcast_to(np.asarray(strength, float), n)
    turn, shear = random.normal(0, TURN * strength, n), random.normal(0, SHEAR * strength, n)
    across, down = np.exp(random.normal(0, STRETCH * strength, (2, n)))
    shift_x, shift_y = random.normal(13.5, SHIFT * strength, (2, n))
    cos, sin = np.cos(turn), np.sin(turn)
    by_x, by_y = (cos * across, sin * across), ((shear * cos - sin) * down, (shear * sin + cos) * down)
    affine = np.array([by_x, by_y, (shift_x, shift_y)], np.float32).transpose(2, 0, 1)
    come_from = (
        PIXELS @ affine
        + strength[:, np.newaxis, np.newaxis].astype(np.float32) * fields[random.integers(len(fields), size=n)]
    )
    maps = come_from.reshape(n, 28, 28, 2)  # where each pixel is taken from
    return np.stack([cv2.remap(*each, None, cv2.INTER_LINEAR) for each in zip(images, maps, strict=True)])
