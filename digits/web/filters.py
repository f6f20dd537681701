"""The filters of a net's first convolution, from its ONNX twin, so that the page can show what each of them finds."""

from pathlib import Path

import cv2
import numpy as np

from digits.classifier import is_twin

ENGINE = [cv2.dnn.ENGINE_CLASSIC] if hasattr(cv2.dnn, "ENGINE_CLASSIC") else []  # OpenCV 5's other one hides them


def filters_of(model: Path) -> dict | None:
    """Return the filters that the net at `model` lays over an image: lists "kernels" (n, k, k) and "biases" (n,).

    None where there is no ONNX twin, or no such convolution in it.
    """
    twin = model.with_suffix(".onnx")
    try:
        if not (model == twin or is_twin(twin, model)):
            return None
        net = cv2.dnn.readNetFromONNX(str(twin), *ENGINE)
    except (OSError, cv2.error):
        return None
    layers = map(net.getLayer, net.getLayerNames())
    return next((filters_in(layer.blobs) for layer in layers if layer.type == "Convolution"), None)


def filters_in(blobs):
    kernels = blobs[0]
    if kernels.ndim != 4 or kernels.shape[1] != 1:
        return None
    biases = blobs[1].ravel() if len(blobs) > 1 else np.zeros(len(kernels))
    return {"kernels": kernels[:, 0].astype(float).round(5).tolist(), "biases": biases.astype(float).round(5).tolist()}
