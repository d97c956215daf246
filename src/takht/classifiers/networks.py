"""The original study's networks: windows (batch, frames, bands) in, a probability a composer out.

Its images are bands x frames; here time comes first. With square kernels and pools that is the
same network.
"""

import math
from collections.abc import Callable, Iterator
from typing import Any

import keras
from keras import layers

from takht.core.randomness import rng_for
from takht.errors import TakhtError

_MOMENTUM = 0.9  # of batch normalisation: Keras's 0.99 needs more steps than a small run has
_L2 = 0.003

Scaled = Callable[[int], int]
Seeds = Iterator[int]


def build_network(
    name: str,
    *,
    frames: int,
    bands: int,
    composers: int,
    width: float = 1.0,
    seed: int = 0,
    mixed_precision: bool = False,
) -> keras.Model:
    """Return an untrained network: (batch, frames, bands) to (batch, composers), float32.

    `width` multiplies the filters of every convolution but not the units of dense layers. Every
    draw of weights and dropout comes from `seed`, none from global state.

    Raises:
        TakhtError: the windows are too small for the network's convolutions and pools.
    """
    rng = rng_for(seed, name)
    seeds = iter(lambda: int(rng.integers(2**31)), None)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16" if mixed_precision else "float32")
    try:
        x = inputs = keras.Input((frames, bands), name="window")
        x = layers.Reshape((frames, bands, 1), name="image")(x)
        stack = NETWORKS[name](lambda filters: max(1, round(filters * width)), seeds)
        for place, layer in enumerate(stack):
            # Keras's own names count the layers of the process, and are in the file of weights.
            layer.name = f"{type(layer).__name__.lower()}_{place}"
            x = layer(x)
        last = _dense(composers, seeds, "softmax", name="composer", dtype="float32")
        return keras.Model(inputs, last(x), name=name)
    except ValueError as error:
        raise TakhtError(
            f"network {name}: windows of {frames} frames x {bands} bands are too small for its "
            f"convolutions and pools; choose other features or longer windows ({error})"
        ) from None
    finally:
        keras.config.set_dtype_policy(policy)


def _mfcc_two_blocks(scaled: Scaled, seeds: Seeds) -> list[Any]:
    """Experiment 1."""
    return [
        _conv(scaled(32), 3, seeds),
        layers.BatchNormalization(momentum=_MOMENTUM),
        layers.MaxPooling2D(2),
        layers.Dropout(0.3, seed=next(seeds)),
        _conv(scaled(64), 3, seeds),
        layers.BatchNormalization(momentum=_MOMENTUM),
        layers.MaxPooling2D(2),
        layers.Dropout(0.3, seed=next(seeds)),
        layers.Flatten(),
        _dense(512, seeds),
        layers.BatchNormalization(momentum=_MOMENTUM),
        layers.Dropout(0.5, seed=next(seeds)),
    ]


def _mfcc_wide(scaled: Scaled, seeds: Seeds) -> list[Any]:
    """Experiment 2, as its authors' README and paper give it (their notebook is narrower)."""
    return [
        _conv(scaled(64), 3, seeds),
        layers.BatchNormalization(momentum=_MOMENTUM),
        layers.MaxPooling2D(2),
        _conv(scaled(128), 3, seeds),
        layers.MaxPooling2D(2),
        layers.Flatten(),
        _dense(1024, seeds),
        layers.Dropout(0.2, seed=next(seeds)),
        _dense(512, seeds),
        layers.Dropout(0.3, seed=next(seeds)),
    ]


def _mel_six_blocks(scaled: Scaled, seeds: Seeds) -> list[Any]:
    """Experiments 3 to 5."""
    stack: list[Any] = []
    for _ in range(6):
        stack += [
            _conv(scaled(128), 5, seeds, padding="same"),
            layers.MaxPooling2D(2),
            layers.Dropout(0.3, seed=next(seeds)),
        ]
    return [
        *stack,
        layers.Flatten(),
        _dense(256, seeds, kernel_regularizer=keras.regularizers.L2(_L2)),
        _dense(128, seeds, kernel_regularizer=keras.regularizers.L2(_L2)),
    ]


NETWORKS: dict[str, Callable[[Scaled, Seeds], list[Any]]] = {
    "mfcc_two_blocks": _mfcc_two_blocks,
    "mfcc_wide": _mfcc_wide,
    "mel_six_blocks": _mel_six_blocks,
}


def _conv(filters: int, size: int, seeds: Seeds, padding: str = "valid") -> Any:
    start = keras.initializers.GlorotUniform(seed=next(seeds))
    return layers.Conv2D(
        filters, size, padding=padding, activation="relu", kernel_initializer=start
    )


def _dense(units: int, seeds: Seeds, activation: str = "relu", **more: Any) -> Any:
    start = keras.initializers.GlorotUniform(seed=next(seeds))
    return layers.Dense(units, activation=activation, kernel_initializer=start, **more)


def mflop_per_window(network: Any) -> float:
    """Return millions of floating-point operations that a Keras network needs for one window.

    A multiply-accumulate counts as 2; convolution and dense layers count, biases, activations,
    normalisation and pooling do not. This convention gives the figures of the literature on these
    networks: 176 for mfcc_two_blocks at 938 x 20, 7,714 for mel_six_blocks at 216 x 128.
    """
    macs = sum(
        math.prod(layer.kernel.shape) * math.prod(layer.output.shape[1:-1])
        for layer in network.layers
        if hasattr(layer, "kernel")
    )
    return float(2 * macs / 1e6)
