"""Spectrograms of a corpus for generation: a few segments of each recording, at one loudness."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
from pydantic import Field

from takht.cache.per_recording import RecordingCache, Task
from takht.core import tables
from takht.core.arrays import Frames, Waveform, pick_evenly
from takht.dataset.feature_folder import FeaturePiece, IndexRows, write_index, write_pieces
from takht.errors import TakhtError
from takht.generation.spectrogram.decibel_range import CEILING_DB, RANGE_DB
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ
from takht.preparation.segment_folder import list_recordings, read_numbered, read_sample_rate_hz
from takht.runtime.code_hash import hash_function
from takht.runtime.params import Section


class ClipSettings(Section):
    """How much of a recording the generation models see."""

    at: ClassVar[str] = "scales.{scale}.generation.clips"
    segments_per_recording: int = Field(ge=1, le=100_000, description="evenly spread; the most")


class LevelSettings(Section):
    """The loudness that every recording is brought to."""

    at: ClassVar[str] = "generation.level"
    target_lufs: float = Field(ge=-40, le=-10, description="the dB range suits -23")


def write_spectrograms(
    folder: Path,
    make: Callable[[Waveform], Frames],
    settings: dict[str, object],
    segment_dir: Path,
    gains_csv: Path,
    clipping: ClipSettings,
    level: LevelSettings,
) -> None:
    """Write the spectrograms that `make` gives for the recordings' segments, and an index.

    `make` takes a wave (samples,) in [-1, 1] and returns (frames, bins) in [0, 1].

    Raises:
        TakhtError: the segments have another sample rate than 22,050 Hz.
    """
    rate_hz = read_sample_rate_hz(segment_dir)
    if rate_hz != SAMPLE_RATE_HZ:
        raise TakhtError(
            f"params.yaml: audio.sample_rate_hz: generation needs {SAMPLE_RATE_HZ}, got {rate_hz}; "
            "set it and run `dvc repro`"
        )
    most = clipping.segments_per_recording
    gains_db = gains_to_target(level.target_lufs, gains_csv)
    names = list_recordings(segment_dir)
    code = hash_function(make)
    tasks = []
    for name in names:
        values = [code, gains_db[name], most]
        tasks.append(Task(f"{name}.npy", (segment_dir / name,), values, (name, gains_db[name])))
    extract = partial(_extract, make=make, segment_dir=segment_dir, most=most)
    rows = RecordingCache(extract, str(settings["kind"]), threads=True).map(tasks, folder)
    fixed = {"sample_rate_hz": rate_hz, "ceiling_db": CEILING_DB, "range_db": RANGE_DB}
    settings = {**settings, **fixed, "unit": "range", **level.model_dump()}
    write_index(folder, dict(zip(names, rows, strict=True)), settings)


def gains_to_target(target_lufs: float, gains_csv: Path) -> dict[str, float]:
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
) -> IndexRows:
    recording, gain_db = recording_and_gain_db
    factor = np.float32(10 ** (gain_db / 20))
    chosen = set(pick_evenly(sum(1 for _ in (segment_dir / recording).glob("*.wav")), most))
    pieces = (
        FeaturePiece(0, number, start_seconds, make(wave * factor))
        for number, start_seconds, wave in read_numbered(segment_dir, recording)
        if number in chosen
    )
    return write_pieces(path, pieces)
