"""How soon 99 % of MNIST's test digits are read right: one epoch of this project beside Keras' own example.

    python benchmarks/time_to_accuracy.py        four to eleven minutes on two cores

Keras' example (keras.io/examples/vision/mnist_convnet) is rebuilt from its description: convolutions of 32 and 64
filters 3x3, each with pooling, dropout 0.5, softmax; Adam, batches of 128, 15 epochs, a tenth held out. Ours is
trained with drawn digits and scribbles mixed in, which are drawn in the time given, and on MNIST alone; as in the
training script freed memory is kept, which begins after Keras' example. That example waits for TensorFlow's tuner
after most epochs, as it does for whoever runs it. All start with MNIST in memory. After each epoch the seconds of
training so far are printed, without those of testing, and the test accuracy. Looking at the test half after every
epoch is for this comparison; no setting was chosen by it.
"""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import handwritten_digit_recognition as training  # noqa: E402
from memory import keep_memory  # noqa: E402
from quiet_keras import keras  # noqa: E402

SEEDS = range(3)


def main():
    x_train, y_train, x_test, y_test = training.read_mnist(training.DATASET)
    keras.utils.set_random_seed(0)
    model = keras_example()
    images, targets = training.net_input(x_train), training.one_hot(y_train)
    after_each_epoch = TestAccuracy(x_test, y_test)
    model.fit(images, targets, batch_size=128, epochs=15, validation_split=0.1, verbose=0, callbacks=[after_each_epoch])

    keep_memory()
    data, size = training.hold_out(x_train, y_train), training.BATCH_SIZE
    for options, drawn in ("--epochs 1", 1), ("--epochs 1 --no-drawn", 0):
        for seed in SEEDS:
            keras.utils.set_random_seed(seed)
            start = time.perf_counter()
            model = training.build_cnn()
            training.train(model, *data, epochs=1, batch_size=size, seed=seed, drawn=drawn)
            report(f"ours, {options}", seed, time.perf_counter() - start, accuracy(model, x_test, y_test))


def keras_example():
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dropout(0.5),
            layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
    return model


class TestAccuracy(keras.callbacks.Callback):
    """Prints the test accuracy after each epoch, and the seconds so far without those of testing."""

    def __init__(self, images, labels):
        super().__init__()
        self.images, self.labels, self.start = images, labels, time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        end = time.perf_counter()
        report("Keras' example", 0, end - self.start, accuracy(self.model, self.images, self.labels))
        self.start += time.perf_counter() - end


def accuracy(model, images, labels):
    return (training.probabilities_of(model, images).argmax(axis=1) == labels).mean()


def report(name, seed, seconds, share):
    print(f"{name}, seed {seed}: {share:.2%} after {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
