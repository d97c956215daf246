"""The folder of segments, `<recording>/NNNN.wav`, read back as waveforms.

A recording's id is its path without suffix, and so a path of any depth here.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import soundfile

from takht.core.arrays import Waveform
from takht.errors import TakhtError


def list_recordings(folder: Path) -> list[str]:
    """Return the ids of all recordings that have segments, sorted.

    Raises:
        TakhtError: there is none.
    """
    names = [path.parent.relative_to(folder).as_posix() for path in _first_segments(folder)]
    if not names:
        raise TakhtError(f"{folder}: holds no segment; run `dvc repro segment`")
    return sorted(names)


class NumberedSegment(NamedTuple):
    """A piece of a recording: its number, where it starts there, and its waveform."""

    number: int
    start_seconds: float
    wave: Waveform


def read_numbered(folder: Path, recording: str) -> Iterator[NumberedSegment]:
    """Yield the segments of a recording in order, each with its place in the recording."""
    rate_hz, samples = read_sample_rate_hz(folder), 0
    for number, wave in enumerate(read_segments(folder, recording)):
        yield NumberedSegment(number, samples / rate_hz, wave)
        samples += len(wave)


def read_segments(folder: Path, recording: str) -> Iterator[Waveform]:
    """Yield the segments of a recording in order: mono float32 in [-1, 1], shape (samples,)."""
    for path in list_segments(folder, recording):
        wave, _ = soundfile.read(path, dtype="float32")
        yield wave


def list_segments(folder: Path, recording: str) -> list[Path]:
    """Return the files of a recording's segments in order."""
    # By length first: the number after 9999 has a digit more.
    return sorted((folder / recording).glob("*.wav"), key=lambda path: (len(path.name), path))


def read_sample_rate_hz(folder: Path) -> int:
    """Return the one sample rate of all segments, Hz.

    Raises:
        TakhtError: there is none.
    """
    first = next(_first_segments(folder), None)  # not all of them: it is asked for each recording
    if first is None:
        raise TakhtError(f"{folder}: holds no segment; run `dvc repro segment`")
    return int(soundfile.info(first).samplerate)


def _first_segments(folder: Path) -> Iterator[Path]:
    """Yield the first segment of every recording; below a recording is no other."""
    for here, _, files in os.walk(folder):
        if segments := [name for name in files if name.endswith(".wav")]:
            yield Path(here) / min(segments)
