"""The layers of a net in words: kind, settings, number of weights. A training keeps them in its record."""

import json
from pathlib import Path


def layers_in(model) -> list[dict]:
    """Return the layers of a Keras model, each "kind", "settings" and "weights"."""
    return [
        {
            "kind": type(layer).__name__,
            "settings": settings_in_words(layer.get_config()),
            "weights": int(layer.count_params()),
        }
        for layer in model.layers
    ]


def layers_of(path: Path, record: dict) -> list[dict]:
    """Return the layers of the model at `path`, as layers_in does, without Keras; empty where nothing tells them.

    Its record tells them, or, if that is older than they are in records, the .h5.
    """
    if "layers" in record:
        return record["layers"]
    try:
        import h5py  # comes with TensorFlow
    except ImportError:
        return []
    if not h5py.is_hdf5(path):
        return []
    with h5py.File(path) as file:
        layers = json.loads(file.attrs["model_config"])["config"]["layers"]
        return [entry_of(layer, file["model_weights"]) for layer in layers if layer["class_name"] != "InputLayer"]


def entry_of(layer, weights):
    settings = layer["config"]
    sizes = []
    if settings["name"] in weights:
        weights[settings["name"]].visititems(lambda _, item: sizes.append(getattr(item, "size", 0)))
    return {"kind": layer["class_name"], "settings": settings_in_words(settings), "weights": int(sum(sizes))}


def settings_in_words(settings):
    """Return the settings of a layer in words, such as "32 filters, 5x5, relu"."""
    activation = settings.get("activation", "")  # a name, or the settings of an activation layer
    words = [
        f"{settings['filters']} filters" if "filters" in settings else "",
        f"{settings['units']} units" if "units" in settings else "",
        "x".join(map(str, settings.get("kernel_size") or settings.get("pool_size") or [])),
        f"{settings['rate']:.0%} left out" if "rate" in settings else "",
        activation["class_name"] if isinstance(activation, dict) else activation,
    ]
    return ", ".join(filter(None, words))
