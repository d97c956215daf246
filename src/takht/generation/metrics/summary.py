"""Everything measured of the original, PCA, ours, a floor and music: metrics/generation.json."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.features.statistics.intervals import compute_pitch_classes
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import LappedPca
from takht.generation.metrics.codec import measure_codec, measure_pca, measure_windows
from takht.generation.metrics.distributions import coverage, diversity, thin
from takht.generation.metrics.excerpts import Excerpt, shuffle_blocks
from takht.generation.metrics.generated_folder import list_samples
from takht.generation.metrics.judge import Judge, JudgedExcerpt
from takht.generation.metrics.pitch import count_pitches, find_scale
from takht.generation.metrics.samples import (
    PATCH_FRAMES,
    MusicMeasures,
    ReferenceSet,
    SampleMeasures,
    compare_sets,
    cut_sample_patches,
    measure_music,
    measure_sample,
    summarize_music,
)
from takht.generation.pieces.protocols import WindowModel
from takht.generation.spectrogram.level_spectrogram import (
    HOP_SAMPLES,
    SAMPLE_RATE_HZ,
    level_spectrogram,
)
from takht.runtime.parallel import map_ordered

Report = dict[str, dict[str, Any]]
Scales = dict[str, list[NDArray[np.bool_]]]
ReadExcerpts = Callable[[str, float, int], list[Excerpt]]  # of a side, so long, so many a composer

_TRAIN_EXCERPTS = 3  # for each generated piece
_TRAIN_OVERLAP = 8  # so that a copy is met near its own place
_SCORES = ["lsd_db", "chroma", "onset", "frame_rate_energy"]


def measure_models(
    codec: LappedPca,
    pca: BlockPca,
    original: WindowModel,
    clips: Sequence[Frames],
    window_clips: Sequence[Frames],
) -> Report:
    """Return each model's squared error on held-out spectrograms and the use of its latents.

    Clips have shape (frames, 513) and are in [0, 1].
    """
    return {
        "study_vae": measure_windows(original, window_clips),
        "pca": measure_pca(pca, clips),
        "codec": measure_codec(codec, clips),
        "shuffled": {},
        "reference": {},
    }


def add_reconstructions(report: Report, compared: pd.DataFrame) -> None:
    """Add the mean scores of reconstructed sounds, of phases alone, and the buzz of music."""
    means = compared.groupby(["kind", "model"])[_SCORES].mean()
    for (kind, model), row in means.iterrows():
        values = {key: float(row[key]) for key in _SCORES}
        if kind == "phase":
            report[model]["phase_alone"] = values
        elif kind == "reconstruction":
            report[model] |= values
        else:
            report[model]["frame_rate_energy"] = values["frame_rate_energy"]


def add_samples(
    report: Report,
    folder: Path,
    index: pd.DataFrame,
    judge: Judge,
    train: Sequence[Frames],
    held_out: Sequence[Frames],
    read_excerpts: ReadExcerpts,
    block_frames: int,
) -> None:
    """Add the measures of each model's samples, of shuffled training music, and of real music.

    Real clips have shape (frames, 513) and are in [0, 1].
    """
    drawn = index[index["kind"] == "sample"]
    rows_of = {model: drawn[drawn["model"] == model] for model in ("study_vae", "pca", "codec")}
    found_of = {model: list_samples(folder, rows, block_frames) for model, rows in rows_of.items()}
    ours = rows_of["codec"]
    per_composer = int(ours.loc[ours["composer"] != "", "composer"].value_counts().max())
    seconds = float(ours["seconds"].max())
    windows = int(np.median([len(each.statistics) for each in found_of["codec"]]))
    judged = judge.excerpts("test", windows, per_composer)
    real = ReferenceSet(
        _embedded(judge, judge.excerpts("train", windows, _TRAIN_EXCERPTS * per_composer)),
        _embedded(judge, judged),
        cut_sample_patches(train, _TRAIN_OVERLAP),
        cut_sample_patches(held_out, 3),
    )
    train_excerpts, real_excerpts = (
        read_excerpts(side, seconds, per_composer) for side in ("train", "test")
    )
    shuffled = partial(_measure_shuffled, block_frames=block_frames)
    found_of["shuffled"] = map_ordered(shuffled, train_excerpts, label="shuffle", unit="excerpt")
    measure = partial(_measure_real, block_frames=block_frames)
    real_music = map_ordered(measure, real_excerpts, label="music", unit="excerpt")
    scales: Scales = {}
    for each in train_excerpts:
        pitches = count_pitches(compute_pitch_classes(each.wave, SAMPLE_RATE_HZ))
        scales.setdefault(each.composer, []).append(find_scale(pitches))
    composers_of = {model: list(rows["composer"]) for model, rows in rows_of.items()}
    composers_of["shuffled"] = [each.composer for each in train_excerpts]
    for model, found in found_of.items():
        composers = composers_of[model]
        # the scales come from the music that is shuffled: to measure it on them says nothing
        of_scales = [""] * len(found) if model == "shuffled" else composers
        report[model] |= _of_samples(found, judge, real)
        report[model] |= summarize_music([each.music for each in found], of_scales, scales)
        if model in ("codec", "shuffled"):
            statistics = [each.statistics for each in found]
            report[model]["composer_accuracy"] = _composer_accuracy(judge, statistics, composers)
    for model in rows_of:
        own = index[(index["model"] == model) & index["kind"].isin(["sample", "long"])]
        report[model]["longest_piece_seconds"] = float(own["seconds"].max())
    size = min(len(real.train), len(real.held_out))
    first, second = (thin(rows, size) for rows in (real.held_out, real.train))
    real_composers = [each.composer for each in real_excerpts]
    report["reference"] |= summarize_music(real_music, real_composers, scales)
    report["reference"] |= {
        "coverage": coverage(first, second),
        "diversity": diversity(first, second),
        "composer_accuracy": _composer_accuracy(
            judge, [each.statistics for each in judged], [each.composer for each in judged]
        ),
        "composer_accuracy_chance": judge.chance,
    }


def round_report(value: Any) -> Any:
    """Return the report with numbers of five significant digits: no more are meant."""
    if isinstance(value, dict):
        return {key: round_report(inner) for key, inner in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _measure_shuffled(excerpt: Excerpt, block_frames: int) -> SampleMeasures:
    shuffled = shuffle_blocks(excerpt, block_frames * HOP_SAMPLES)
    return measure_sample(shuffled.wave, block_frames)


def _measure_real(excerpt: Excerpt, block_frames: int) -> MusicMeasures:
    return measure_music(excerpt.wave, level_spectrogram(excerpt.wave), block_frames)


def _embedded(judge: Judge, excerpts: Sequence[JudgedExcerpt]) -> NDArray[np.float32]:
    return judge.embedded(np.concatenate([each.statistics for each in excerpts]))


def _of_samples(
    found: Sequence[SampleMeasures], judge: Judge, real: ReferenceSet
) -> dict[str, Any]:
    made = judge.embedded(np.concatenate([each.statistics for each in found]))
    patches = {
        length: np.concatenate([each.patches[length] for each in found]) for length in PATCH_FRAMES
    }
    return compare_sets(real, made, patches) | {
        "clipped_samples": sum(each.clipped_samples for each in found)
    }


def _composer_accuracy(
    judge: Judge, statistics: Sequence[NDArray[np.float32]], composers: Sequence[str]
) -> float:
    """Return the share of pieces that the judge identifies, of those that have a composer."""
    pairs = zip(statistics, composers, strict=True)
    return float(np.mean([judge.composer(rows) == name for rows, name in pairs if name]))
