"""What the drawn digits and scribbles of synthetic_digits.py change: the default training with and without them.

    python benchmarks/drawn_digits.py models/compared       about six minutes on two cores

It prints the accuracy on MNIST's test half, and keeps both models in that folder to read other handwriting with
(python prediction.py --model models/compared/without.h5 ...).
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import handwritten_digit_recognition as training  # noqa: E402
from quiet_keras import keras  # noqa: E402


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    x_train, y_train, x_test, y_test = training.read_mnist(training.DATASET)
    shares = {"with": (training.DRAWN_DIGITS, training.SCRIBBLES), "without": (0, 0)}
    for name, (training.DRAWN_DIGITS, training.SCRIBBLES) in shares.items():
        keras.utils.set_random_seed(0)
        model = training.build_cnn()
        data = training.hold_out(x_train, y_train)
        training.train(model, *data, training.EPOCHS, training.BATCH_SIZE, seed=0)
        right = training.probabilities_of(model, x_test).argmax(axis=1) == y_test
        print(f"{name}: {right.mean():.2%}", flush=True)
        path = Path(sys.argv[1]).absolute() / f"{name}.h5"
        training.save_twin(model, path, training.save_model(model, path))


if __name__ == "__main__":
    main()
