"""A recording as a folder of WAV parts: mono PCM16, `part-000.wav` and on."""

import wave
from collections.abc import Iterable, Iterator
from itertools import repeat
from pathlib import Path

import numpy as np

from takht.errors import TakhtError
from takht.pcm import Pcm, recut

_BLOCK_SAMPLES = 2**18


def write_parts(
    blocks: Iterable[Pcm], folder: Path, *, sample_rate_hz: int, part_samples: int
) -> None:
    """Write a stream of samples as the parts of a new folder, each `part_samples` long at most."""
    folder.mkdir(parents=True)
    for number, part in enumerate(recut(blocks, repeat(part_samples))):
        with (folder / f"part-{number:03d}.wav").open("wb") as file, wave.open(file, "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(sample_rate_hz)
            wav.writeframes(part.astype("<i2", copy=False).data)


class Parts:
    """The parts of a recording, read as one stream."""

    def __init__(self, folder: Path) -> None:
        """Read the headers.

        Raises:
            TakhtError: the folder holds no part.
        """
        self._paths = sorted(folder.glob("part-*.wav"), key=lambda path: (len(path.name), path))
        if not self._paths:
            raise TakhtError(f"{folder}: holds no part of the recording; run `dvc repro convert`")
        self.samples, self.sample_rate_hz = 0, 0
        for path in self._paths:
            with path.open("rb") as file, wave.open(file, "rb") as wav:
                self.samples += wav.getnframes()
                self.sample_rate_hz = wav.getframerate()

    def blocks(self) -> Iterator[Pcm]:
        """Yield the samples in order."""
        for path in self._paths:
            with path.open("rb") as file, wave.open(file, "rb") as wav:
                while data := wav.readframes(_BLOCK_SAMPLES):
                    yield np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)
