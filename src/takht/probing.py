"""Decode a recording once, from end to end, and note what it holds."""

import hashlib
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from takht.decoding import open_audio
from takht.ffmpeg import Unreadable
from takht.resampling import mono

MAX_HOURS = 24  # a small file can claim, and decode to, silence without end


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


def probe(path: Path) -> Probe | str:
    """Return what the file holds, or why it cannot be read, in bounded memory.

    `audio_sha256` is a hash of the decoded samples (float32, native rate and channels): a copy with
    other tags or in another lossless container has the same.
    """
    try:
        return _decode(path)
    except Unreadable as error:
        return str(error)


def _decode(path: Path) -> Probe:
    frames, peak = 0, 0.0
    with open_audio(path) as audio:
        digest = hashlib.sha256(f"{audio.sample_rate_hz} {audio.channels}".encode())
        for block in audio.blocks():
            frames += len(block)
            if frames > MAX_HOURS * 3600 * audio.sample_rate_hz:
                raise Unreadable(f"is longer than {MAX_HOURS} hours")
            digest.update(block.astype("<f4", copy=False).tobytes())
            with np.errstate(over="ignore", invalid="ignore"):
                mix = mono(block)
            # np.max and np.min, unlike max, let a NaN through.
            peak = float(np.max([peak, np.max(mix, initial=0), -np.min(mix, initial=0)]))
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        return Probe(
            seconds=round(frames / audio.sample_rate_hz, 6),
            claimed_seconds=round(audio.claimed_seconds, 6),
            sample_rate_hz=audio.sample_rate_hz,
            channels=audio.channels,
            codec=audio.codec,
            decode_errors=audio.decode_errors,
            sha256=sha256,
            audio_sha256=digest.hexdigest(),
            peak=peak,
        )
