"""The study's experiments 3 to 5: six blocks of convolution, on log-mel spectrograms."""

from typing import Any

import keras
from keras import layers

from takht.classifiers.layers import Scaled, Seeds, conv, dense

_L2 = 0.003


def build_layers(scaled: Scaled, seeds: Seeds) -> list[Any]:
    """Return the layers between the image and the composers' probabilities."""
    stack: list[Any] = []
    for _ in range(6):
        stack += [
            conv(scaled(128), 5, seeds, padding="same"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.3, seed=next(seeds)),
        ]
    return [
        *stack,
        layers.Flatten(),
        dense(256, seeds, kernel_regularizer=keras.regularizers.L2(_L2)),
        dense(128, seeds, kernel_regularizer=keras.regularizers.L2(_L2)),
    ]
