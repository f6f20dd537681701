"""The command line of handwritten_digit_recognition.py."""

import argparse
import re
from dataclasses import replace
from pathlib import Path

from digits.files import TRAINED
from digits.recipes import RECIPES


def parse_arguments() -> argparse.Namespace:
    """Return the options of --help, and as `recipe` the Recipe that they ask for."""
    parser = argparse.ArgumentParser(
        description="Train a convolutional network on MNIST, save it, and show how it learned."
    )
    default, sets = " (default: %(default)s)", ("mixed", "mnist", "synthetic")
    parser.add_argument(
        "--recipe", choices=RECIPES, dest="recipe_name", help="settings, see digits/recipes.py (default: default)"
    )
    parser.add_argument(
        "--deeper", action="store_const", dest="recipe_name", const="deeper", help="short for --recipe deeper"
    )
    parser.add_argument("--epochs", type=positive, help="instead of the recipe's; 1 is short for --recipe quick")
    parser.add_argument("--batch-size", type=positive, default=128, help="images per step" + default)
    parser.add_argument("--seed", type=seed, default=0, help="same seed, same machine: same model" + default)
    parser.add_argument(
        "--dataset", choices=sets, default="mixed", help="MNIST and synthetic digits, or one of them" + default
    )
    parser.add_argument("--no-augmentation", dest="augmentation", action="store_false", help="leave images undistorted")
    parser.add_argument("--model", type=model_path, help="where to save, as .h5 or .keras (default: a name in models/)")
    parser.add_argument("--no-show", dest="show", action="store_false", help="save the pictures, open no windows")
    hand = parser.add_argument_group("your hand", "in place of a training; --model is then the model to teach")
    what = hand.add_mutually_exclusive_group()
    what.add_argument("--own", type=Path, metavar="FOLDER", help="learn from the labelled pictures in FOLDER")
    hand.add_argument("--anyway", action="store_true", help="save what was learned even if it brings nothing")
    what.add_argument("--forget", action="store_true", help="remove what was learned: the model before it reads again")
    options = parser.parse_args()
    if options.anyway and not options.own:
        parser.error("--anyway goes with --own FOLDER")
    of_training = "recipe_name", "epochs", "batch_size", "dataset", "augmentation"
    if options.own or options.forget:
        if any(getattr(options, name) != parser.get_default(name) for name in of_training):
            parser.error("--own and --forget go with --model, --seed, --anyway and --no-show, not with other options")
        return options
    options.recipe_name = options.recipe_name or ("quick" if options.epochs == 1 else "default")
    options.recipe = recipe_for(options)
    options.model = options.model or default_model(options)
    return options


def recipe_for(options):
    recipe = RECIPES[options.recipe_name]
    if options.epochs:
        recipe = recipe.with_epochs(options.epochs)
    if options.dataset == "mnist":
        recipe = replace(recipe, synthetic_digits=0, non_digits=0)
    return recipe if options.augmentation else replace(recipe, distortion=0)


def default_model(options):
    """Return where the model is saved; each kind has its own name, so that none replaces another."""
    kind = "synthetic" if options.dataset == "synthetic" else "handwritten"
    return TRAINED.with_name(f"{kind}_digit_{'deeper_' if options.recipe.deeper else ''}cnn.h5")


def positive(text):
    return whole_number(text, 1, 10_000)


def seed(text):
    return whole_number(text, 0, 2**32 - 1)  # what NumPy takes


def whole_number(text, lowest, highest):
    if not re.fullmatch("[0-9]{1,10}", text) or not lowest <= int(text) <= highest:
        raise argparse.ArgumentTypeError(f"expected a whole number from {lowest:,} to {highest:,}, got {text!r}")
    return int(text)


def model_path(text):
    path = Path(text).absolute()
    if path.suffix not in (".h5", ".keras"):
        raise argparse.ArgumentTypeError(f"expected a name that ends in .h5 or .keras, got {text!r}")
    return path
