"""The layers of a net in words."""

import pytest

from digits.files import SHIPPED
from digits.layers import layers_in, layers_of, settings_in_words


def test_an_activation_with_settings_of_its_own_is_named():
    activation = {"class_name": "LeakyReLU", "config": {"negative_slope": 0.1}}
    assert settings_in_words({"units": 5, "activation": activation}) == "5 units, LeakyReLU"


def test_a_training_keeps_the_layers_as_the_file_tells_them():
    pytest.importorskip("tensorflow", reason="the model is loaded")
    from digits.quiet_keras import load_model

    assert layers_in(load_model(SHIPPED)) == layers_of(SHIPPED, {})


def test_the_layers_in_the_record_come_first():
    layers = [{"kind": "Dense", "settings": "11 units, softmax", "weights": 11}]
    assert layers_of(SHIPPED, {"layers": layers}) == layers
