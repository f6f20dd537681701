"""Reads handwritten digits: from digits import load_classifier, read, read_picture

    read("photo.jpg")["text"]       the digits; read also takes bytes or an array, and returns what --json prints

To predict:

    picture         a file becomes an upright picture
    finding/        where its rows and digits are
    mnist_form      a digit is brought into MNIST's form, 28x28
    classifier      a model file becomes a function from images to probabilities
    calibration     of answers that are 80 % sure, 80 % should be right
    rows            what the row reader says of a row
    joining         what both nets say of it
    reading         digits become a text, with the confidence of each and of the whole
    overlay         the picture with boxes, and what the net saw
    web/            the page in the browser

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

arrays, files, parallel and quiet_keras are small helpers.
"""

from digits.classifier import load_classifier
from digits.picture import read_picture
from digits.reading import read

__all__ = ["load_classifier", "read", "read_picture"]
