"""Reads handwritten digits: from digits import load_classifier, read, read_all, read_picture

    read("photo.jpg")["text"]       the digits; read also takes bytes, an open file or an array, and returns what --json
                                    prints as a dict; of many, read_all; what can be raised: ModelError, PictureError

To predict:

    picture         a file becomes an upright picture
    pdf             a page of a PDF does
    finding/        where its rows and digits are
    mnist_form      a digit is brought into MNIST's form, 28x28
    classifier      a model file becomes a function from images to probabilities
    calibration     of answers that are 80 % sure, 80 % should be right
    rows            what the row reader says of a row
    joining         what both nets say of it
    reading         digits become a text, with the confidence of each and of the whole
    upright         a picture that lies on its side is turned
    reader          all of that in a call
    printed         a result as a line
    overlay         the picture with boxes, and what the net saw
    web/            the page in the browser
    on_ray          folders of any size, on many machines

To train:

    mnist           the data set: load, check, hold out
    drawing/        synthetic digits, what is not a digit, and numbers on forms, from strokes
    augmentation    training images, distorted anew each time
    recipes         the settings of a training, by name
    training_options  the command line of a training
    fitting         batches, learning rate, accuracy, and what Keras prints
    row_fitting     the same for the row reader
    deeper          a net of six convolutions
    model_files     the .h5, its ONNX twin, its record
    layers          the layers of a net in words
    plots           the figures of a training

To learn the user's hand:

    own_digits      labelled pictures in a folder become digits to learn from
    teaching        a net learns them, and stays as it was for others
    lesson          what --own prints and saves

arrays, files, parallel and quiet_keras are small helpers.
"""

try:
    import cv2  # noqa: F401
except ImportError as error:
    if ".so" not in str(error):  # a library of the system, such as libxcb.so.1 or libGL.so.1
        raise
    raise ImportError(
        f"OpenCV cannot be loaded ({error}). Without a desktop, take the one that needs none:  "
        "pip uninstall -y opencv-python && pip install opencv-python-headless"
    ) from None

from digits.classifier import ModelError, load_classifier
from digits.picture import PictureError, PictureTooLargeError, read_picture
from digits.reader import read, read_all

__all__ = ["ModelError", "PictureError", "PictureTooLargeError", "load_classifier", "read", "read_all", "read_picture"]
