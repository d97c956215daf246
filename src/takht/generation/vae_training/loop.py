"""Train the temporal VAE on clips, watched by the error of validation clips."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf
from numpy.typing import NDArray
from tqdm import tqdm

from takht.cache.checkpoint import Checkpoint
from takht.core.arrays import Frames
from takht.core.randomness import rng_for
from takht.errors import TakhtError
from takht.generation.codec.basis import LappedBasis
from takht.generation.codec.codec import VaeCodec
from takht.generation.codec.pca import Pca
from takht.generation.codec.settings import LappedVaeModel
from takht.generation.vae_training.network import LappedVae

_GRIDS = 4  # places of the first block from which a clip is cut


def train_vae(
    clips: Sequence[Frames],
    validation: Sequence[Frames],
    basis: LappedBasis,
    spectrum_pca: Pca,
    settings: LappedVaeModel,
    *,
    epochs: int,
    checkpoint: Checkpoint | None = None,
) -> tuple[VaeCodec, pd.DataFrame]:
    """Return the codec of the epoch with the least validation error, and the learning curve.

    Clips have shape (frames, bands) and are in [0, 1]. The curve's row of epoch 0 is that of the
    components before any step. Columns: epoch, train_mse (with the emphasis of the basis, of
    latents drawn), train_kl_nats, validation_mse (of spectrograms in [0, 1], of latents' means),
    validation_kl_nats; nats are of a block.
    From an opened checkpoint a training goes on where it was killed.

    Raises:
        TakhtError: an error is not a finite number.
    """
    checkpoint = checkpoint or Checkpoint()
    sequences, codes = _sequences(clips, basis, spectrum_pca, settings.sequence_blocks)
    pixels = basis.block_frames * len(spectrum_pca.mean)
    model = LappedVae(settings, basis.deviations, basis.floor, pixels)
    model((sequences[:1], codes[:1]))
    steps = -(-len(sequences) // settings.batch_size) * epochs
    step, learnt = _step(model, settings, max(steps, 1))
    variables = [*model.variables, *learnt]
    weights = sorted(model.arrays())

    rows: list[list[float]] = []
    best, done = (np.inf, VaeCodec(basis, spectrum_pca, {})), 0
    if kept := checkpoint.load(variables):
        (rows, least, done), arrays = kept
        best = least, VaeCodec(basis, spectrum_pca, dict(zip(weights, arrays, strict=True)))
    first = len(rows)
    with tqdm(
        total=epochs, initial=max(first - 1, 0), desc="vae", unit="epoch", disable=None
    ) as bar:
        for epoch in range(first, epochs + 1):
            seen = []
            if epoch:
                order = rng_for(settings.seed, "epoch", epoch).permutation(len(sequences))
                for start in range(0, len(order), settings.batch_size):
                    few = np.sort(order[start : start + settings.batch_size])
                    share = min(1.0, done / (settings.warm_up * steps))
                    seen.append([float(x) for x in step(sequences[few], codes[few], share)])
                    done += 1
                bar.update()
            codec = VaeCodec(basis, spectrum_pca, model.arrays())
            train_mse, train_kl = np.mean(seen, axis=0) if seen else (np.nan, np.nan)
            validation_mse, validation_kl = validate_vae(codec, validation)
            if not np.isfinite(validation_mse):
                raise TakhtError(
                    f"train_vae: epoch {epoch}: validation error is {validation_mse}, not a "
                    "finite number; lower the model's learning_rate"
                )
            bar.set_postfix_str(f"validation error {validation_mse:.5f}")
            rows.append([epoch, float(train_mse), float(train_kl), validation_mse, validation_kl])
            if validation_mse < best[0]:
                best = validation_mse, codec
            if checkpoint.is_due():
                arrays = [best[1].weights[name] for name in weights]
                checkpoint.save(epoch, [rows, best[0], done], variables, arrays)
    names = ["epoch", "train_mse", "train_kl_nats", "validation_mse", "validation_kl_nats"]
    return best[1], pd.DataFrame(rows, columns=names)


def validate_vae(codec: VaeCodec, clips: Sequence[Frames]) -> tuple[float, float]:
    """Return the mean squared error of clips (frames, bands) in [0, 1], and KL nats per block."""
    errors, nats = [], []
    for clip in clips:
        mean_spectrum, mean, log_variance = codec.encode(clip)
        decoded = codec.decode(mean_spectrum, mean)
        errors.append(np.mean((decoded - clip[: len(decoded)]) ** 2))
        kl = 0.5 * np.sum(np.exp(log_variance) + mean**2 - 1 - log_variance, axis=1)
        nats.append(kl.mean())
    return float(np.mean(errors)), float(np.mean(nats))


def _step(model: LappedVae, settings: LappedVaeModel, steps: int) -> tuple[Any, list[Any]]:
    """Return a function that takes a training step and returns error and KL nats of a block.

    Its optimizer's variables come with it.
    """
    schedule = keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps)
    optimizer = keras.optimizers.AdamW(schedule, weight_decay=settings.weight_decay, clipnorm=1.0)
    # decay pulls what is learnt to nothing, and nothing are the components: they do not decay
    linear = [model.encode_linear.kernel, model.decode_linear.kernel]
    optimizer.exclude_from_weight_decay(var_list=linear)
    optimizer.build(model.trainable_variables)

    @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
    def step(coefficients: Any, codes: Any, kl_weight: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            mse, kl = model((coefficients, codes), training=True)
            counted = tf.reduce_sum(tf.maximum(kl, settings.free_nats))
            loss = 0.5 * model.pixels * tf.math.log(mse) + kl_weight * counted
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return mse, tf.reduce_sum(kl)

    def run(coefficients: Any, codes: Any, share: float) -> Any:
        return step(coefficients, codes, tf.constant(share))

    return run, optimizer.variables


def _sequences(
    clips: Sequence[Frames], basis: LappedBasis, spectrum_pca: Pca, blocks: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return coefficients (n, blocks, components) and codes (n, mean spectra).

    Each clip is cut from a few places on; together the sequences cover it. A clip shorter than a
    sequence is left out.

    Raises:
        TakhtError: all clips are.
    """
    cuts, codes = [], []
    for clip in clips:
        mean_spectrum = clip.mean(axis=0)
        code = spectrum_pca.encode(mean_spectrum)
        for start in range(0, basis.block_frames, basis.block_frames // _GRIDS):
            coefficients = basis.analyse(clip[start:] - mean_spectrum)
            last = len(coefficients) - blocks
            number = -(-len(coefficients) // blocks)
            for first in np.unique(np.linspace(0, max(last, 0), number).astype(int)):
                if first <= last:
                    cuts.append(coefficients[first : first + blocks] / basis.deviations)
                    codes.append(code)
    if not cuts:
        raise TakhtError(
            f"train_vae: no clip has {blocks} blocks of {basis.block_frames} frames; lower "
            "sequence_blocks"
        )
    return np.stack(cuts), np.stack(codes)
