import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from conftest import ROOT
from drawing import drawn_data_set

from digits import fitting, mnist
from digits.calibration import NON_DIGIT, digit_probabilities
from digits.quiet_keras import keras
from digits.recipes import RECIPES

AS_THEY_ARE = replace(RECIPES["default"], epochs=2, undistorted_epochs=2, synthetic_at_the_end=1)


def batches_of(images, labels, own, batch_size, recipe):
    return list(fitting.distorted_batches(images, labels, own, batch_size, seed=0, recipe=recipe))


def net(answers):
    layers = keras.layers.Flatten(), keras.layers.Dense(answers, activation="softmax")
    return keras.Sequential([keras.Input((28, 28, 1)), *layers])


def test_an_epoch_has_each_image_once_with_its_label():
    images, labels = drawn_data_set(50, seed=9)
    batches = batches_of(images, labels, 50, 20, AS_THEY_ARE)
    assert [len(of_batch) for _, of_batch in batches] == [20, 20, 10, 20, 20, 10]
    expected = sorted(zip(map(bytes, mnist.net_input(images)), labels, strict=True))
    for epoch in batches[:3], batches[3:]:
        assert (
            sorted((bytes(x), y) for inputs, of_batch in epoch for x, y in zip(inputs, of_batch, strict=True))
            == expected
        )
    assert any((first[0] != second[0]).any() for first, second in zip(batches[:3], batches[3:], strict=True))


def test_all_but_the_last_epochs_are_distorted():
    images, labels = drawn_data_set(64, seed=8)
    first, last = batches_of(images, labels, 64, 64, replace(AS_THEY_ARE, undistorted_epochs=1))
    plain = sorted(map(bytes, mnist.net_input(images)))
    assert sorted(map(bytes, last[0])) == plain and not set(map(bytes, first[0])) & set(plain)
    (never, _) = batches_of(images, labels, 64, 64, replace(AS_THEY_ARE, undistorted_epochs=1, distortion=0))
    assert sorted(map(bytes, never[0])) == plain


def test_at_the_end_images_of_the_data_set_take_the_place_of_synthetic_digits_and_non_digits_stay():
    shades = np.arange(1, 181, dtype=np.uint8)  # tell the images apart: 60 of the data set, 60 synthetic, 60 non-digits
    images = np.broadcast_to(shades[:, np.newaxis, np.newaxis], (180, 28, 28))
    labels = np.concatenate([np.arange(120) % 10, np.full(60, NON_DIGIT)])
    for kept, low, high in ((1, 60, 60), (0.5, 15, 45), (0, 0, 0)):
        for inputs, _ in batches_of(images, labels, 60, 180, replace(AS_THEY_ARE, synthetic_at_the_end=kept)):
            shade = np.rint(inputs[:, 0, 0, 0] * 255).astype(int)
            assert low <= np.count_nonzero((shade > 60) & (shade <= 120)) <= high
            assert set(shade) >= {*range(1, 61), *range(121, 181)} and np.count_nonzero(shade > 120) == 60


def test_as_many_are_mixed_in_as_the_recipe_says():
    images, labels = drawn_data_set(300, seed=1)
    mixed, every_label = fitting.with_synthetic(images, labels, RECIPES["default"], 0, net(11))
    assert np.array_equal(mixed[:300], images) and np.array_equal(every_label[:300], labels)
    assert len(mixed) == 300 + 100 + 45 and np.count_nonzero(every_label == NON_DIGIT) == 45
    _, digits_alone = fitting.with_synthetic(images, labels, RECIPES["default"], 0, net(10))
    assert len(digits_alone) == 400 and digits_alone.max() == 9


def test_non_digits_do_not_count_as_read_right_or_wrong():
    labels = np.array([3, 5, NON_DIGIT, NON_DIGIT, 7])
    answers = np.eye(11)[[3, 6, NON_DIGIT, 1, NON_DIGIT]]
    answers[4, 7] = 0.5  # of the digits the likeliest
    assert float(fitting.accuracy(labels, answers)) == pytest.approx(2 / 3)


def test_the_learning_rate_rises_and_falls_along_a_cosine():
    rates = [float(fitting.optimizer(RECIPES["default"], 800).learning_rate)]
    schedule = fitting.optimizer(RECIPES["default"], 800)._learning_rate
    rates = [float(schedule(step)) for step in (0, 100, 450, 800)]
    assert rates == pytest.approx([3e-4, 3e-3, 1.5e-3, 0], abs=1e-6)


def test_calibration_divides_the_logits_and_leaves_the_likeliest_digit():
    images, labels = drawn_data_set(300, seed=2)
    keras.utils.set_random_seed(0)
    model = net(11)
    model.layers[-1].kernel.assign(model.layers[-1].kernel * 3)  # far too sure of what it does not know
    before = model.predict(mnist.net_input(images), verbose=0)
    fitting.calibrate(model, images, labels)
    after = model.predict(mnist.net_input(images), verbose=0)
    assert np.array_equal(before.argmax(axis=1), after.argmax(axis=1))
    losses = [-np.log(digit_probabilities(each)[range(300), labels]).mean() for each in (before, after)]
    assert losses[1] < losses[0]
    ratio = np.log(before[:, 0] / before[:, 1]) / np.log(after[:, 0] / after[:, 1])
    assert np.allclose(ratio, ratio[0], rtol=1e-3) and ratio[0] > 1


def test_a_line_an_epoch_fits_into_80_columns_and_tells_the_time_left(capsys, monkeypatch):
    clock = iter(range(0, 10_000, 100))
    monkeypatch.setattr(fitting.time, "perf_counter", lambda: next(clock))
    progress = fitting.Progress()
    progress.params = {"epochs": 40, "steps": 2}
    progress.on_train_begin()
    for epoch in range(40):
        progress.on_epoch_begin(epoch)
        progress.on_epoch_end(epoch, {"loss": 1 / 3, "accuracy": 1.0, "val_accuracy": 0.5})
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first == "epoch 1/40   loss 0.3333   accuracy 100.00%   validation 50.00%   65:00 left"
    assert last == "epoch 40/40   loss 0.3333   accuracy 100.00%   validation 50.00%" and len(first) < 80


@pytest.mark.slow
def test_it_trains_on_several_devices_whatever_keras_is_set_to_elsewhere(tmp_path):
    elsewhere = {"backend": "torch", "floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_first"}
    (tmp_path / "keras.json").write_text(json.dumps(elsewhere))
    settings = {**os.environ, "KERAS_HOME": str(tmp_path), "KERAS_BACKEND": "torch"}
    check = """
from digits import fitting, mnist
from digits.drawing import synthetic_digits
from digits.quiet_keras import keras, tf
from digits.recipes import RECIPES
from handwritten_digit_recognition import build_cnn
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
recipe = RECIPES["default"].with_epochs(2)
with tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]).scope():
    model = build_cnn()
    model.compile(fitting.optimizer(recipe, 40), "sparse_categorical_crossentropy", metrics=[fitting.accuracy])
images, labels = fitting.with_synthetic(*synthetic_digits(420, 0), recipe, 0, model)
batches = fitting.training_batches(images, labels, 420, 32, 0, recipe)
history = model.fit(batches, epochs=2, steps_per_epoch=20, shuffle=False, verbose=0)
print(history.history["accuracy"])
"""  # 420, 140 synthetic digits and 63 non-digits cannot be shared out evenly
    command = [sys.executable, "-c", check]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", env=settings)
    assert done.returncode == 0, done.stderr[-3000:]
    first, last = map(float, done.stdout.splitlines()[-1].strip("[]").split(","))
    assert last > first > 0.05
