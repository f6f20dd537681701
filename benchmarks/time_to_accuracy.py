"""How soon 99 % of MNIST's test digits are read right: the quick recipe of this project beside Keras' own example.

    python -m benchmarks.time_to_accuracy        four to eleven minutes on two cores

Keras' example (keras.io/examples/vision/mnist_convnet) is rebuilt from its description: convolutions of 32 and 64
filters 3x3, each with pooling, dropout 0.5, softmax; Adam, batches of 128, 15 epochs, a tenth held out. It waits for
TensorFlow's tuner after most epochs, as it does for whoever runs it. Ours is trained with synthetic digits and
non-digits mixed in, which are drawn in the time given, and on MNIST alone. All start with MNIST in memory. After each
epoch the seconds of training so far are printed, without those of testing, and the test accuracy. Looking at the test
half after every epoch is for this comparison; no setting was chosen by it.
"""

import time
from dataclasses import replace

from digits import fitting, mnist
from digits.calibration import digit_probabilities
from digits.quiet_keras import keras
from digits.recipes import RECIPES
from handwritten_digit_recognition import build_cnn

SEEDS, BATCH_SIZE = range(3), 128
QUICK = RECIPES["quick"]
OURS = {"--recipe quick": QUICK, "--recipe quick --dataset mnist": replace(QUICK, synthetic_digits=0, non_digits=0)}


def main():
    (x_train, y_train), (x_test, y_test) = mnist.load()
    keras.utils.set_random_seed(0)
    model = keras_example()
    images, targets = mnist.net_input(x_train), keras.utils.to_categorical(y_train, 10)
    after_each_epoch = TestAccuracy(x_test, y_test)
    model.fit(images, targets, batch_size=128, epochs=15, validation_split=0.1, verbose=0, callbacks=[after_each_epoch])

    training, validation = mnist.hold_out(x_train, y_train)
    for options, recipe in OURS.items():
        for seed in SEEDS:
            start = time.perf_counter()
            model = ours(recipe, seed, training, validation)
            report(f"ours, {options}", seed, time.perf_counter() - start, accuracy(model, x_test, y_test))


def ours(recipe, seed, training, validation):
    """Return the net of handwritten_digit_recognition.py, fitted as there; training, validation: images and labels."""
    keras.utils.set_random_seed(seed)
    model = build_cnn(recipe.width)
    images, labels = fitting.with_synthetic(*training, recipe, seed, model)
    batches = fitting.training_batches(images, labels, len(training[0]), BATCH_SIZE, seed, recipe)
    steps = -(-len(images) // BATCH_SIZE)
    optimizer = fitting.optimizer(recipe, recipe.epochs * steps)
    model.compile(optimizer, loss="sparse_categorical_crossentropy", metrics=[fitting.accuracy])
    held_out = fitting.evaluation_batches(*validation)
    model.fit(batches, epochs=recipe.epochs, steps_per_epoch=steps, validation_data=held_out, shuffle=False, verbose=0)
    return model


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
    answers = model.predict(fitting.evaluation_batches(images, labels), verbose=0)
    return (digit_probabilities(answers).argmax(axis=1) == labels).mean()


def report(name, seed, seconds, share):
    print(f"{name}, seed {seed}: {share:.2%} after {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    main()
