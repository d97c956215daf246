"""Decode a recording once, from end to end, and note what it holds."""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from takht import hashing
from takht.decoding import Audio, open_audio
from takht.pcm import Pcm, quantised
from takht.resampling import Waveform, mono, resampled


@dataclass(frozen=True)
class Probe:
    """What a file decodes to. `peak` is the mono mix's largest sample, not finite if one is not."""

    seconds: float
    claimed_seconds: float
    sample_rate_hz: int
    channels: int
    codec: str
    decode_errors: int
    sha256: str
    audio_sha256: str
    peak: float

    def peak_dbfs(self) -> float:
        """Return the level of the largest sample of the mono mix, dBFS."""
        return 20 * math.log10(self.peak) if self.peak > 0 else -math.inf


def probe(path: Path, sample_rate_hz: int, take: Callable[[Pcm], None]) -> Probe:
    """Decode a recording, give `take` its mono mix at a sample rate, and return what it held.

    In bounded memory. `audio_sha256` is a hash of these samples: a copy with other tags or in
    another lossless container has the same. Decoding ends at the first sample that is not finite.

    Raises:
        Unreadable: the file does not decode, or lasts longer than a day.
    """
    digest = hashlib.sha256(str(sample_rate_hz).encode())
    with open_audio(path) as audio:
        mixes = Mixes(audio)
        for wave in resampled(mixes, audio.sample_rate_hz, sample_rate_hz):
            pcm = quantised(wave)
            digest.update(pcm.data)
            take(pcm)
        return Probe(
            seconds=round(mixes.frames / audio.sample_rate_hz, 6),
            claimed_seconds=round(audio.claimed_seconds, 6),
            sample_rate_hz=audio.sample_rate_hz,
            channels=audio.channels,
            codec=audio.codec,
            decode_errors=audio.decode_errors,
            sha256=hashing.of_file(path),
            audio_sha256=digest.hexdigest(),
            peak=mixes.peak,
        )


class Mixes:
    """The mono mix of a recording at its own rate, block by block, counted and measured."""

    def __init__(self, audio: Audio) -> None:
        self._audio = audio
        self.frames, self.peak = 0, 0.0

    def __iter__(self) -> Iterator[Waveform]:
        for block in self._audio.blocks():
            self.frames += len(block)
            with np.errstate(over="ignore", invalid="ignore"):
                mix = mono(block)
            # np.max and np.min, unlike max, let a NaN through.
            self.peak = float(np.max([self.peak, np.max(mix, initial=0), -np.min(mix, initial=0)]))
            if not math.isfinite(self.peak):
                return
            yield mix
