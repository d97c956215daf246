"""A recording decoded once to a temporary file, and read back at the level of a model's corpus."""

import math
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import numpy as np
from tqdm import tqdm

from takht.audio.decoding import Audio, Block, open_audio
from takht.audio.ffmpeg import Unreadable
from takht.audio.pcm import FULL_SCALE, apply_gain, cut_lengths, quantize
from takht.audio.resampling import mix_to_mono, resample
from takht.core.arrays import Waveform
from takht.corpus.validation import MAX_PEAK_DBFS
from takht.errors import TakhtError
from takht.preparation.gain import compute_gain_db
from takht.preparation.loudness import Meter
from takht.preparation.settings import NormalizeSettings, SegmentSettings

SILENCE_DBFS = -70.0  # the absolute gate of BS.1770, and what `catalogue` takes for silent


class UnusableRecording(TakhtError):
    """A recording about which no model can be asked; the message is why and what to do."""


@dataclass(frozen=True)
class DecodedRecording:
    """A recording as 16-bit samples in a file, and the gain that it needs."""

    path: Path
    sample_rate_hz: int
    samples: int
    gain_db: float

    def segment_bounds(self, params: SegmentSettings) -> list[tuple[int, int]]:
        """Return where each segment starts and how long it is, samples; nothing is dropped."""
        seconds = (params.seconds, params.min_seconds)
        lengths = cut_lengths(self.samples, *(round(s * self.sample_rate_hz) for s in seconds))
        starts = np.cumsum([0, *lengths[:-1]]).tolist()
        return list(zip(starts, lengths, strict=True))

    def read(self, start: int, samples: int) -> Waveform:
        """Return a piece at the recording's gain, in [-1, 1], shape (samples,)."""
        pcm = np.fromfile(self.path, np.int16, count=samples, offset=2 * start)
        return apply_gain(pcm, self.gain_db) * np.float32(1 / FULL_SCALE)


@contextmanager
def decode_recording(
    source: Path, sample_rate_hz: int, params: NormalizeSettings, *, bar: bool = False
) -> Iterator[DecodedRecording]:
    """Decode a recording as `convert` does and measure it as `normalize` does, in bounded memory.

    The file, 2 bytes a sample, is removed at the end of the block. `bar` shows progress on stderr.

    Raises:
        UnusableRecording: the file does not decode to sound that has a level.
    """
    with tempfile.TemporaryDirectory(prefix="takht-") as folder:
        path = Path(folder) / "samples"
        try:
            meter, samples = _decode(source, path, sample_rate_hz, bar)
        except Unreadable as error:
            raise UnusableRecording(
                f"unreadable, {error}; fetch it again or leave it out"
            ) from None
        gain = compute_gain_db(params, meter.peak_dbfs(), meter.loudness_lufs())
        yield DecodedRecording(path, sample_rate_hz, samples, gain)


def _decode(source: Path, target: Path, sample_rate_hz: int, bar: bool) -> tuple[Meter, int]:
    """Write 16-bit samples to `target` and return their level and number."""
    meter, samples, peak = Meter(sample_rate_hz), 0, 0.0
    with open_audio(source) as audio, target.open("wb") as file, _bar(audio, bar) as progress:
        for wave in resample(map(_mix, audio.blocks()), audio.sample_rate_hz, sample_rate_hz):
            # np.max, unlike max, lets a NaN through.
            peak = float(np.max([peak, np.max(wave, initial=0), -np.min(wave, initial=0)]))
            samples += len(wave)
            _demand_sound(peak)
            pcm = quantize(wave)
            file.write(pcm.data)
            meter.add(pcm * np.float32(1 / FULL_SCALE))
            progress.update(samples // sample_rate_hz - progress.n)
    if not samples:
        raise UnusableRecording("is empty, 0 s of audio; fetch it again or leave it out")
    if meter.peak_dbfs() < SILENCE_DBFS:
        raise UnusableRecording(
            f"is silent, nothing rises above {SILENCE_DBFS:g} dBFS; leave it out"
        )
    return meter, samples


def _mix(block: Block) -> Waveform:
    with np.errstate(over="ignore", invalid="ignore"):  # `_demand_sound` says what is wrong
        return mix_to_mono(block)


def _demand_sound(peak: float) -> None:
    if not math.isfinite(peak):
        raise UnusableRecording("holds samples that are NaN or infinite; export it again")
    if peak > 10 ** (MAX_PEAK_DBFS / 20):
        raise UnusableRecording(
            f"is beyond full scale, its mono mix peaks at {20 * math.log10(peak):.1f} dBFS, at "
            f"most {MAX_PEAK_DBFS:g} are let in; export it again with samples in [-1, 1]"
        )


def _bar(audio: Audio, shown: bool) -> "tqdm[NoReturn]":
    """Return a bar of seconds decoded, on a terminal's stderr."""
    claimed = round(audio.claimed_seconds) or None
    return tqdm(total=claimed, desc="decode", unit="s", disable=None if shown else True)
