"""Train the original's VAE: weighted squared error and KL divergence, watched by validation."""

from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from tqdm import tqdm

from takht.cache.checkpoint import Checkpoint
from takht.core.randomness import rng_for
from takht.dataset.batches import Batches
from takht.errors import TakhtError
from takht.generation.study_vae.network import LATENTS

RECONSTRUCTION_WEIGHT = 1.0e6  # as in the original: a fixed σ of 20 dB on the 80 dB scale


def train_study_vae(
    encoder: keras.Model,
    decoder: keras.Model,
    training: Batches,
    validation: Batches,
    *,
    epochs: int,
    learning_rate: float,
    seed: int,
    checkpoint: Checkpoint | None = None,
) -> pd.DataFrame:
    """Train both in place, keep the epoch with the least validation error; return the curve.

    Batches give windows (batch, 512, 256), in [0, 1]. Columns: epoch (from 1), train_mse,
    train_kl_nats, validation_mse (of latents' means), validation_kl_nats; nats are of a window.
    From an opened checkpoint a training goes on where it was killed.

    Raises:
        TakhtError: an error is not a finite number.
    """
    checkpoint = checkpoint or Checkpoint()
    step, learnt = _step(encoder, decoder, learning_rate)
    variables = [*encoder.variables, *decoder.variables, *learnt]
    rows: list[list[float]] = []
    best, best_weights = np.inf, [*encoder.get_weights(), *decoder.get_weights()]
    if kept := checkpoint.load(variables):
        (rows, best), best_weights = kept
    done = len(rows)
    with tqdm(total=epochs, initial=done, desc="study_vae", unit="epoch", disable=None) as bar:
        for epoch in range(done + 1, epochs + 1):
            training.shuffle(epoch - 1)
            rng = rng_for(seed, "noise", epoch)
            seen = []
            for batch in training:
                noise = rng.standard_normal((len(batch.windows), LATENTS), np.float32)
                seen.append([float(x) for x in step(batch.windows, noise)])
            row = (*np.mean(seen, axis=0).tolist(), *_judged(encoder, decoder, validation))
            if not np.isfinite(row).all():
                raise TakhtError(
                    f"train_vae: epoch {epoch}: error or KL is not a finite number, {row}; lower "
                    "the model's learning_rate or switch mixed_precision off"
                )
            rows.append([epoch, *row])
            if row[2] < best:
                best, best_weights = row[2], [*encoder.get_weights(), *decoder.get_weights()]
            bar.set_postfix_str(f"validation error {row[2]:.5f}")
            bar.update()
            if checkpoint.is_due():
                checkpoint.save(epoch, [rows, best], variables, best_weights)
    encoder.set_weights(best_weights[: len(encoder.weights)])
    decoder.set_weights(best_weights[len(encoder.weights) :])
    names = ["epoch", "train_mse", "train_kl_nats", "validation_mse", "validation_kl_nats"]
    return pd.DataFrame(rows, columns=names)


def vae_loss(windows: Any, output: Any, mean: Any, log_variance: Any) -> tuple[Any, Any]:
    """Return mean squared error of a cell and KL nats of a window, from N(0, 1)."""
    mse = tf.reduce_mean(tf.square(output - windows))
    kl = tf.exp(log_variance) + tf.square(mean) - 1 - log_variance
    return mse, 0.5 * tf.reduce_mean(tf.reduce_sum(kl, axis=1))


def _step(
    encoder: keras.Model, decoder: keras.Model, learning_rate: float
) -> tuple[Any, list[Any]]:
    """Return a function of windows and noise that takes a step and returns error and KL.

    Its optimizer's variables come with it.
    """
    variables = encoder.trainable_variables + decoder.trainable_variables
    optimizer = keras.optimizers.Adam(learning_rate)
    if encoder.get_layer("conv_0").compute_dtype == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(variables)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(windows: Any, noise: Any) -> tuple[Any, Any]:
        windows = _images(windows)
        with tf.GradientTape() as tape:
            mean, log_variance = encoder(windows, training=True)
            output = decoder(mean + tf.exp(0.5 * log_variance) * noise, training=True)
            mse, kl = vae_loss(windows, output, mean, log_variance)
            scaled = optimizer.scale_loss(RECONSTRUCTION_WEIGHT * mse + kl)
        gradients = tape.gradient(scaled, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return mse, kl

    return step, optimizer.variables


def _images(windows: Any) -> Any:
    """Return windows (batch, 512, 256) of any float type as float32 (batch, 256, 512, 1)."""
    return tf.transpose(tf.cast(windows, tf.float32), (0, 2, 1))[..., None]


def _judged(encoder: keras.Model, decoder: keras.Model, batches: Batches) -> tuple[float, float]:
    found, sizes = [], []
    for batch in batches:
        windows = _images(batch.windows).numpy()
        mean, log_variance = encoder.predict_on_batch(windows)
        output = decoder.predict_on_batch(mean)
        found.append([float(x) for x in vae_loss(windows, output, mean, log_variance)])
        sizes.append(len(windows))
    mse, kl = np.average(found, axis=0, weights=sizes)
    return float(mse), float(kl)
