"""What is measured of one generated sound, and of a model's sounds together beside real music."""

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames, Waveform
from takht.features.statistics.summary import summarize_segment
from takht.generation.metrics.distributions import (
    block_boundary_flux_ratio,
    cut_patches,
    density_and_coverage,
    diversity,
    frechet_distance,
    memorisation_distance_ratio,
    temporal_autocorrelation,
    thin,
)
from takht.generation.metrics.reconstruction import frame_rate_energy
from takht.generation.spectrogram.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ, log_mel

LAG_FRAMES = round(0.5 * SAMPLE_RATE_HZ / HOP_SAMPLES)
WINDOW_FRAMES = 512  # over which a mean spectrum is taken: 5.94 s, as long as the original's piece
PATCH_FRAMES = {"3_seconds": 256, "1_second": 96}  # what would be heard as a copy


class SampleMeasures(NamedTuple):
    """What one sound contributes."""

    statistics: NDArray[np.float32]  # (windows, 336), as the classifiers see them
    patches: dict[str, NDArray[np.float32]]  # by their length, (patches, cells)
    autocorrelation: float
    block_boundary_flux_ratio: float
    frame_rate_energy: float
    clipped_samples: int


def measure_sample(wave: Waveform, seam_frames: int) -> SampleMeasures:
    """Return the measures of a sound (samples,) in [-1, 1] with blocks of `seam_frames` frames."""
    frames = log_mel(wave)
    return SampleMeasures(
        summarize_segment(wave, SAMPLE_RATE_HZ),
        cut_sample_patches([frames], overlap=3),
        measure_autocorrelation(frames),
        block_boundary_flux_ratio(frames, seam_frames) if len(frames) > seam_frames + 1 else np.nan,
        frame_rate_energy(wave),
        int(np.sum(np.abs(wave) >= 32767 / 32768)),
    )


def measure_autocorrelation(frames: Frames) -> float:
    """Return the correlation of a spectrogram (frames, 256) with itself half a second later.

    It is in [-1, 1], the mean over windows of 5.94 s; a shorter spectrogram is one window.
    """
    starts = range(0, max(len(frames) - WINDOW_FRAMES, 0) + 1, WINDOW_FRAMES)
    values = [
        temporal_autocorrelation(frames[start : start + WINDOW_FRAMES], LAG_FRAMES)
        for start in starts
    ]
    return float(np.mean(values))


class ReferenceSet(NamedTuple):
    """Real music that sets of samples are held against."""

    train: NDArray[np.float32]  # embedded windows, (n, dimensions)
    held_out: NDArray[np.float32]
    train_patches: dict[str, NDArray[np.float32]]
    held_out_patches: dict[str, NDArray[np.float32]]


def compare_sets(
    real: ReferenceSet, made: NDArray[np.float32], patches: dict[str, NDArray[np.float32]]
) -> dict[str, Any]:
    """Return the scores of a set of embedded windows and patches beside real music.

    `made` is (windows, dimensions), in standard deviations; patches are (n, cells) each, in [0, 1].
    Sets are compared at one size; the floor is the score of held-out music of that size.
    """
    size = min(len(made), len(real.held_out))
    made, held_out = thin(made, size), thin(real.held_out, size)
    density, coverage = density_and_coverage(held_out, made)
    floor = frechet_distance(held_out, real.train)
    return {
        "windows": size,
        "frechet": frechet_distance(made, real.train),
        "frechet_reference": floor,
        "density": density,
        "coverage": coverage,
        "diversity": diversity(held_out, made),
        "memorisation_distance_ratio": {
            length: dict(
                zip(
                    ("min", "median"),
                    memorisation_distance_ratio(
                        real.train_patches[length], real.held_out_patches[length], patches[length]
                    ),
                    strict=True,
                )
            )
            for length in PATCH_FRAMES
        },
    }


def cut_sample_patches(clips: Iterable[Frames], overlap: int) -> dict[str, NDArray[np.float32]]:
    """Return excerpts of clips (frames, 256) in [0, 1], by their length, for a search of copies.

    Excerpts have shape (n, cells). Each begins an `overlap`-th of its length after the one before.
    """
    every = list(clips)
    return {
        name: np.concatenate([cut_patches(clip, frames, frames // overlap) for clip in every])
        for name, frames in PATCH_FRAMES.items()
    }
