"""mel: turn every segment into a log-mel spectrogram."""

from functools import partial
from pathlib import Path

from takht.stage import run

from takht.cache.per_recording import RecordingCache, Task
from takht.dataset.feature_folder import FeaturePiece, IndexRows, write_index, write_pieces
from takht.features.spectrograms.mel import MelSettings
from takht.preparation.segment_folder import list_recordings, read_numbered, read_sample_rate_hz
from takht.recipes.mel import Recipe
from takht.runtime.atomic import atomic_folder


def mel(settings: MelSettings, segment_dir: Path, out_dir: Path) -> None:
    names = list_recordings(segment_dir)
    rate_hz = read_sample_rate_hz(segment_dir)
    recipe = Recipe(sample_rate_hz=rate_hz, **settings.model_dump())
    how = recipe.model_dump()
    tasks = [Task(f"{name}.npy", (segment_dir / name,), how, name) for name in names]
    extract = partial(_extract, segment_dir=segment_dir, recipe=recipe)
    with atomic_folder(out_dir) as folder:
        rows = RecordingCache(extract, "mel", threads=True).map(tasks, folder)
        write_index(folder, dict(zip(names, rows, strict=True)), how)


def _extract(recording: str, path: Path, segment_dir: Path, recipe: Recipe) -> IndexRows:
    pieces = (
        FeaturePiece(0, number, start_seconds, recipe.compute(wave))
        for number, start_seconds, wave in read_numbered(segment_dir, recording)
    )
    return write_pieces(path, pieces, recipe.dtype)


if __name__ == "__main__":
    run(mel)
