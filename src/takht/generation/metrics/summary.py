"""Everything measured of the original, PCA, ours and real music: metrics/generation.json."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import VaeCodec
from takht.generation.metrics.codec import measure_codec, measure_pca, measure_windows
from takht.generation.metrics.distributions import (
    block_boundary_flux_ratio,
    density_and_coverage,
    diversity,
    thin,
)
from takht.generation.metrics.generated_folder import list_samples
from takht.generation.metrics.judge import Excerpt, Judge
from takht.generation.metrics.samples import (
    PATCH_FRAMES,
    ReferenceSet,
    SampleMeasures,
    compare_sets,
    cut_sample_patches,
    measure_autocorrelation,
)
from takht.generation.pieces.protocols import WindowModel

Report = dict[str, dict[str, Any]]

ORIGINAL_FRAMES = 512
_TRAIN_EXCERPTS = 3  # for each generated piece
_TRAIN_OVERLAP = 8  # so that a copy is met near its own place
_SCORES = ["lsd_db", "mr_stft", "chroma", "onset", "frame_rate_energy"]


def measure_models(
    codec: VaeCodec,
    pca: BlockPca,
    original: WindowModel,
    clips: Sequence[Frames],
    window_clips: Sequence[Frames],
) -> Report:
    """Return each model's squared error on held-out spectrograms and the use of its latents.

    Clips have shape (frames, 256) and are in [0, 1].
    """
    return {
        "study_vae": measure_windows(original, window_clips),
        "pca": measure_pca(pca, clips),
        "vae": measure_codec(codec, clips),
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
    block_frames: int,
) -> None:
    """Add the measures of each model's samples, and the same of real music.

    Real clips have shape (frames, 256) and are in [0, 1].
    """
    drawn = index[index["kind"].isin(["sample", "long"])]
    rows_of = {model: drawn[drawn["model"] == model] for model in ("study_vae", "pca", "vae")}
    found_of = {model: list_samples(folder, rows, block_frames) for model, rows in rows_of.items()}
    windows = int(np.median([len(each.statistics) for each in found_of["vae"]]))
    asked = rows_of["vae"].loc[rows_of["vae"]["composer"] != "", "composer"]
    per_composer = int(asked.value_counts().max())
    held_out_excerpts = judge.excerpts("test", windows, per_composer)
    real = ReferenceSet(
        _embedded(judge, judge.excerpts("train", windows, _TRAIN_EXCERPTS * per_composer)),
        _embedded(judge, held_out_excerpts),
        cut_sample_patches(train, _TRAIN_OVERLAP),
        cut_sample_patches(held_out, 3),
    )
    for model, rows in rows_of.items():
        found = found_of[model]
        is_sample = (rows["kind"] == "sample").to_numpy()
        report[model] |= _of_samples([found[at] for at in np.flatnonzero(is_sample)], judge, real)
        report[model]["longest_piece_seconds"] = float(rows["seconds"].max())
        if model == "vae":
            pieces = zip(found, rows["composer"], strict=True)
            said = [(judge.composer(each.statistics), whose) for each, whose in pieces if whose]
            report[model]["composer_accuracy"] = _share_right(said)
        if model != "study_vae":
            report[model]["block_boundary_flux_ratio"] = float(
                np.mean([each.block_boundary_flux_ratio for each in found])
            )
    # Its pieces end with a window; its reconstructions are two, glued as a longer one would be.
    glued = index[(index["kind"] == "reconstruction") & (index["model"] == "study_vae")]
    ratios = [
        each.block_boundary_flux_ratio for each in list_samples(folder, glued, ORIGINAL_FRAMES)
    ]
    if not np.isnan(ratios).all():
        report["study_vae"]["block_boundary_flux_ratio"] = float(np.nanmean(ratios))
    said = [(judge.composer(each.statistics), each.composer) for each in held_out_excerpts]
    report["reference"] |= _of_real(real, held_out, block_frames) | {
        "composer_accuracy": _share_right(said),
        "composer_accuracy_chance": judge.chance,
    }


def round_report(value: Any) -> Any:
    """Return the report with numbers of five significant digits: no more are meant."""
    if isinstance(value, dict):
        return {key: round_report(inner) for key, inner in value.items()}
    return float(f"{value:.5g}") if isinstance(value, float) else value


def _embedded(judge: Judge, excerpts: Sequence[Excerpt]) -> NDArray[np.float32]:
    return judge.embedded(np.concatenate([each.statistics for each in excerpts]))


def _of_samples(
    found: Sequence[SampleMeasures], judge: Judge, real: ReferenceSet
) -> dict[str, Any]:
    made = judge.embedded(np.concatenate([each.statistics for each in found]))
    patches = {
        length: np.concatenate([each.patches[length] for each in found]) for length in PATCH_FRAMES
    }
    return compare_sets(real, made, patches) | {
        "autocorrelation_half_second": float(np.mean([each.autocorrelation for each in found])),
        "sample_frame_rate_energy": float(np.mean([each.frame_rate_energy for each in found])),
        "clipped_samples": sum(each.clipped_samples for each in found),
    }


def _of_real(real: ReferenceSet, held_out: Sequence[Frames], block_frames: int) -> dict[str, Any]:
    """Return what can be measured of music: training recordings beside held-out ones."""
    size = min(len(real.train), len(real.held_out))
    first, second = (thin(rows, size) for rows in (real.held_out, real.train))
    density, coverage = density_and_coverage(first, second)
    return {
        "density": density,
        "coverage": coverage,
        "diversity": diversity(first, second),
        "autocorrelation_half_second": float(
            np.mean([measure_autocorrelation(clip) for clip in held_out])
        ),
        "block_boundary_flux_ratio": float(
            np.mean(
                [
                    block_boundary_flux_ratio(c, block_frames)
                    for c in held_out
                    if len(c) > block_frames
                ]
            )
        ),
    }


def _share_right(pairs: Sequence[tuple[str, str]]) -> float:
    return float(np.mean([said == asked for said, asked in pairs]))
