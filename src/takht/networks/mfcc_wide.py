"""The study's experiment 2, as its README and paper give it (its notebook is narrower)."""

from typing import Any

from keras import layers

from takht.classifiers.layers import MOMENTUM, Scaled, Seeds, conv, dense


def build_layers(scaled: Scaled, seeds: Seeds) -> list[Any]:
    """Return the layers between the image and the composers' probabilities."""
    return [
        conv(scaled(64), 3, seeds),
        layers.BatchNormalization(momentum=MOMENTUM),
        layers.MaxPooling2D(2),
        conv(scaled(128), 3, seeds),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        dense(1024, seeds),
        layers.Dropout(0.2, seed=next(seeds)),
        dense(512, seeds),
        layers.Dropout(0.3, seed=next(seeds)),
    ]
