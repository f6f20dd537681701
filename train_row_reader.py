"""Train the row reader, which reads numbers in which digits touch, on rows that are drawn for it, and save it.

    python train_row_reader.py                    about 90 minutes on two cores

The rows are written with MNIST's digits and with drawn ones, then put on forms, cheques and notebooks. The net is a
convolutional one: each of its columns sees some 40 px of a row and says for two frames which character begins there,
if any. It learns from the texts alone, not from where the digits are: by connectionist temporal classification (CTC).
It is saved in models/ with its record and pictures of the rows, of its errors and of how it learned.
"""

import argparse
import sys
import time

import numpy as np

from digits import model_files, plots, row_fitting
from digits.classifier import ROW_READER
from digits.files import ROOT
from digits.fitting import InterruptBetweenBatches
from digits.mnist import DatasetError
from digits.quiet_keras import keras
from digits.rows import ROW_HEIGHT
from digits.training_options import model_path, positive, seed

STEPS = 1000  # in an epoch
LEARNING_RATE, WARM_UP = 3e-3, 500  # the highest, after so many steps
HELD_OUT = 4000  # rows
layers = keras.layers


def build_row_reader() -> keras.Model:
    """Return the untrained net: rows float32 (n, 32, w, 1), 0 to 1, to logits (n, 1, w / 4, 2 * classes)."""

    def convolution(filters, size, pool=None, padding="same"):
        pooling = [layers.MaxPooling2D(pool)] if pool else []  # first, so that less is to be normalised
        convolve = layers.Conv2D(filters, size, padding=padding, use_bias=False)
        return [convolve, *pooling, layers.BatchNormalization(), layers.ReLU()]

    return keras.Sequential(
        [
            keras.Input((ROW_HEIGHT, None, 1)),
            *convolution(20, 5, pool=(2, 2)),  # 16 x w/2 x 20
            *convolution(48, 3, pool=(2, 2)),  # 8 x w/4 x 48
            *convolution(96, 3, pool=(2, 1)),  # 4 x w/4 x 96
            *convolution(128, 3),
            layers.ZeroPadding2D((0, 1)),
            *convolution(160, (4, 3), padding="valid"),  # 1 x w/4 x 160
            layers.Dropout(0.2),
            *convolution(160, (1, 3)),
            layers.Dropout(0.2),
            layers.Conv2D(2 * row_fitting.CLASSES, 1),
        ],
        name="row_reader",
    )


def main():
    options = parse_arguments()
    model_files.check_can_save(options.model)
    keras.utils.set_random_seed(options.seed)
    model = build_row_reader()
    model.summary()

    # draw
    print(f"Drawing {options.rows:,} rows ...", flush=True)
    start = time.perf_counter()
    try:
        images, texts = row_fitting.rows_drawn("training", options.rows, options.seed)
        val_images, val_texts = row_fitting.rows_drawn("validation", HELD_OUT, options.seed)
    except DatasetError as error:
        sys.exit(str(error))

    # compile, fit
    steps = options.epochs * STEPS
    warm_up = min(WARM_UP, steps // 4)
    rate = keras.optimizers.schedules.CosineDecay(
        LEARNING_RATE / 10, steps - warm_up, warmup_target=LEARNING_RATE, warmup_steps=warm_up
    )
    model.compile(optimizer=keras.optimizers.Adam(rate, clipnorm=5), loss=row_fitting.ctc_loss)
    history = model.fit(
        row_fitting.training_batches(images, texts, options.seed),
        epochs=options.epochs,
        steps_per_epoch=STEPS,
        shuffle=False,  # the batches come in random order
        verbose=0,
        callbacks=[
            row_fitting.Validation(val_images, val_texts),
            InterruptBetweenBatches(),
            keras.callbacks.TerminateOnNaN(),
        ],
    ).history
    seconds = time.perf_counter() - start
    if not np.isfinite(history["loss"]).all():
        sys.exit("The loss became infinite, so nothing was saved. Try another --seed.")

    # evaluate, save, plot
    said = row_fitting.read_by(model, val_images)
    right = float(np.mean([a == b for a, b in zip(said, val_texts, strict=True)]))
    print(f"\nOf {len(said):,} rows with digits that were held out, {right:.2%} are read right as a whole.\n")
    digest = model_files.save(model, options.model)
    settings = {"rows": options.rows, "epochs": options.epochs, "seed": options.seed, "held_out_rows_right": right}
    record = model_files.record_of(settings, history, seconds, digest)
    model_files.save_record(record, options.model.with_suffix(".json"))
    figures = {"rows": plots.rows(images, texts), "errors": plots.row_errors(val_images, val_texts, said)}
    for name, figure in figures.items():
        plots.save(figure, options.model.with_name(f"{options.model.stem}_{name}.png"), dpi=100)


def parse_arguments():
    parser = argparse.ArgumentParser(description="Train the row reader on drawn rows, and save it.")
    default = " (default: %(default)s)"
    parser.add_argument("--rows", type=positive, default=280, help="thousands of rows to draw" + default)
    parser.add_argument("--epochs", type=positive, default=28, help=f"of {STEPS:,} steps" + default)
    parser.add_argument("--seed", type=seed, default=0, help="same seed, same machine: same model" + default)
    parser.add_argument("--model", type=model_path, default=ROOT / "models" / ROW_READER, help="where to save")
    options = parser.parse_args()
    options.rows *= 1000
    return options


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("\nStopped. Files that were saved are complete.", file=sys.stderr)
        sys.exit(130)
