"""What Keras needs to fit the row reader: drawn rows in batches, its loss, and how many rows it reads right."""

import time
from collections.abc import Iterator
from functools import partial

import numpy as np

from digits import mnist
from digits.drawing.forms import drawn_rows
from digits.fitting import untuned
from digits.parallel import in_parallel
from digits.quiet_keras import keras, tf
from digits.rows import CHARACTERS, ROW_HEIGHT, frames_of, labels_of, text_of

AT_ONCE = 1000  # rows that a process draws at a time
BATCH_SIZE = 64
SORTED = 25  # batches that are sorted by width together, so that little is padded
CLASSES = 1 + len(CHARACTERS)

Rows = tuple[list[np.ndarray], list[str]]  # images uint8 (ROW_HEIGHT, w), their texts


def rows_drawn(part: str, count: int, seed: int) -> Rows:
    """Return about `count` rows drawn with MNIST's images of a part: "training" or "validation", those held out."""
    images, texts = [], []
    seeds = [[seed, part == "training", i] for i in range(-(-count // AT_ONCE))]
    for some_images, some_texts in in_parallel(partial(some_rows, part), seeds):
        images += some_images
        texts += some_texts
    return images, texts


def some_rows(part, seed):
    (images, labels), _ = mnist.load()
    training, validation = mnist.hold_out(images, labels)
    images, labels = training if part == "training" else validation
    return drawn_rows(AT_ONCE, seed, [images[labels == digit] for digit in range(10)])


def batches(images: list[np.ndarray], texts: list[str], seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield the rows in batches, again and again in another order, rows of about one width together; see padded."""
    widths = np.array([image.shape[1] for image in images])
    random = np.random.default_rng(seed)
    while True:
        order = random.permutation(len(images))
        for part in np.array_split(order, max(1, len(order) // (BATCH_SIZE * SORTED))):
            by_width = part[np.argsort(widths[part], kind="stable")]
            for first in random.permutation(np.arange(0, len(part), BATCH_SIZE)):
                batch = by_width[first : first + BATCH_SIZE]
                yield padded([images[i] for i in batch], [texts[i] for i in batch])


def padded(images: list[np.ndarray], texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return rows as one array, float32 (n, ROW_HEIGHT, w, 1), 0 to 1, and their texts as labels (n, length).

    What is added is paper, on the right, and the label 0.
    """
    longest = max(1, *(len(text) for text in texts))
    width = max(8 * longest + 8, *(image.shape[1] for image in images))  # CTC needs a frame a label, and some between
    batch = np.zeros((len(images), ROW_HEIGHT, -(-width // 16) * 16, 1), np.float32)
    for row, image in zip(batch, images, strict=True):
        row[:, : image.shape[1], 0] = image / np.float32(255)
    return batch, np.array([labels_of(text) + [0] * (longest - len(text)) for text in texts], np.int32)


def training_batches(images: list[np.ndarray], texts: list[str], seed: int) -> tf.data.Dataset:
    """Return `batches` as Keras takes them."""
    signature = tf.TensorSpec((None, ROW_HEIGHT, None, 1)), tf.TensorSpec((None, None), tf.int32)
    data = tf.data.Dataset.from_generator(lambda: batches(images, texts, seed), output_signature=signature)
    return untuned(data.prefetch(4))


def ctc_loss(labels, answers):
    """Return the CTC loss of the net's answers, (n, 1, t, 2 * classes): of each column for two frames."""
    count, columns = keras.ops.shape(answers)[0], keras.ops.shape(answers)[2]
    return keras.losses.ctc(labels, keras.ops.reshape(answers, (count, 2 * columns, CLASSES)))


def read_by(model: keras.Model, images: list[np.ndarray]) -> list[str]:
    """Return the texts that the row reader `model` reads in `images`, on the best path."""
    texts = [""] * len(images)
    by_width = np.argsort([image.shape[1] for image in images], kind="stable")
    for part in np.array_split(by_width, -(-len(images) // 100)):
        batch, _ = padded([images[i] for i in part], [""] * len(part))
        for i, frames in zip(part, frames_of(model.predict_on_batch(batch)), strict=True):
            texts[i] = text_of(frames)
    return texts


class Validation(keras.callbacks.Callback):
    """Says after each epoch how many held-out rows are read right as a whole, as val_right."""

    def __init__(self, images, texts):
        super().__init__()
        self.images, self.texts = images, texts

    def on_train_begin(self, logs=None):
        self.start = time.perf_counter()

    def on_epoch_end(self, epoch, logs):
        said = read_by(self.model, self.images)
        logs["val_right"] = float(np.mean([a == b for a, b in zip(said, self.texts, strict=True)]))
        left = (time.perf_counter() - self.start) / (epoch + 1) * (self.params["epochs"] - epoch - 1)
        print(
            f"epoch {epoch + 1}/{self.params['epochs']}   loss {logs['loss']:.3f}   "
            f"held-out rows right {logs['val_right']:.1%}   {left / 60:.0f} minutes left",
            flush=True,
        )
