"""The VAE of lapped blocks: begins as principal components, learns what they leave over.

Encoder and decoder are linear maps, set to the leading components, plus convolutions over
neighbouring blocks that begin at zero; the decoder's also see the clip's mean spectrum. The
likelihood is a Gaussian of the best variance (σ-VAE, Rybkin et al. 2021), so that no weight
balances error and KL. `takht.generation.codec.codec` computes the same in NumPy.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from takht.core.randomness import rng_for
from takht.generation.codec.codec import (
    CONVOLUTIONS,
    LOG_VARIANCE_MAX,
    LOG_VARIANCE_MIN,
    NORM_EPSILON,
)
from takht.generation.codec.settings import LappedVaeModel

LINEAR = ("encode_linear", "decode_linear")


class LappedVae(keras.Model):  # type: ignore[misc]  # Keras has no types
    """Coefficients of blocks, in units of their deviation, to latents and back."""

    def __init__(
        self, settings: LappedVaeModel, deviations: NDArray[np.float32], floor: float, pixels: int
    ) -> None:
        """Set the model to principal components.

        `deviations` has shape (components,); `floor` is the squared error of a block, of `pixels`
        numbers, that the components cannot show.
        """
        super().__init__(name="temporal_vae")
        rng = rng_for(settings.seed, "temporal_vae")
        seeds = iter(lambda: int(rng.integers(2**31)), None)
        latents = min(settings.latents, len(deviations))
        self.floor, self.pixels = floor, pixels
        self.scale = ops.convert_to_tensor(deviations)
        eye = np.eye(len(deviations), latents, dtype=np.float32)
        noise = (np.sum(deviations[latents:] ** 2) + floor) / pixels
        spread = np.clip(np.log(noise / deviations[:latents] ** 2), LOG_VARIANCE_MIN, 0)
        self.encode_linear = layers.Dense(latents, kernel_initializer=_fixed(eye))
        self.encode_context = _context(settings, seeds)
        self.encode_more = layers.Dense(latents, kernel_initializer="zeros")
        self.encode_spread = layers.Dense(
            latents, kernel_initializer="zeros", bias_initializer=_fixed(spread)
        )
        self.decode_linear = layers.Dense(len(deviations), kernel_initializer=_fixed(eye.T))
        self.decode_context = _context(settings, seeds)
        self.decode_more = layers.Dense(len(deviations), kernel_initializer="zeros")
        self.noise = keras.random.SeedGenerator(next(seeds))

    def encode(self, coefficients: Any, training: bool = False) -> tuple[Any, Any]:
        """Return posterior mean and log-variance, (batch, blocks, latents) each."""
        hidden = self.encode_context(coefficients, training=training)
        mean = self.encode_linear(coefficients) + self.encode_more(hidden)
        return mean, ops.clip(self.encode_spread(hidden), LOG_VARIANCE_MIN, LOG_VARIANCE_MAX)

    def decode(self, latents: Any, codes: Any, training: bool = False) -> Any:
        """Return coefficients of latents (batch, blocks, latents) and codes (batch, components)."""
        batch, blocks, _ = ops.shape(latents)
        wide = ops.broadcast_to(codes[:, None], (batch, blocks, codes.shape[-1]))
        hidden = self.decode_context(ops.concatenate([latents, wide], -1), training=training)
        return self.decode_linear(latents) + self.decode_more(hidden)

    def call(self, inputs: tuple[Any, Any], training: bool = False) -> tuple[Any, Any]:
        """Return the mean squared error of a number of the blocks, and KL nats a latent (latents,).

        In training, latents are drawn from the posterior; otherwise they are its mean.
        """
        coefficients, codes = inputs
        mean, log_variance = self.encode(coefficients, training)
        latents = mean
        if training:
            drawn = keras.random.normal(ops.shape(mean), seed=self.noise)
            latents = mean + ops.exp(0.5 * log_variance) * drawn
        error = (self.decode(latents, codes, training) - coefficients) * self.scale
        mse = (ops.mean(ops.sum(ops.square(error), -1)) + self.floor) / self.pixels
        kl = ops.exp(log_variance) + ops.square(mean) - 1 - log_variance
        return mse, 0.5 * ops.mean(kl, axis=(0, 1))

    def arrays(self) -> Mapping[str, NDArray[np.float32]]:
        """Return the weights by the codec's names, each of its layer's shape."""
        found: dict[str, NDArray[np.float32]] = {}
        for name in (*LINEAR, "encode_more", "encode_spread", "decode_more"):
            found |= _named(name, getattr(self, name), ("kernel", "bias"))
        for side in ("encode_context", "decode_context"):
            parts = getattr(self, side).layers
            for number in range(CONVOLUTIONS):
                convolution, norm = parts[4 * number], parts[4 * number + 1]
                found |= _named(f"{side}/conv{number}", convolution, ("kernel", "bias"))
                found |= _named(f"{side}/norm{number}", norm, ("gamma", "beta"))
        return found


def _context(settings: LappedVaeModel, seeds: Any) -> keras.Sequential:
    """Return convolutions over neighbouring blocks, (batch, blocks, n) to (batch, blocks, width).

    Normalised within each block, so that a clip of any length is coded alike.
    """
    parts = []
    for _ in range(CONVOLUTIONS):
        start = keras.initializers.GlorotUniform(seed=next(seeds))
        parts += [
            layers.Conv1D(settings.width, 3, padding="same", kernel_initializer=start),
            layers.LayerNormalization(epsilon=NORM_EPSILON),
            layers.Activation("silu"),
            layers.Dropout(settings.dropout, seed=next(seeds)),
        ]
    return keras.Sequential(parts)


def _named(name: str, layer: Any, kinds: tuple[str, str]) -> dict[str, NDArray[np.float32]]:
    return {
        f"{name}/{kind}": np.asarray(weight, np.float32)
        for kind, weight in zip(kinds, layer.weights, strict=True)
    }


def _fixed(value: NDArray[np.floating]) -> Any:
    return lambda shape, dtype=None: ops.convert_to_tensor(value.reshape(shape), dtype)
