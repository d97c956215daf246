"""Layers whose weights are drawn from given seeds, for networks in `takht.networks`."""

from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras import layers

Scaled = Callable[[int], int]  # from the filters at full width to those at `training.width`
Seeds = Iterator[int]
MOMENTUM = 0.9  # of batch normalisation: Keras's 0.99 needs more steps than a small run has


def conv(filters: int, size: int, seeds: Seeds, padding: str = "valid") -> Any:
    """Return a convolution of `size` x `size` with ReLU, its weights drawn from the next seed."""
    start = keras.initializers.GlorotUniform(seed=next(seeds))
    return layers.Conv2D(
        filters, size, padding=padding, activation="relu", kernel_initializer=start
    )


def dense(units: int, seeds: Seeds, activation: str = "relu", **more: Any) -> Any:
    """Return a dense layer, its weights drawn from the next seed; `more` is for Keras."""
    start = keras.initializers.GlorotUniform(seed=next(seeds))
    return layers.Dense(units, activation=activation, kernel_initializer=start, **more)
