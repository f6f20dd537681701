"""The command line of the training: which recipe, with which changes, saved under which name."""

import re
import sys

import pytest

from digits.recipes import RECIPES
from digits.training_options import parse_arguments


def parsed(monkeypatch, *options):
    monkeypatch.setattr(sys, "argv", ["handwritten_digit_recognition.py", *map(str, options)])
    return parse_arguments()


def test_recipes_are_chosen_by_name_and_epochs_change_the_epochs_only(monkeypatch):
    assert parsed(monkeypatch).recipe == RECIPES["default"]
    assert parsed(monkeypatch, "--recipe", "long").recipe == RECIPES["long"]
    assert parsed(monkeypatch, "--deeper").recipe == RECIPES["deeper"]
    assert parsed(monkeypatch, "--epochs", 1).recipe == RECIPES["quick"]
    for name, recipe in RECIPES.items():
        changed = parsed(monkeypatch, "--recipe", name, "--epochs", 30).recipe
        assert changed.epochs == 30 and changed.undistorted_epochs == recipe.undistorted_epochs
        assert changed.with_epochs(recipe.epochs) == recipe


def test_some_epochs_are_undistorted_but_a_third_at_most_of_several():
    assert [RECIPES["default"].with_epochs(epochs).undistorted_epochs for epochs in (1, 2, 4, 6, 9)] == [1, 1, 1, 2, 3]


def test_mnist_alone_has_nothing_mixed_in_and_images_can_stay_undistorted(monkeypatch):
    recipe = parsed(monkeypatch, "--dataset", "mnist", "--no-augmentation").recipe
    assert recipe.synthetic_digits == recipe.non_digits == recipe.distortion == 0


def test_each_kind_of_model_has_a_name_of_its_own(monkeypatch):
    options = [], ["--deeper"], ["--dataset", "synthetic"], ["--dataset", "synthetic", "--recipe", "deeper"]
    names = [parsed(monkeypatch, *each).model.name for each in options]
    assert names == [
        "handwritten_digit_cnn.h5",
        "handwritten_digit_deeper_cnn.h5",
        "synthetic_digit_cnn.h5",
        "synthetic_digit_deeper_cnn.h5",
    ]


def test_impossible_options_are_refused_with_what_was_expected(monkeypatch, capsys):
    impossible = [
        *[("--epochs", value) for value in ("0", "-1", "1000000", "1e3", "many", "9" * 5000)],
        ("--batch-size", "-1"),
        *[("--seed", value) for value in ("-1", "4294967296", "0.5")],
        ("--model", "model.txt"),
        ("--model", ".h5"),
        ("--recipe", "fast"),
    ]
    for option, value in impossible:
        with pytest.raises(SystemExit) as end:
            parsed(monkeypatch, option, value)
        said = capsys.readouterr().err
        assert end.value.code == 2 and re.search(f"{option}: (expected .*, got|invalid choice: )", said), (option, said)


def test_a_hand_is_learned_without_the_options_of_a_training(monkeypatch, capsys):
    options = parsed(monkeypatch, "--own", "mine", "--seed", 3, "--no-show")
    assert str(options.own) == "mine" and options.model is None and not options.anyway
    for wrong in (["--own", "mine", "--epochs", 1], ["--own", "mine", "--deeper"], ["--forget", "--own", "mine"]):
        with pytest.raises(SystemExit) as end:
            parsed(monkeypatch, *wrong)
        assert end.value.code == 2 and re.search("go with --model|not allowed with", capsys.readouterr().err), wrong
