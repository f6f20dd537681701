"""What Keras needs to fit a net: batches, learning rate, accuracy, calibration, callbacks."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext

import numpy as np

from digits.augmentation import distorted, elastic_fields
from digits.calibration import NON_DIGIT, best_temperature
from digits.drawing import non_digits, synthetic_digits
from digits.mnist import Labelled, net_input
from digits.quiet_keras import keras, tf
from digits.recipes import Recipe

WARM_UP = 1 / 8  # of all steps: while the learning rate rises


# --- the images ---


def with_synthetic(images: np.ndarray, labels: np.ndarray, recipe: Recipe, seed: int, model: keras.Model) -> Labelled:
    """Return images uint8 (n, 28, 28) and labels (n,) with the synthetic digits and non-digits of `recipe` after them.

    Non-digits have the label NON_DIGIT ("outlier exposure", Hendrycks, Mazeika, Dietterich 2019); there are none for a
    `model` of ten answers. A few images are left out where they cannot be shared out equally among several GPUs.
    """
    digits, digit_labels = synthetic_digits(round(len(images) * recipe.synthetic_digits), seed)
    has_answer = model.output_shape[-1] > NON_DIGIT
    others = non_digits(round(len(images) * recipe.non_digits) if has_answer else 0, seed)
    images = np.concatenate([images, digits, others])
    labels = np.concatenate([labels, digit_labels, np.full(len(others), NON_DIGIT)]).astype(np.uint8)
    count = len(images) - len(images) % model.distribute_strategy.num_replicas_in_sync
    return images[:count], labels[:count]


def calibration_images(images: np.ndarray, labels: np.ndarray, seed: int) -> Labelled:
    """Return held-out images uint8 (2n, 28, 28) and labels (2n,) as varied as users' pictures.

    They are the `images`, distorted, and as many synthetic digits; none of them has been trained on.
    """
    random = np.random.default_rng([seed, 3])
    digits, digit_labels = synthetic_digits(len(images), [seed, 3])
    bent = distorted(images, elastic_fields(500, random), random)
    return np.concatenate([bent, digits]), np.concatenate([labels, digit_labels])


def distorted_batches(
    images: np.ndarray,
    labels: np.ndarray,
    real_count: int,
    batch_size: int,
    seed: int,
    recipe: Recipe,
) -> Iterator[Labelled]:
    """Yield the images in batches, in random order, epoch after epoch, each distorted anew whenever it comes.

    images: uint8 (n, 28, 28), the first `real_count` from the data set, the others synthetic; labels: (n,). A batch is
    (net_input(images), labels). In the last epochs nothing is distorted, and of the synthetic digits only the share
    `recipe.synthetic_at_the_end` stays; images of the data set replace the others.
    """
    is_synthetic_digit = (np.arange(len(images)) >= real_count) & (labels != NON_DIGIT)
    for epoch in range(1, recipe.epochs + 1):
        at_the_end = epoch > recipe.epochs - recipe.undistorted_epochs
        kept = recipe.synthetic_at_the_end if at_the_end else 1
        random = np.random.default_rng([seed, epoch])
        order = random.permutation(len(images))
        fields = elastic_fields(500, random)
        left_out = is_synthetic_digit[order] & (random.random(len(order)) >= kept)
        order[left_out] = random.integers(real_count, size=np.count_nonzero(left_out))
        for i, start in enumerate(range(0, len(images), batch_size)):
            batch = order[start : start + batch_size]
            chosen = images[batch]
            if epoch <= recipe.distorted_epochs:
                of_synthetic = max(1, recipe.distortion)  # they look more alike, so never less
                strengths = np.where(batch < real_count, recipe.distortion, of_synthetic)
                chosen = distorted(chosen, fields, np.random.default_rng([seed, epoch, i]), strengths)
            yield net_input(chosen), labels[batch]


def untuned(data: tf.data.Dataset) -> tf.data.Dataset:
    """Return `data` without TensorFlow's autotuning, whose thread can delay the end of `fit` by a minute."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return data.with_options(options)


def training_batches(
    images: np.ndarray, labels: np.ndarray, real_count: int, batch_size: int, seed: int, recipe: Recipe
) -> tf.data.Dataset:
    """Return distorted_batches as Keras takes them."""
    signature = tf.TensorSpec((None, 28, 28, 1)), tf.TensorSpec((None,), tf.uint8)
    data = tf.data.Dataset.from_generator(
        lambda: distorted_batches(images, labels, real_count, batch_size, seed, recipe), output_signature=signature
    )
    return untuned(data.prefetch(2))


def evaluation_batches(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """Return images uint8 (n, 28, 28) and labels (n,) in batches of 1,000, to be answered, not learned from."""
    return untuned(tf.data.Dataset.from_tensor_slices((net_input(images), labels)).batch(1000))


# --- the fit ---


def on_all_gpus():
    """Return the context in which to build a model so that it trains on all GPUs, if there are several."""
    several = len(tf.config.list_physical_devices("GPU")) > 1
    return tf.distribute.MirroredStrategy().scope() if several else nullcontext()


def optimizer(recipe: Recipe, steps: int) -> keras.optimizers.Optimizer:
    """Return Adam; its learning rate rises, then falls as a cosine (Loshchilov, Hutter 2017), in `steps` steps."""
    warm_up = round(WARM_UP * steps)
    learning_rate = keras.optimizers.schedules.CosineDecay(
        recipe.learning_rate / 10, steps - warm_up, warmup_target=recipe.learning_rate, warmup_steps=warm_up
    )
    return keras.optimizers.Adam(learning_rate, beta_2=recipe.beta_2, weight_decay=recipe.weight_decay)


def accuracy(labels, answers):
    """Return the share of digits read right, 0 to 1, without non-digits; labels: (n,), answers: (n, 10 or 11)."""
    labels = keras.ops.cast(keras.ops.reshape(labels, (-1,)), "int64")
    is_digit = labels != NON_DIGIT
    is_right = is_digit & (labels == keras.ops.cast(keras.ops.argmax(answers[:, :NON_DIGIT], axis=-1), "int64"))
    return keras.ops.sum(is_right) / keras.ops.maximum(keras.ops.sum(is_digit), 1)


def calibrate(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> None:
    """Divide the logits of `model` by the temperature that makes the labels (n,) of `images` likeliest.

    The temperature goes into the weights of the last layer, a Dense with softmax; images: uint8 (n, 28, 28).
    """
    answers = model.predict(evaluation_batches(images, labels), verbose=0)
    temperature = best_temperature(np.log(answers.clip(1e-30)), labels)  # the logits, up to a constant
    last = model.layers[-1]
    last.set_weights([weights / temperature for weights in last.get_weights()])


class Progress(keras.callbacks.Callback):
    """Prints a line per epoch, with the time left; on a terminal also how far the epoch has come."""

    def on_train_begin(self, logs=None):
        self.start = self.shown = time.perf_counter()
        self.epoch = 0

    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch

    def on_train_batch_end(self, batch, logs=None):
        if sys.stdout.isatty() and batch > 20 and time.perf_counter() > self.shown + 0.5:
            self.shown = time.perf_counter()
            share = (batch + 1) / self.params["steps"]
            self.say(
                f"epoch {self.epoch + 1}/{self.params['epochs']}   {share:.0%} done{self.left(self.epoch + share)}", ""
            )

    def on_epoch_end(self, epoch, logs=None):
        said = f"loss {logs['loss']:.4f}   accuracy {logs['accuracy']:.2%}   validation {logs['val_accuracy']:.2%}"
        self.say(f"epoch {epoch + 1}/{self.params['epochs']}   {said}{self.left(epoch + 1)}", "\n")

    def say(self, line, end):
        print(f"\r{line:<79}" if sys.stdout.isatty() else line, end=end, flush=True)  # over what stood there

    def left(self, done):
        """Return the time left, as "   2:05 left"; done: epochs so far, with a fraction."""
        seconds = round((time.perf_counter() - self.start) / done * (self.params["epochs"] - done))
        return f"   {seconds // 60}:{seconds % 60:02} left" if seconds else ""


class InterruptBetweenBatches(keras.callbacks.Callback):
    """Lets Ctrl-C raise KeyboardInterrupt only between two batches.

    Raised while TensorFlow's C++ code asks Python for the next batch, it would abort the process.
    """

    def on_train_begin(self, logs=None):
        self.interrupted = False
        self.usual = signal.signal(signal.SIGINT, self.remember)

    def remember(self, *_):
        self.interrupted = True

    def on_train_batch_end(self, batch, logs=None):
        if self.interrupted:
            self.on_train_end()
            raise KeyboardInterrupt

    on_test_batch_end = on_train_batch_end

    def on_train_end(self, logs=None):
        signal.signal(signal.SIGINT, self.usual)
