"""The study's experiment 1: two blocks of convolution, on MFCC."""

from typing import Any

from keras import layers

from takht.classifiers.layers import MOMENTUM, Scaled, Seeds, conv, dense


def build_layers(scaled: Scaled, seeds: Seeds) -> list[Any]:
    """Return the layers between the image and the composers' probabilities."""
    return [
        conv(scaled(32), 3, seeds),
        layers.BatchNormalization(momentum=MOMENTUM),
        layers.MaxPooling2D(2),
        layers.Dropout(0.3, seed=next(seeds)),
        conv(scaled(64), 3, seeds),
        layers.BatchNormalization(momentum=MOMENTUM),
        layers.MaxPooling2D(2),
        layers.Dropout(0.3, seed=next(seeds)),
        layers.Flatten(),
        dense(512, seeds),
        layers.BatchNormalization(momentum=MOMENTUM),
        layers.Dropout(0.5, seed=next(seeds)),
    ]
