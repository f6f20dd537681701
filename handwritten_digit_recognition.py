"""Train a convolutional network on MNIST, save it, and show how it learned.

    python handwritten_digit_recognition.py                     two to four minutes on two cores
    python handwritten_digit_recognition.py --recipe quick      a quick look: one epoch
    python handwritten_digit_recognition.py --recipe long       the recipe of the shipped model
    python handwritten_digit_recognition.py --recipe deeper     six convolutions instead of two
    python handwritten_digit_recognition.py --own FOLDER        teach the trained net your hand, in seconds

MNIST is downloaded at the first run and kept as dataset/mnist.npz. Mixed in are synthetic digits, drawn as people write
them in other countries, and letters and scribbles, so that the net learns what is not a digit. The model is saved in
models/, with pictures beside it: learning curves, the data, its distortion, the errors, the confidence.
"""

import sys
import time

import numpy as np

try:
    from digits import fitting, lesson, mnist, model_files, plots
    from digits.calibration import calibration_error, digit_probabilities
    from digits.deeper import build_deeper_cnn
    from digits.drawing import synthetic_digits
    from digits.files import OWN, TRAINED, near, record_beside, typed
    from digits.layers import layers_in
    from digits.quiet_keras import keras
    from digits.training_options import parse_arguments
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is missing. Training takes more packages:  pip install -r requirements.txt")

SYNTHETIC_COUNTS = 60_000, 10_000  # training and test images, when synthetic digits replace MNIST
layers = keras.layers


def build_cnn(width: float = 1) -> keras.Model:
    """Return the untrained net: float32 (n, 28, 28, 1) from 0 to 1 in, eleven probabilities (n, 11) out.

    Ten are for the digits, the last is for "not a digit". width: multiplies the numbers of filters and units.
    """
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(round(16 * width), 5, padding="same", activation="relu"),  # 28 x 28 x 16
            layers.MaxPooling2D(),  # 14 x 14 x 16
            layers.Conv2D(round(64 * width), 5, activation="relu"),  # 10 x 10 x 64
            layers.MaxPooling2D(),  # 5 x 5 x 64
            layers.Flatten(),  # 1600
            layers.Dropout(0.2),
            layers.Dense(round(192 * width), activation="relu"),
            layers.Dropout(0.4),
            layers.Dense(11, activation="softmax"),
        ],
        name="handwritten_digit_cnn",
    )


def main():
    if hasattr(sys.stdout, "reconfigure"):  # in IDLE it has no encoding to fail at
        sys.stdout.reconfigure(errors="backslashreplace")  # for names that the output's encoding lacks
    options = parse_arguments()
    if options.own or options.forget:
        lesson.forget() if options.forget else lesson.learn_from(options)
        return
    model_files.check_can_save(options.model)
    if "test_accuracy" in (earlier := record_beside(options.model)):
        print(f"{near(options.model)}, {earlier['test_accuracy']:.2%} right on the test set, will be replaced.")

    # load, hold out
    (x_all, y_all), (x_test, y_test) = load_data(options)
    (x_train, y_train), (x_val, y_val) = mnist.hold_out(x_all, y_all)
    recipe, path, seed = options.recipe, options.model, options.seed

    # build
    keras.utils.set_random_seed(seed)
    with fitting.on_all_gpus():
        model = build_deeper_cnn(recipe.width) if recipe.deeper else build_cnn(recipe.width)
    model.summary()

    # mix in, compile
    if options.dataset != "mnist":
        print("Drawing synthetic digits and non-digits ...", flush=True)
    images, labels = fitting.with_synthetic(x_train, y_train, recipe, seed, model)
    batches = fitting.training_batches(images, labels, len(x_train), options.batch_size, seed, recipe)
    steps = -(-len(images) // options.batch_size)  # per epoch
    with model.distribute_strategy.scope():
        model.compile(
            optimizer=fitting.optimizer(recipe, recipe.epochs * steps),
            loss="sparse_categorical_crossentropy",
            metrics=[fitting.accuracy],
        )

    # fit
    start = time.perf_counter()
    try:
        history = model.fit(
            batches,
            epochs=recipe.epochs,
            steps_per_epoch=steps,
            validation_data=fitting.evaluation_batches(x_val, y_val),
            shuffle=False,  # the batches come in random order
            verbose=0,
            callbacks=[fitting.Progress(), fitting.InterruptBetweenBatches(), keras.callbacks.TerminateOnNaN()],
        ).history
    except KeyboardInterrupt:
        print("\nStopped: nothing was saved, and no earlier model was changed.", file=sys.stderr)
        sys.exit(130)
    if not np.isfinite(history["loss"]).all():
        sys.exit(
            "The loss became infinite, so nothing was saved. Lower the recipe's learning rate in digits/recipes.py."
        )

    # calibrate, evaluate
    x_varied, y_varied = fitting.calibration_images(x_val, y_val, seed)
    fitting.calibrate(model, x_varied, y_varied)
    seconds = time.perf_counter() - start
    test_loss, test_accuracy = model.evaluate(fitting.evaluation_batches(x_test, y_test), verbose=0)
    probabilities = digit_probabilities(model.predict(fitting.evaluation_batches(x_test, y_test), verbose=0))
    wrong = int(np.count_nonzero(probabilities.argmax(axis=1) != y_test))
    print(f"\nOn the {len(y_test):,} test images, which the net had never seen:")
    print(f"test accuracy {test_accuracy:.2%} ({wrong:,} read wrongly), test loss {test_loss:.4f}\n")

    # save
    digest = model_files.save(model, path)
    settings = {"dataset": options.dataset, "recipe": options.recipe_name, "epochs": recipe.epochs, "seed": seed}
    record = model_files.record_of(settings, history, seconds, digest) | {
        "test_images": len(y_test),
        "read_wrongly": wrong,
        "test_accuracy": test_accuracy,
        "test_loss": test_loss,
        "calibration_error": calibration_error(probabilities, y_test),
        "layers": layers_in(model),
    }
    model_files.save_record(record, path.with_suffix(".json"))

    # plot
    varied = digit_probabilities(model.predict(fitting.evaluation_batches(x_varied, y_varied), verbose=0))
    figures = {
        "curves": plots.curves(history, recipe.distorted_epochs, test_accuracy),
        "data": plots.data(x_all, y_all, y_test),
        "augmented": plots.augmented(x_all, y_all, recipe.distortion if recipe.distorted_epochs else 0),
        "errors": plots.errors(probabilities, x_test, y_test),
        "confidence": plots.confidence(
            {"test images": (probabilities, y_test), "distorted and synthetic ones": (varied, y_varied)}
        ),
    }
    for name, figure in figures.items():
        plots.save(figure, path.with_name(f"{path.stem}_{name}.png"))
    with_it = "" if path == TRAINED and not OWN.exists() else f" --model {typed(path)}"
    print(f"Read your own pictures with it:  python prediction.py{with_it}")
    if options.show:
        plots.show()


def load_data(options):
    """Return (x_train, y_train), (x_test, y_test) as mnist.load does: MNIST, or synthetic digits.

    A net trained on synthetic digits is tested on MNIST if that is in dataset/. Changes `options`: the recipe, and, if
    MNIST cannot be downloaded, the model's name, so that it does not replace one trained on MNIST.
    """
    try:
        if options.dataset != "synthetic":
            return mnist.load()
    except mnist.DownloadError as error:
        print(f"{error}\nUntil then the net learns from synthetic digits, and is saved under another name.\n")
        name = options.model.name.removeprefix("handwritten_")
        options.dataset, options.model = "synthetic", options.model.with_name(f"synthetic_{name}")
    except mnist.DatasetError as error:
        sys.exit(str(error))
    options.recipe = options.recipe.for_synthetic_digits()
    print(f"Drawing {SYNTHETIC_COUNTS[0]:,} synthetic digits ...", flush=True)
    training = synthetic_digits(SYNTHETIC_COUNTS[0], [options.seed, 1])
    if mnist.DATASET.exists():
        return training, mnist.read(mnist.DATASET)[1]
    print("The test images are synthetic too: on people's digits the net will do less well.")
    return training, synthetic_digits(SYNTHETIC_COUNTS[1], [options.seed, 2])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # before the training or after it
        print("\nStopped. Files that were saved are complete.", file=sys.stderr)
        sys.exit(130)
