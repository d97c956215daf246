"""What a codec loses of held-out spectrograms, and what its latents cost."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from takht.core.arrays import Frames
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import LappedPca
from takht.generation.metrics.distributions import active_units, bits_per_second, kl_nats
from takht.generation.pieces.pieces import cut_windows
from takht.generation.pieces.protocols import WindowModel
from takht.generation.spectrogram.level_spectrogram import HOP_SAMPLES, SAMPLE_RATE_HZ

_BATCH = 8  # windows of the original's model in memory at a time


def measure_codec(codec: LappedPca, clips: Iterable[Frames]) -> dict[str, Any]:
    """Return mean squared error and number of latents on clips (frames, bins) in [0, 1]."""
    errors = [_squared(codec.decode(*codec.encode(clip)), clip) for clip in clips]
    return _mse(errors) | _count_latents(codec.latents, codec.block_frames)


def measure_pca(pca: BlockPca, clips: Iterable[Frames]) -> dict[str, Any]:
    """Return squared error and latents per second of PCA on clips (frames, bins) in [0, 1]."""
    errors = [_squared(pca.reconstruct(clip), clip) for clip in clips]
    seconds = pca.block_frames * HOP_SAMPLES / SAMPLE_RATE_HZ
    return _mse(errors) | {"latents_per_second": pca.components.shape[1] / seconds}


def measure_windows(model: WindowModel, clips: Iterable[Frames]) -> dict[str, Any]:
    """Return mean squared error and latent use of the original's model on the windows of clips.

    Clips have shape (frames, bins) and are in [0, 1].
    """
    errors, means, log_variances = [], [], []
    for clip in clips:
        windows = cut_windows(clip)
        for start in range(0, len(windows), _BATCH):
            batch = windows[start : start + _BATCH]
            mean, log_variance, *_ = model.encode(batch)
            errors.append(_squared(model.decode(mean), batch))
            means.append(mean)
            log_variances.append(log_variance)
    every, frames = np.concatenate(means), windows.shape[2]
    nats = kl_nats(every, np.concatenate(log_variances))
    return (
        _mse(errors)
        | _count_latents(every.shape[1], frames)
        | {
            "active_units": active_units(every),
            "kl_nats": nats,
            "bits_per_second": bits_per_second(nats, frames * HOP_SAMPLES / SAMPLE_RATE_HZ),
        }
    )


def _squared(output: Frames, wanted: Frames) -> tuple[float, int]:
    """Return the sum of squared errors over what both last, and of how many cells."""
    wanted = wanted[: len(output)]
    return float(np.sum((output - wanted) ** 2, dtype=np.float64)), wanted.size


def _mse(errors: list[tuple[float, int]]) -> dict[str, Any]:
    total, cells = np.sum(errors, axis=0)
    return {"recon_mse": float(total / cells)}


def _count_latents(latents: int, frames: int) -> dict[str, Any]:
    return {
        "latents": latents,
        "latents_per_second": latents / (frames * HOP_SAMPLES / SAMPLE_RATE_HZ),
    }
