import numpy as np
from drawing import drawn_data_set

from digits.augmentation import distorted, elastic_fields


def test_distortion_moves_images_a_little_and_strength_0_not_at_all():
    images, _ = drawn_data_set(50, seed=7)
    random = np.random.default_rng(0)
    fields = elastic_fields(50, random)
    assert np.array_equal(distorted(images, fields, random, strength=0), images)
    bent = distorted(images, fields, random)
    assert bent.shape == images.shape and bent.dtype == np.uint8
    assert (bent != images).any(axis=(1, 2)).all()
    ink = bent.sum(axis=(1, 2)) / images.sum(axis=(1, 2), dtype=float)
    assert (np.abs(ink - 1) < 0.5).all()
    y, x = (np.average(index, weights=bent.mean(axis=0)) for index in np.indices((28, 28)))
    assert abs(y - 14) < 0.5 and abs(x - 14) < 0.5  # nothing drifts to one side


def test_each_image_can_have_a_strength_of_its_own():
    images, _ = drawn_data_set(64, seed=8)
    for strengths in (0.1, 1), (1, 0.1):
        random = np.random.default_rng(0)
        bent = distorted(images, elastic_fields(50, random), random, np.repeat(strengths, 32))
        moved = np.abs(bent.astype(float) - images).mean(axis=(1, 2)).reshape(2, 32).mean(axis=1)
        assert moved.argmax() == np.argmax(strengths) and moved.max() > 2 * moved.min()
