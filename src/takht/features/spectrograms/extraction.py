"""Features of all segments, by any recipe, in a feature folder."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from takht.cache.per_recording import RecordingCache, Task
from takht.core.arrays import Frames
from takht.dataset.feature_folder import FeaturePiece, IndexRows, write_index, write_pieces
from takht.errors import TakhtError
from takht.features.spectrograms.recipe import FeatureRecipe
from takht.preparation.segment_folder import list_recordings, read_numbered
from takht.runtime.atomic import atomic_folder
from takht.runtime.code_hash import hash_function


def write_features(
    recipe: FeatureRecipe, segment_dir: Path, out_dir: Path, *, threads: bool = False
) -> None:
    """Compute the features of every segment; see `map_unordered` for `threads`.

    Raises:
        TakhtError: a segment is shorter than a frame, or the recipe returns something else than
            finite features of the shape that it promises.
    """
    names = list_recordings(segment_dir)
    how = recipe.model_dump()
    values = [how, hash_function(type(recipe))]
    tasks = [Task(f"{name}.npy", (segment_dir / name,), values, name) for name in names]
    extract = partial(_extract, segment_dir=segment_dir, recipe=recipe)
    with atomic_folder(out_dir) as folder:
        rows = RecordingCache(extract, out_dir.name, threads=threads).map(tasks, folder)
        write_index(folder, dict(zip(names, rows, strict=True)), how)


def _extract(recording: str, path: Path, segment_dir: Path, recipe: FeatureRecipe) -> IndexRows:
    return write_pieces(path, _pieces(recording, segment_dir, recipe), recipe.dtype)


def _pieces(recording: str, segment_dir: Path, recipe: FeatureRecipe) -> Iterator[FeaturePiece]:
    for number, start_seconds, wave in read_numbered(segment_dir, recording):
        place = f"{segment_dir}/{recording}: segment {number}"
        if len(wave) < recipe.min_samples:
            lengths = (len(wave), recipe.min_samples)
            seconds, least = (f"{samples / recipe.sample_rate_hz:.2f} s" for samples in lengths)
            raise TakhtError(
                f"{place}: lasts {seconds}, features need {least}; raise catalogue.min_seconds "
                "and segment.min_seconds"
            )
        try:
            frames = np.asarray(recipe.compute(wave))
            fault = _find_fault(frames, len(wave), recipe)
        except ValueError as error:
            fault = str(error)
        if fault:
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
