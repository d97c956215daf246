"""The original study's VAE of windows of 256 bins x 512 frames (5.94 s), with a width multiplier.

At width 1 the encoder has 18,353,760 numbers and the decoder 8,855,137. Only the log-variance,
which the original leaves free, is held to a range.
"""

from collections.abc import Iterator
from typing import Any

import keras
from keras import layers, ops

from takht.core.randomness import rng_for
from takht.generation.study_vae.card import BINS, WINDOW_FRAMES

LATENTS = 128
FILTERS = (512, 256, 128, 64, 32)
STRIDES = (1, 2, 2, 2, 1)
LOG_VARIANCE_MIN, LOG_VARIANCE_MAX = -10.0, 4.0
_MOMENTUM = 0.9  # of batch normalisation: Keras's 0.99 needs more steps than a small run has


def build_encoder(
    width: float = 1.0, *, seed: int = 0, mixed_precision: bool = False
) -> keras.Model:
    """Return an untrained encoder: (batch, 256, 512, 1) to mean and log-variance, (batch, 128)."""
    seeds, policy = _seeds(seed, "encoder"), _policy(mixed_precision)
    x = window = keras.Input((BINS, WINDOW_FRAMES, 1), name="window")
    for place, (filters, stride) in enumerate(zip(_scaled(width), STRIDES, strict=True)):
        x = layers.Conv2D(
            filters,
            3,
            stride,
            padding="same",
            activation="relu",
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
            dtype=policy,
            name=f"conv_{place}",
        )(x)
        x = layers.BatchNormalization(momentum=_MOMENTUM, dtype=policy, name=f"norm_{place}")(x)
    x = layers.Flatten(name="flat")(x)
    heads = [
        layers.Dense(
            LATENTS,
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
            dtype="float32",
            name=name,
        )(x)
        for name in ("mean", "log_variance")
    ]
    held = ops.clip(heads[1], LOG_VARIANCE_MIN, LOG_VARIANCE_MAX)
    return keras.Model(window, [heads[0], held], name="encoder")


def build_decoder(
    width: float = 1.0, *, seed: int = 0, mixed_precision: bool = False
) -> keras.Model:
    """Return an untrained decoder: (batch, 128) to (batch, 256, 512, 1) in [0, 1], float32."""
    seeds, policy = _seeds(seed, "decoder"), _policy(mixed_precision)
    filters, shrunk = _scaled(width), 8
    rows, columns = BINS // shrunk, WINDOW_FRAMES // shrunk
    x = latents = keras.Input((LATENTS,), name="latents")
    x = layers.Dense(
        rows * columns * filters[-1],
        kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
        dtype=policy,
        name="dense",
    )(x)
    x = layers.Reshape((rows, columns, filters[-1]), name="image")(x)
    places = zip((*filters[:0:-1], 1), STRIDES[::-1], strict=True)
    for place, (channels, stride) in enumerate(places):
        last = place == len(FILTERS) - 1
        x = layers.Conv2DTranspose(
            channels,
            3,
            stride,
            padding="same",
            activation="sigmoid" if last else "relu",
            kernel_initializer=keras.initializers.GlorotUniform(seed=next(seeds)),
            dtype="float32" if last else policy,
            name=f"conv_{place}",
        )(x)
        if not last:
            x = layers.BatchNormalization(momentum=_MOMENTUM, dtype=policy, name=f"norm_{place}")(x)
    return keras.Model(latents, x, name="decoder")


def _scaled(width: float) -> list[int]:
    return [max(1, round(filters * width)) for filters in FILTERS]


def _policy(mixed_precision: bool) -> str:
    return "mixed_float16" if mixed_precision else "float32"


def _seeds(seed: int, name: str) -> Iterator[Any]:
    rng = rng_for(seed, name)
    return iter(lambda: int(rng.integers(2**31)), None)
