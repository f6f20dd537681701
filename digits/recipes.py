"""The settings of a training, by name: python handwritten_digit_recognition.py --recipe quick"""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True)
class Recipe:
    epochs: int  # passes through the training images
    undistorted_epochs: int  # the last ones, in which nothing is distorted
    learning_rate: float  # at its highest; from there it falls along a cosine, so that any number of epochs ends well
    beta_2: float  # how long Adam remembers how large gradients were; less in a short training
    weight_decay: float | None  # "decoupled" (Loshchilov, Hutter 2019)
    distortion: float  # of MNIST's images, as a multiple of what augmentation.py says
    synthetic_digits: float  # mixed in per image of MNIST
    non_digits: float  # likewise
    synthetic_at_the_end: float  # share of synthetic digits that stays in the undistorted epochs: fewer help MNIST
    width: float  # multiplies filters and units
    deeper: bool  # six convolutions instead of two

    @property
    def distorted_epochs(self):
        """How many epochs, the first ones, distort their images."""
        return self.epochs - self.undistorted_epochs if self.distortion else 0

    def with_epochs(self, epochs):
        """Return the same recipe for so many epochs, at most a third of them undistorted, but at least one."""
        return replace(self, epochs=epochs, undistorted_epochs=min(self.undistorted_epochs, max(1, round(epochs / 3))))

    def for_synthetic_digits(self):
        """Return the same recipe for synthetic digits alone: as they are too much alike, distorted more, to the end."""
        return replace(self, distortion=1.4 * self.distortion, undistorted_epochs=0)


# fmt: off
TABLE: dict[str, tuple[Any, ...]] = {
    #                        quick  default  long    deeper
    "epochs":               (1,     10,      40,     20),
    "undistorted_epochs":   (1,     3,       4,      4),
    "learning_rate":        (9e-3,  3e-3,    1.5e-3, 3e-3),
    "beta_2":               (0.97,  0.999,   0.999,  0.999),
    "weight_decay":         (None,  None,    0.05,   None),
    "distortion":           (1,     1,       0.7,    1),
    "synthetic_digits":     (1 / 9, 1 / 3,   1 / 3,  1 / 3),
    "non_digits":           (0.05,  0.15,    0.15,   0.15),
    "synthetic_at_the_end": (1,     1 / 3,   1,      1 / 3),
    "width":                (1,     1,       1.5,    1),
    "deeper":               (False, False,   False,  True),
}
# fmt: on
RECIPES = {
    name: Recipe(**{setting: values[i] for setting, values in TABLE.items()})
    for i, name in enumerate(("quick", "default", "long", "deeper"))
}
