"""How much arithmetic a network does."""

import math
from typing import Any


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
