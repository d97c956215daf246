"""The folder of segments, `<composer>/<stem>/NNNN.wav`, read back as waveforms."""

from collections.abc import Iterator
from pathlib import Path

import soundfile

from takht.errors import TakhtError
from takht.spectra import Waveform


def recordings(folder: Path) -> list[str]:
    """Return the ids of all recordings that have segments, sorted.

    Raises:
        TakhtError: there is none.
    """
    names = {path.parent.relative_to(folder).as_posix() for path in folder.glob("*/*/*.wav")}
    if not names:
        raise TakhtError(f"{folder}: holds no segment; run `dvc repro segment`")
    return sorted(names)


def read(folder: Path, recording: str) -> Iterator[Waveform]:
    """Yield the segments of a recording in order: mono float32 in [-1, 1], shape (samples,)."""
    for path in sorted((folder / recording).glob("*.wav")):
        wave, _ = soundfile.read(path, dtype="float32")
        yield wave


def sample_rate_hz(folder: Path) -> int:
    """Return the one sample rate of all segments, Hz."""
    first = next(folder.glob("*/*/*.wav"))
    return int(soundfile.info(first).samplerate)
