"""What is measured of one generated sound, and of a model's sounds together beside real music."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames, Waveform
from takht.features.statistics import summary as window_summary
from takht.generation.metrics import distributions as scores
from takht.generation.metrics.reconstruction import hop_buzz
from takht.generation.spectrogram.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ, log_mel

LAG_FRAMES = round(0.5 * SAMPLE_RATE_HZ / HOP_SAMPLES)
WINDOW_FRAMES = 512  # over which a mean spectrum is taken: 5.94 s, as long as the original's piece
PATCH_FRAMES = {"3_seconds": 256, "1_second": 96}  # what would be heard as a copy


class Measured(NamedTuple):
    """What one sound contributes."""

    statistics: NDArray[np.float32]  # (windows, 336), as the classifiers see them
    patches: dict[str, NDArray[np.float32]]  # by their length, (patches, cells)
    autocorrelation: float
    seam_ratio: float
    hop_buzz: float
    clipped_samples: int


def measured(wave: Waveform, seam_frames: int) -> Measured:
    """Return what is measured of a sound whose blocks are `seam_frames` long."""
    frames = log_mel(wave)
    return Measured(
        window_summary.of_segment(wave, SAMPLE_RATE_HZ),
        patches_of([frames], overlap=3),
        autocorrelation(frames),
        scores.seam_ratio(frames, seam_frames) if len(frames) > seam_frames + 1 else np.nan,
        hop_buzz(wave),
        int(np.sum(np.abs(wave) >= 32767 / 32768)),
    )


def autocorrelation(frames: Frames) -> float:
    """Return how a spectrogram resembles itself half a second later, mean over windows of 5.94 s.

    A shorter one is one window.
    """
    starts = range(0, max(len(frames) - WINDOW_FRAMES, 0) + 1, WINDOW_FRAMES)
    values = [
        scores.temporal_autocorrelation(frames[start : start + WINDOW_FRAMES], LAG_FRAMES)
        for start in starts
    ]
    return float(np.mean(values))


class Real(NamedTuple):
    """Real music that sets of samples are held against."""

    train: NDArray[np.float32]  # embedded windows, (n, dimensions)
    held_out: NDArray[np.float32]
    train_patches: dict[str, NDArray[np.float32]]
    held_out_patches: dict[str, NDArray[np.float32]]


def beside(
    real: Real, made: NDArray[np.float32], patches: dict[str, NDArray[np.float32]]
) -> dict[str, Any]:
    """Return the scores of a set of embedded windows and patches beside real music.

    Sets are compared at one size; the floor is what held-out music of that size scores.
    """
    size = min(len(made), len(real.held_out))
    made, held_out = scores.thinned(made, size), scores.thinned(real.held_out, size)
    density, coverage = scores.density_and_coverage(held_out, made)
    floor = scores.frechet_distance(held_out, real.train)
    return {
        "windows": size,
        "frechet": scores.frechet_distance(made, real.train),
        "frechet_floor": floor,
        "density": density,
        "coverage": coverage,
        "diversity": scores.diversity(held_out, made),
        "copying_ratio": {
            length: dict(
                zip(
                    ("min", "median"),
                    scores.copying_ratio(
                        real.train_patches[length], real.held_out_patches[length], patches[length]
                    ),
                    strict=True,
                )
            )
            for length in PATCH_FRAMES
        },
    }


def patches_of(clips: Iterable[Frames], overlap: int) -> dict[str, NDArray[np.float32]]:
    """Return the excerpts of clips in which copies are looked for, by their length.

    Each begins an `overlap`-th of its length after the one before.
    """
    every = list(clips)
    return {
        name: np.concatenate([scores.patches(clip, frames, frames // overlap) for clip in every])
        for name, frames in PATCH_FRAMES.items()
    }
