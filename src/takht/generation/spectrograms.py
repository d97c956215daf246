"""Spectrograms of a corpus for generation: a few segments of each recording, at one loudness."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from pydantic import Field

from takht import features, jobs, segments, tables
from takht.errors import TakhtError
from takht.features import Piece
from takht.generation.decibels import CEILING_DB, RANGE_DB
from takht.generation.log_mel import SAMPLE_RATE_HZ
from takht.schema import Section
from takht.spectra import Frames, Waveform


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
    extract = partial(
        _extract,
        folder=folder,
        make=make,
        segment_dir=segment_dir,
        gains_db=gains_to(level.target_lufs, gains_csv),
        most=clipping.segments_per_recording,
    )
    names = segments.recordings(segment_dir)
    rows = jobs.each(extract, names, label=str(settings["kind"]), threads=True)
    fixed = {"sample_rate_hz": rate_hz, "ceiling_db": CEILING_DB, "range_db": RANGE_DB}
    features.write_index(folder, rows, {**settings, **fixed, "unit": "range", **level.model_dump()})


def gains_to(target_lufs: float, gains_csv: Path) -> dict[str, float]:
    """Return what each recording's segments still lack to the loudness, dB.

    Where a peak stood in its way, or segments were levelled by peak, that is not 0. A recording
    too quiet to be measured stays as it is.
    """
    table = tables.read_table(gains_csv, {"loudness_lufs": "float64", "gain_db": "float64"})
    lack = target_lufs - table["loudness_lufs"] - table["gain_db"]
    return dict(zip(table["recording"], lack.where(np.isfinite(lack), 0.0), strict=True))


def spread(count: int, most: int) -> list[int]:
    """Return at most so many numbers of 0 … count - 1: all, or evenly spread over their middle."""
    if count <= most:
        return list(range(count))
    return [int((2 * place + 1) * count / (2 * most)) for place in range(most)]


def _extract(
    recording: str,
    folder: Path,
    make: Callable[[Waveform], Frames],
    segment_dir: Path,
    gains_db: dict[str, float],
    most: int,
) -> pd.DataFrame:
    factor = np.float32(10 ** (gains_db[recording] / 20))
    chosen = set(spread(sum(1 for _ in (segment_dir / recording).glob("*.wav")), most))
    pieces = [
        Piece(0, number, start_seconds, make(wave * factor))
        for number, start_seconds, wave in segments.numbered(segment_dir, recording)
        if number in chosen
    ]
    return features.write_recording(folder, recording, pieces)
