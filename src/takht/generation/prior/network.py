"""The denoiser's network, once for both libraries: NumPy to draw, Keras to train.

A transformer over the blocks of a window. Noise level, composer and style set the scale, shift and
gate of each layer (adaLN-zero, Peebles & Xie 2023); before attention, a depthwise convolution sees
neighbouring blocks. `xp` is `numpy` or `keras.ops`, most of whose functions have the
same names.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from takht.core.randomness import rng_for

HEAD_WIDTH = 32  # numbers of a head of attention
REACH = 5  # blocks that the convolution sees
_FREQUENCIES = np.geomspace(0.1, 4, 16, dtype=np.float32)  # of the logarithm of the noise level
_EPSILON = 1e-5

Weights = Mapping[str, Any]


def initial_weights(
    *, window_blocks: int, latents: int, composers: int, styles: int,
    width: int, layers: int, seed: int,
) -> dict[str, NDArray[np.float32]]:  # fmt: skip
    """Return weights of a network whose output is 0: `residual` then adds nothing.

    `latents` are those of a block, `styles` those of a piece.
    """
    rng = rng_for(seed, "denoiser")
    found: dict[str, NDArray[np.float32]] = {}

    def dense(name: str, size: int, units: int, *, zero: bool = False) -> None:
        spread = 0 if zero else np.sqrt(2 / (size + units))
        found[f"{name}/kernel"] = (spread * rng.standard_normal((size, units))).astype(np.float32)
        found[f"{name}/bias"] = np.zeros(units, np.float32)

    dense("input", 2 * latents, width)
    dense("noise", 2 * len(_FREQUENCIES), width)
    dense("composer", composers, width)
    dense("style", styles, width)
    for layer in range(layers):
        name = f"layer{layer}"
        dense(f"{name}/condition", width, 6 * width, zero=True)
        found[f"{name}/neighbours"] = np.zeros((REACH, width), np.float32)
        found[f"{name}/distances"] = np.zeros(
            (width // HEAD_WIDTH, 2 * window_blocks - 1), np.float32
        )
        dense(f"{name}/attend", width, 3 * width)
        dense(f"{name}/attended", width, width)
        dense(f"{name}/wide", width, 4 * width)
        dense(f"{name}/narrow", 4 * width, width)
    dense("condition", width, 2 * width, zero=True)
    dense("output", width, latents, zero=True)
    return found


def residual(
    xp: Any, weights: Weights, blocks: Any, log_sigma: Any, composer: Any, style: Any,
    drop: Callable[[Any], Any] = lambda x: x,
) -> Any:  # fmt: skip
    """Return what the network adds to windows, shape (n, window_blocks, latents).

    `blocks` (n, window_blocks, 2 * latents) are noisy ones and their linear estimate. `log_sigma`
    (n, 1), `composer` (n, composers), which is 1 at one place or 0 for none, and `style`
    (n, styles) belong to windows; n may be 1 for all. `drop` is dropout, in training.
    """
    angles = log_sigma * _FREQUENCIES
    condition = _dense(xp, weights, "noise", xp.concatenate([xp.cos(angles), xp.sin(angles)], -1))
    condition = condition + _dense(xp, weights, "composer", composer)
    condition = _silu(xp, condition + _dense(xp, weights, "style", style))[:, None]
    x = _dense(xp, weights, "input", blocks)
    for name in (f"layer{layer}" for layer in range(count_layers(weights))):
        shift, scale, gate, shift_wide, scale_wide, gate_wide = xp.split(
            _dense(xp, weights, f"{name}/condition", condition), 6, -1
        )
        seen = _norm(xp, x) * (1 + scale) + shift
        seen = seen + _see_neighbours(xp, seen, weights[f"{name}/neighbours"])
        x = x + gate * drop(_attend(xp, weights, name, seen))
        seen = _norm(xp, x) * (1 + scale_wide) + shift_wide
        hidden = _silu(xp, _dense(xp, weights, f"{name}/wide", seen))
        x = x + gate_wide * drop(_dense(xp, weights, f"{name}/narrow", hidden))
    shift, scale = xp.split(_dense(xp, weights, "condition", condition), 2, -1)
    return _dense(xp, weights, "output", _norm(xp, x) * (1 + scale) + shift)


def count_layers(weights: Weights) -> int:
    """Return how many layers the weights are of."""
    return sum(name.endswith("/neighbours") for name in weights)


def _attend(xp: Any, weights: Weights, name: str, x: Any) -> Any:
    """Return what each block takes from the others, (n, blocks, width)."""
    table = weights[f"{name}/distances"]  # (heads, 2 * blocks - 1): of each distance
    blocks, heads = x.shape[1], table.shape[0]
    query, key, value = (
        xp.transpose(xp.reshape(part, (-1, blocks, heads, HEAD_WIDTH)), (0, 2, 1, 3))
        for part in xp.split(_dense(xp, weights, f"{name}/attend", x), 3, -1)
    )
    places = np.arange(blocks)
    near = xp.take(table, places[:, None] - places + blocks - 1, axis=1)
    logits = xp.matmul(query, xp.transpose(key, (0, 1, 3, 2))) / np.float32(np.sqrt(HEAD_WIDTH))
    logits = logits + near
    taken = xp.matmul(_softmax(xp, logits), value)
    joined = xp.reshape(xp.transpose(taken, (0, 2, 1, 3)), (-1, blocks, heads * HEAD_WIDTH))
    return _dense(xp, weights, f"{name}/attended", joined)


def _see_neighbours(xp: Any, x: Any, kernel: Any) -> Any:
    """Return blocks (n, blocks, width) convolved, channel by channel, with a (REACH, width)."""
    padded = xp.pad(x, ((0, 0), (REACH // 2, REACH // 2), (0, 0)))
    ends = [(tap, tap + x.shape[1]) for tap in range(REACH)]
    # TensorFlow has a fast gradient of `split`, and a slow one of slices
    return sum(xp.split(padded, end, 1)[1] * kernel[tap] for tap, end in enumerate(ends))


def _dense(xp: Any, weights: Weights, name: str, x: Any) -> Any:
    return xp.matmul(x, weights[f"{name}/kernel"]) + weights[f"{name}/bias"]


def _norm(xp: Any, x: Any) -> Any:
    centred = x - xp.mean(x, axis=-1, keepdims=True)
    return centred / xp.sqrt(xp.mean(centred * centred, axis=-1, keepdims=True) + _EPSILON)


def _silu(xp: Any, x: Any) -> Any:
    return x / (1 + np.exp(-x)) if xp is np else xp.silu(x)  # one operation, so faster


def _softmax(xp: Any, x: Any) -> Any:
    if xp is not np:
        return xp.softmax(x)
    powers = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return powers / np.sum(powers, axis=-1, keepdims=True)
