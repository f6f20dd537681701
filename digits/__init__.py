"""Reads handwritten digits: from digits import load_classifier, read, read_picture

    read("photo.jpg")["text"]                           also of bytes or an array; what prediction.py --json prints

To predict:

    picture         a file becomes an upright picture
    finding/        where its digits are
    mnist_form      a digit as 28x28, as MNIST has it
    classifier      a model file becomes a function from images to probabilities
    calibration     what makes these probabilities mean what they say
    reading         digits become a text, with the confidence of each
    overlay         the picture with boxes, and what the net saw
    web/            the page in the browser

To train:

    mnist           the data set: load, check, hold out
    drawing/        digits out of strokes, and what is not a digit
    augmentation    training images, distorted anew each time
    recipes         the settings of a training, by name
    training_options  the command line of a training
    fitting         how Keras is fed and stopped, and what it prints
    deeper          a net of six convolutions
    model_files     the .h5, its ONNX twin, its record
    plots           the figures of a training

arrays, files, parallel and quiet_keras hold small things that several of these need.
"""

from digits.classifier import load_classifier
from digits.picture import read_picture
from digits.reading import read

__all__ = ["load_classifier", "read", "read_picture"]
