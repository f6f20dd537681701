"""A deeper net than the one in handwritten_digit_recognition.py: better on MNIST, not on people's pictures."""

from digits.quiet_keras import keras

layers = keras.layers


def build_deeper_cnn(width: float = 1) -> keras.Model:
    """Return an untrained net of six convolutions; `width`, and what goes in and comes out, are as in build_cnn."""

    def convolution(filters, size, padding="same", pool=False):
        convolve = layers.Conv2D(round(filters * width), size, padding=padding, use_bias=False)
        pooling = [layers.MaxPooling2D()] if pool else []  # first, so that the next two have a quarter of the work
        return [convolve, *pooling, layers.BatchNormalization(), layers.ReLU()]

    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            *convolution(32, 5, "valid", pool=True),  # 12 x 12 x 32
            *convolution(48, 3),
            *convolution(48, 3, pool=True),  # 6 x 6 x 48
            *convolution(96, 3),
            *convolution(96, 3),
            *convolution(96, 3, "valid"),  # 4 x 4 x 96
            layers.Flatten(),  # 1536
            layers.Dropout(0.3),
            layers.Dense(11, activation="softmax"),
        ],
        name="handwritten_digit_deeper_cnn",
    )
