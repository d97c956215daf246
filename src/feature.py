"""feature: compute features of one's own, by the recipe that has their folder's name."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Self

from takht.stage import run

import numpy as np
from pydantic import ValidationError

from takht.cache.per_recording import RecordingCache, Task
from takht.core.arrays import Frames
from takht.dataset.feature_folder import FeaturePiece, IndexRows, write_index, write_pieces
from takht.errors import TakhtError
from takht.features.spectrograms.recipe import FeatureRecipe
from takht.preparation.segment_folder import list_recordings, read_numbered, read_sample_rate_hz
from takht.runtime.atomic import atomic_folder
from takht.runtime.by_name import load_by_name
from takht.runtime.code_hash import hash_function
from takht.runtime.error_lines import list_faults
from takht.runtime.params import Section


class FeatureSettings(Section):
    """What the recipe is given; it knows which settings it takes."""

    at: ClassVar[str] = "features.{feature}"
    values: dict[str, Any]

    @classmethod
    def parse(cls, values: Any) -> Self:
        """Return the section that the values describe."""
        return cls(values=values)


def feature(settings: FeatureSettings, segment_dir: Path, out_dir: Path) -> None:
    own = load_by_name("recipes", out_dir.name).Recipe
    rate_hz = read_sample_rate_hz(segment_dir)
    if "hop_samples" not in own.model_fields:
        raise TakhtError(f"src/takht/recipes/{out_dir.name}.py: no hop_samples; add that field")
    try:
        recipe = own.at_rate(rate_hz, kind=out_dir.name, **settings.values)
    except ValidationError as error:
        place = f"params.yaml: features.{out_dir.name}"
        raise TakhtError(f"{place}: {list_faults(error)}; fix the value or the recipe") from None
    names = list_recordings(segment_dir)
    how = recipe.model_dump()
    values = [how, hash_function(own)]
    tasks = [Task(f"{name}.npy", (segment_dir / name,), values, name) for name in names]
    extract = partial(_extract, segment_dir=segment_dir, recipe=recipe)
    with atomic_folder(out_dir) as folder:
        rows = RecordingCache(extract, out_dir.name).map(tasks, folder)
        write_index(folder, dict(zip(names, rows, strict=True)), how)


def _extract(recording: str, path: Path, segment_dir: Path, recipe: FeatureRecipe) -> IndexRows:
    return write_pieces(path, _pieces(recording, segment_dir, recipe), recipe.dtype)


def _pieces(recording: str, segment_dir: Path, recipe: FeatureRecipe) -> Iterator[FeaturePiece]:
    for number, start_seconds, wave in read_numbered(segment_dir, recording):
        try:
            frames = np.asarray(recipe.compute(wave))
            fault = _find_fault(frames, len(wave), recipe)
        except ValueError as error:
            fault = str(error)
        if fault:
            place = f"{segment_dir}/{recording}: segment {number}"
            raise TakhtError(f"{place}: {fault}; fix the recipe")
        yield FeaturePiece(0, number, start_seconds, frames)


def _find_fault(frames: Frames, samples: int, recipe: FeatureRecipe) -> str:
    """Return what keeps an array from being the features of a segment, or nothing."""
    if frames.ndim != 2 or frames.shape[1] != recipe.columns or frames.dtype.kind not in "fiu":
        needed = f"(frames, {recipe.columns}) of real numbers"
        return f"compute has to return shape {needed}, got {frames.shape} of {frames.dtype}"
    expected = samples / recipe.hop_samples
    if abs(len(frames) - expected) > recipe.frame_samples / recipe.hop_samples + 1:
        length = f"frames of {recipe.frame_samples} samples (frame_samples)"
        return f"{len(frames)} frames, where hop_samples gives {expected:.0f} {length}"
    with np.errstate(over="ignore"):
        stored = frames.astype(recipe.dtype)
    if not np.isfinite(stored).all():
        return f"features are NaN, or infinite as {np.dtype(recipe.dtype)}"
    return ""


if __name__ == "__main__":
    run(feature)
