"""Spectrograms of a corpus for generation: a few segments of each recording, at one loudness."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field

from takht.cache.per_recording import Task, Work
from takht.core import tables
from takht.core.arrays import Frames, Waveform, spread
from takht.dataset import feature_folder as features
from takht.dataset.feature_folder import Piece, Rows
from takht.errors import TakhtError
from takht.generation.spectrogram.decibel_range import CEILING_DB, RANGE_DB
from takht.generation.spectrogram.log_mel import SAMPLE_RATE_HZ
from takht.preparation import segment_folder as segments
from takht.runtime import code_hash as code_identity
from takht.runtime.params import Section


class Clipping(Section):
    """How much of a recording the generation models see."""

    at: ClassVar[str] = "scales.{scale}.generation.clips"
    segments_per_recording: int = Field(ge=1, le=100_000, description="evenly spread; the most")


class Level(Section):
    """The loudness that every recording is brought to."""

    at: ClassVar[str] = "generation.level"
    target_lufs: float = Field(ge=-40, le=-10, description="the dB range suits -23")


def write(
    folder: Path,
    make: Callable[[Waveform], Frames],
    settings: dict[str, object],
    segment_dir: Path,
    gains_csv: Path,
    clipping: Clipping,
    level: Level,
) -> None:
    """Write what `make` gives of a wave for the recordings' segments, and an index, into a folder.

    Raises:
        TakhtError: the segments have another sample rate than 22,050 Hz.
    """
    rate_hz = segments.sample_rate_hz(segment_dir)
    if rate_hz != SAMPLE_RATE_HZ:
        raise TakhtError(
            f"params.yaml: audio.sample_rate_hz: generation needs {SAMPLE_RATE_HZ}, got {rate_hz}; "
            "set it and run `dvc repro`"
        )
    most = clipping.segments_per_recording
    gains_db = gains_to(level.target_lufs, gains_csv)
    names = segments.recordings(segment_dir)
    code = code_identity.of_function(make)
    tasks = []
    for name in names:
        values = [code, gains_db[name], most]
        tasks.append(Task(f"{name}.npy", (segment_dir / name,), values, (name, gains_db[name])))
    extract = partial(_extract, make=make, segment_dir=segment_dir, most=most)
    rows = Work(extract, str(settings["kind"]), threads=True).products(tasks, folder)
    fixed = {"sample_rate_hz": rate_hz, "ceiling_db": CEILING_DB, "range_db": RANGE_DB}
    settings = {**settings, **fixed, "unit": "range", **level.model_dump()}
    features.write_index(folder, dict(zip(names, rows, strict=True)), settings)


def gains_to(target_lufs: float, gains_csv: Path) -> dict[str, float]:
    """Return what each recording's segments still lack to the loudness, dB.

    Where a peak stood in its way, or segments were levelled by peak, that is not 0. A recording
    too quiet to be measured stays as it is.
    """
    table = tables.read_table(gains_csv, {"loudness_lufs": "float64", "gain_db": "float64"})
    lack = target_lufs - table["loudness_lufs"] - table["gain_db"]
    return dict(zip(table["recording"], lack.where(np.isfinite(lack), 0.0), strict=True))


def _extract(
    recording_and_gain_db: tuple[str, float],
    path: Path,
    make: Callable[[Waveform], Frames],
    segment_dir: Path,
    most: int,
) -> Rows:
    recording, gain_db = recording_and_gain_db
    factor = np.float32(10 ** (gain_db / 20))
    chosen = set(spread(sum(1 for _ in (segment_dir / recording).glob("*.wav")), most))
    pieces = (
        Piece(0, number, start_seconds, make(wave * factor))
        for number, start_seconds, wave in segments.numbered(segment_dir, recording)
        if number in chosen
    )
    return features.write_pieces(path, pieces)
