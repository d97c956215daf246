"""Networks by name: windows (batch, frames, bands) in, each composer's probability out.

A network is a file in `takht.networks`. The study's images are bands x frames; here time comes
first. With square kernels and pools that is the same network.
"""

import math
import re
from typing import Any

import keras
from keras import layers

from takht.classifiers.layers import dense
from takht.core.randomness import rng_for
from takht.errors import TakhtError
from takht.runtime.by_name import load_by_name


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
        TakhtError: no file has this name, or the windows are too small for its convolutions and
            pools.
    """
    builder = load_by_name("networks", name)
    rng = rng_for(seed, name)
    seeds = iter(lambda: int(rng.integers(2**31)), None)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16" if mixed_precision else "float32")
    try:
        x = inputs = keras.Input((frames, bands), name="window")
        x = layers.Reshape((frames, bands, 1), name="image")(x)
        stack = builder.build_layers(lambda filters: max(1, round(filters * width)), seeds)
        for place, layer in enumerate(stack):
            # Keras's own names count the layers of the process, and are in the file of weights.
            layer.name = f"{type(layer).__name__.lower()}_{place}"
            x = layer(x)
        last = dense(composers, seeds, "softmax", name="composer", dtype="float32")
        return keras.Model(inputs, last(x), name=name)
    except ValueError as error:
        # Keras says it in bold, and then what it was given, line by line.
        said = str(error).partition("Arguments received")[0]
        reason = " ".join(re.sub(r"\x1b\[\d*m", "", said).split())
        raise TakhtError(
            f"network {name}: windows of {frames} frames x {bands} bands are too small for its "
            f"convolutions and pools; choose other features or longer windows ({reason})"
        ) from None
    finally:
        keras.config.set_dtype_policy(policy)


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
