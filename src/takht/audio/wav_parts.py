"""A recording as a folder of WAV parts: mono PCM16, `part-000.wav` and on."""

import itertools
import wave
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from takht.audio.pcm import Pcm
from takht.errors import TakhtError

_BLOCK_SAMPLES = 2**18


class PartsWriter:
    """Writes a stream of samples into a new folder, in parts of `part_samples` at most."""

    def __init__(self, folder: Path, sample_rate_hz: int, part_samples: int) -> None:
        folder.mkdir(parents=True)
        self._folder, self._rate_hz, self._part_samples = folder, sample_rate_hz, part_samples
        self._numbers = itertools.count()
        self._room = 0  # samples that the open part still takes
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def restart(self) -> None:
        """Throw away what was written, to begin the stream again."""
        self._open.close()
        for path in self._folder.glob("part-*.wav"):
            path.unlink()
        self._numbers, self._room = itertools.count(), 0

    def add(self, samples: Pcm) -> None:
        """Write the next 16-bit samples of the stream, shape (samples,)."""
        while len(samples):
            if not self._room:
                self._begin_part()
            self._wav.writeframesraw(samples[: self._room].astype("<i2", copy=False).data)
            rest = samples[self._room :]
            self._room -= len(samples) - len(rest)
            samples = rest

    def _begin_part(self) -> None:
        self._open.close()
        path = self._folder / f"part-{next(self._numbers):03d}.wav"
        file = self._open.enter_context(path.open("wb"))
        self._wav = self._open.enter_context(wave.open(file, "wb"))  # noqa: SIM115 (it is closed)
        self._wav.setnchannels(1)
        self._wav.setsampwidth(2)
        self._wav.setframerate(self._rate_hz)
        self._room = self._part_samples


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
        """Yield the 16-bit samples in order, in blocks of shape (samples,)."""
        for path in self._paths:
            with path.open("rb") as file, wave.open(file, "rb") as wav:
                while data := wav.readframes(_BLOCK_SAMPLES):
                    yield np.frombuffer(data, dtype="<i2").astype(np.int16, copy=False)
