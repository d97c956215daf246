"""mfcc: turn every log-mel spectrogram into mel-frequency cepstral coefficients."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import ClassVar

from takht.stage import run

from pydantic import Field

from takht.cache.per_recording import RecordingCache, Task
from takht.dataset.feature_folder import (
    IndexRows,
    array_path,
    read_index_rows,
    read_pieces,
    read_settings,
    write_index,
    write_pieces,
)
from takht.errors import TakhtError
from takht.recipes.mel import Recipe as MelRecipe
from takht.recipes.mfcc import Recipe
from takht.runtime.atomic import atomic_folder
from takht.runtime.params import Section


class Mfcc(Section):
    at: ClassVar[str] = "scales.{scale}.mfcc"
    coefficients: int = Field(ge=1, le=512, description="coefficients kept of each frame")


def mfcc(params: Mfcc, mel_dir: Path, out_dir: Path) -> None:
    settings = read_settings(mel_dir)
    if params.coefficients > settings["bands"]:
        raise TakhtError(
            "params.yaml: scales.*.mfcc.coefficients: at most as many as mel.bands "
            f"({settings['bands']}), got {params.coefficients}; lower it"
        )
    rows_of = read_index_rows(mel_dir)
    tasks = [
        Task(
            f"{name}.npy",
            (array_path(mel_dir, name),),
            [params.coefficients, rows],
            (name, rows),
        )
        for name, rows in rows_of.items()
    ]
    kept = MelRecipe.model_validate(settings).model_dump(exclude={"kind", "unit"})
    recipe = Recipe(**kept, **params.model_dump())
    extract = partial(_extract, mel_dir=mel_dir, recipe=recipe)
    with atomic_folder(out_dir) as folder:
        made = RecordingCache(extract, "mfcc", threads=True).map(tasks, folder)
        write_index(folder, dict(zip(rows_of, made, strict=True)), recipe.model_dump())


def _extract(task: tuple[str, IndexRows], path: Path, mel_dir: Path, recipe: Recipe) -> IndexRows:
    recording, rows = task
    pieces = (
        replace(piece, frames=recipe.from_mel(piece.frames))
        for piece in read_pieces(mel_dir, recording, rows)
    )
    return write_pieces(path, pieces, recipe.dtype)


if __name__ == "__main__":
    run(mfcc)
