"""window_statistics: sum up every window in 336 numbers, of timbre, melody and onsets."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from takht.stage import run

from takht.cache.per_recording import RecordingCache, Task
from takht.dataset.feature_folder import FeaturePiece, IndexRows, write_index, write_pieces
from takht.errors import TakhtError
from takht.features.statistics.recipe import StatisticsRecipe
from takht.features.statistics.summary import MIN_RATE_HZ
from takht.preparation.segment_folder import list_recordings, read_numbered, read_sample_rate_hz
from takht.runtime.atomic import atomic_folder


def window_statistics(segment_dir: Path, out_dir: Path) -> None:
    rate_hz = read_sample_rate_hz(segment_dir)
    if rate_hz < MIN_RATE_HZ:
        raise TakhtError(
            "params.yaml: audio.sample_rate_hz: window statistics need at least "
            f"{MIN_RATE_HZ}, got {rate_hz}; raise it"
        )
    recipe = StatisticsRecipe.at_rate(rate_hz)
    names = list_recordings(segment_dir)
    tasks = [Task(f"{name}.npy", (segment_dir / name,), rate_hz, name) for name in names]
    with atomic_folder(out_dir) as folder:
        extract = partial(_extract, segment_dir=segment_dir, recipe=recipe)
        rows = RecordingCache(extract, "statistics").map(tasks, folder)
        write_index(folder, dict(zip(names, rows, strict=True)), recipe.model_dump())


def _extract(recording: str, path: Path, segment_dir: Path, recipe: StatisticsRecipe) -> IndexRows:
    return write_pieces(path, _pieces(recording, segment_dir, recipe), recipe.dtype)


def _pieces(recording: str, segment_dir: Path, recipe: StatisticsRecipe) -> Iterator[FeaturePiece]:
    for number, start_seconds, wave in read_numbered(segment_dir, recording):
        try:
            statistics = recipe.compute(wave)
        except ValueError as error:
            raise TakhtError(
                f"{segment_dir}/{recording}: segment {number} {error}; raise "
                "catalogue.min_seconds and segment.min_seconds"
            ) from None
        yield FeaturePiece(0, number, start_seconds, statistics)


if __name__ == "__main__":
    run(window_statistics)
