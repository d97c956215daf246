"""Decode a recording once, from end to end, and note what it holds."""

import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from takht.audio.decoding import Audio, open_audio
from takht.audio.pcm import Pcm, quantize
from takht.audio.resampling import mix_to_mono, resample
from takht.core.arrays import Waveform
from takht.core.hashing import hash_file


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
    half_range: float

    def peak_dbfs(self) -> float:
        """Return the level of the largest sample of the mono mix, dBFS."""
        return _dbfs(self.peak)

    def half_range_dbfs(self) -> float:
        """Return the level of half the way from the lowest to the highest sample, dBFS.

        Where samples move about 0 that is the peak's; a constant is silence, however large.
        """
        return _dbfs(self.half_range)


def _dbfs(amplitude: float) -> float:
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf


def probe(path: Path, sample_rate_hz: int, take: Callable[[Pcm], None]) -> Probe:
    """Decode a recording, give `take` its mono mix at a sample rate, and return what it held.

    In bounded memory. `audio_sha256` is a hash of these samples: a copy with other tags or in
    another lossless container has the same. Decoding ends at the first sample that is not finite.

    Raises:
        Unreadable: the file does not decode, or lasts longer than a day.
    """
    digest = hashlib.sha256(str(sample_rate_hz).encode())
    with open_audio(path) as audio:
        mixes = MonoMix(audio)
        for wave in resample(mixes, audio.sample_rate_hz, sample_rate_hz):
            pcm = quantize(wave)
            digest.update(pcm.data)
            take(pcm)
        return Probe(
            seconds=round(mixes.frames / audio.sample_rate_hz, 6),
            claimed_seconds=round(audio.claimed_seconds, 6),
            sample_rate_hz=audio.sample_rate_hz,
            channels=audio.channels,
            codec=audio.codec,
            decode_errors=audio.decode_errors,
            sha256=hash_file(path),
            audio_sha256=digest.hexdigest(),
            peak=mixes.peak,
            half_range=mixes.half_range,
        )


class MonoMix:
    """The mono mix of a recording at its own rate, block by block, counted and measured."""

    def __init__(self, audio: Audio) -> None:
        self._audio = audio
        self.frames, self.peak = 0, 0.0
        self._low, self._high = math.inf, -math.inf

    @property
    def half_range(self) -> float:
        """Half the way from the lowest to the highest sample."""
        return max(0.0, (self._high - self._low) / 2)

    def __iter__(self) -> Iterator[Waveform]:
        for block in self._audio.blocks():
            self.frames += len(block)
            with np.errstate(over="ignore", invalid="ignore"):
                mix = mix_to_mono(block)
            # NumPy's, unlike Python's, let a NaN through.
            self._low = float(np.minimum(self._low, np.min(mix, initial=math.inf)))
            self._high = float(np.maximum(self._high, np.max(mix, initial=-math.inf)))
            self.peak = float(np.max([self.peak, self._high, -self._low]))
            if not math.isfinite(self.peak):
                return
            yield mix
