"""What is measured of one sound, and of a model's sounds together beside real music."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames, Waveform
from takht.features.statistics.intervals import compute_pitch_classes
from takht.features.statistics.summary import summarize_segment
from takht.generation.metrics.distributions import (
    coverage,
    cut_patches,
    diversity,
    frechet_distance,
    memorisation_distance_ratio,
    thin,
)
from takht.generation.metrics.pitch import count_pitches, measure_in_scale, measure_repetition
from takht.generation.metrics.reconstruction import onset_strength_db
from takht.generation.metrics.rhythm import (
    measure_block_modulation,
    measure_holes,
    measure_tempo_stability,
)
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ, level_spectrogram
from takht.generation.spectrogram.pulse import measure_pulse

# as long as a block, and what would be heard as a copy
PATCH_FRAMES = {"3_seconds": 256, "1_second": 96, "370_ms": 32}


class MusicMeasures(NamedTuple):
    """What a listener hears of a piece of music, whoever made it."""

    pulse: float  # highest autocorrelation of onset strength
    tempo_stability: float  # share of windows with the piece's tempo
    repetition: float  # mean correlation of passages with the most alike
    repeated_share: float  # of passages that come back
    hole_share: float  # of the time
    modulation: NDArray[np.float64]  # (2,), of onset strength at the rate of blocks and around it
    pitches: NDArray[np.float64]  # (48,), share of time


class SampleMeasures(NamedTuple):
    """What one sound contributes."""

    statistics: NDArray[np.float32]  # (windows, 336), as the classifiers see them
    patches: dict[str, NDArray[np.float32]]  # by their length, (patches, cells)
    music: MusicMeasures
    clipped_samples: int


class ReferenceSet(NamedTuple):
    """Real music that sets of samples are held against."""

    train: NDArray[np.float32]  # embedded windows, (n, dimensions)
    held_out: NDArray[np.float32]
    train_patches: dict[str, NDArray[np.float32]]
    held_out_patches: dict[str, NDArray[np.float32]]


def measure_sample(wave: Waveform, block_frames: int) -> SampleMeasures:
    """Return the measures of a sound (samples,) in [-1, 1] with blocks of `block_frames` frames."""
    frames = level_spectrogram(wave)
    return SampleMeasures(
        summarize_segment(wave, SAMPLE_RATE_HZ),
        cut_sample_patches([frames], overlap=3),
        measure_music(wave, frames, block_frames),
        int(np.sum(np.abs(wave) >= 32767 / 32768)),
    )


def measure_music(wave: Waveform, frames: Frames, block_frames: int) -> MusicMeasures:
    """Return rhythm and pitch of a sound (samples,) in [-1, 1] and of its spectrogram."""
    onsets = onset_strength_db(wave)
    pitch = compute_pitch_classes(wave, SAMPLE_RATE_HZ)
    return MusicMeasures(
        measure_pulse(onsets)[0],
        measure_tempo_stability(onsets),
        *measure_repetition(pitch),
        measure_holes(frames),
        measure_block_modulation(onsets, block_frames),
        count_pitches(pitch),
    )


def summarize_music(
    found: Sequence[MusicMeasures],
    composers: Sequence[str],
    scales: dict[str, list[NDArray[np.bool_]]],
) -> dict[str, Any]:
    """Return the means of music's measures, and the time on the composers' own scales.

    `composers` has each piece's, or an empty string. `scales` are those of their training music,
    each (48,). What no piece is long enough for, or has a composer for, is left out.
    """
    values = {
        name: np.array([getattr(each, name) for each in found])
        for name in MusicMeasures._fields[:5]
    }
    values["in_scale_share"] = np.array(
        [
            measure_in_scale(each.pitches, scales[composer]) if composer in scales else np.nan
            for each, composer in zip(found, composers, strict=True)
        ]
    )
    means = {
        name: float(np.nanmean(each)) for name, each in values.items() if not np.isnan(each).all()
    }
    near, around = np.array([each.modulation for each in found]).T
    if not np.isnan(near).all():
        means["block_rate_modulation"] = float(np.nansum(near) / max(np.nansum(around), 1e-12))
    return means


def compare_sets(
    real: ReferenceSet, made: NDArray[np.float32], patches: dict[str, NDArray[np.float32]]
) -> dict[str, Any]:
    """Return the scores of a set of embedded windows and patches beside real music.

    `made` is (windows, dimensions), in standard deviations; patches are (n, cells) each.
    Sets are compared at one size; the floor is the score of held-out music of that size. Coverage
    is of all held-out windows: among fewer, neighbours are farther apart, and are reached by
    chance. A length without patches, as of sounds that stand still, is left out.
    """
    size = min(len(made), len(real.held_out))
    made, held_out = thin(made, size), thin(real.held_out, size)
    return {
        "windows": size,
        "frechet": frechet_distance(made, real.train),
        "frechet_reference": frechet_distance(held_out, real.train),
        "coverage": coverage(real.held_out, made),
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
            if len(patches[length]) and len(real.held_out_patches[length])
        },
    }


def cut_sample_patches(clips: Iterable[Frames], overlap: int) -> dict[str, NDArray[np.float32]]:
    """Return excerpts of clips (frames, 513) in [0, 1], by their length, for a search of copies.

    Excerpts have shape (n, cells). Each begins an `overlap`-th of its length after the one before.
    """
    every = list(clips)
    return {
        name: np.concatenate([cut_patches(clip, frames, frames // overlap) for clip in every])
        for name, frames in PATCH_FRAMES.items()
    }
