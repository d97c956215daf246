"""What is measured of one generated sound, and of a model's sounds together beside real music."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht import window_summary
from takht.generation import sample_scores as scores
from takht.generation.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ, log_mel
from takht.generation.reconstruction_scores import hop_buzz
from takht.spectra import Frames, Waveform

LAG_FRAMES = round(0.5 * SAMPLE_RATE_HZ / HOP_SAMPLES)
WINDOW_FRAMES = 512  # over which a mean spectrum is taken: 5.94 s, as long as the original's piece
PATCH_FRAMES, PATCH_STEP_FRAMES = 256, 86  # 3 s, a second apart: what would be heard as a copy


class Measured(NamedTuple):
    """What one sound contributes."""

    statistics: NDArray[np.float32]  # (windows, 232), as the classifiers see them
    patches: NDArray[np.float32]  # (patches, cells)
    autocorrelation: float
    seam_ratio: float
    hop_buzz: float
    clipped_samples: int


def measured(wave: Waveform, seam_frames: int) -> Measured:
    """Return what is measured of a sound whose blocks are `seam_frames` long."""
    frames = log_mel(wave)
    return Measured(
        window_summary.of_segment(wave, SAMPLE_RATE_HZ),
        scores.patches(frames, PATCH_FRAMES, PATCH_STEP_FRAMES),
        autocorrelation(frames),
        scores.seam_ratio(frames, seam_frames) if len(frames) > 2 * seam_frames else np.nan,
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
    train_patches: NDArray[np.float32]
    held_out_patches: NDArray[np.float32]


def beside(real: Real, made: NDArray[np.float32], patches: NDArray[np.float32]) -> dict[str, Any]:
    """Return the scores of a set of embedded windows and patches beside real music.

    Sets are compared at one size; the floor is what held-out music of that size scores.
    """
    size = min(len(made), len(real.held_out))
    made, held_out = scores.thinned(made, size), scores.thinned(real.held_out, size)
    density, coverage = scores.density_and_coverage(held_out, made)
    least, median = scores.copying_ratio(real.train_patches, real.held_out_patches, patches)
    floor = scores.frechet_distance(held_out, real.train)
    return {
        "windows": size,
        "frechet": scores.frechet_distance(made, real.train),
        "frechet_floor": floor,
        "density": density,
        "coverage": coverage,
        "diversity": scores.diversity(held_out, made),
        "copying_ratio": {"min": least, "median": median},
    }
