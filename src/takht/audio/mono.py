"""The one way from a file to mono samples, what they must be, and what is lost on the way."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from takht.audio.decoding import Audio, open_audio
from takht.audio.ffmpeg import ParametersChange
from takht.audio.joined import find_joined_file, find_next_ogg_link
from takht.audio.pcm import Pcm, quantize
from takht.audio.resampling import mix_to_mono, resample
from takht.core.arrays import Waveform

MAX_PEAK_DBFS = 12.0  # lossy codecs pass full scale by a few dB; integers read as floats by 90
SILENCE_DBFS = -70.0  # the absolute gate of BS.1770
_LEAST_MISSING_SECONDS = 0.25  # less is the padding of a lossy codec
_LEAST_UNREAD_BYTES = 4096  # less is a tag
_T = TypeVar("_T")


@dataclass(frozen=True)
class Sound:
    """What was decoded of a file. `peak` is of the mono mix, not finite if a sample is not.

    `missing_seconds` is how much less that is than the file claims, `unread_bytes` what follows
    the samples that were read and belongs to none, `audio_streams` how many the file holds.
    """

    seconds: float
    claimed_seconds: float
    sample_rate_hz: int
    channels: int
    codec: str
    decode_errors: int
    peak: float
    half_range: float
    missing_seconds: float = 0.0
    unread_bytes: int = 0
    audio_streams: int = 1
    is_mono_pair: bool = False

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


def decode_mono(
    path: Path,
    sample_rate_hz: int,
    consume: Callable[[Iterator[Pcm], Audio], _T],
    *,
    whole: bool = True,
) -> tuple[_T, Sound]:
    """Return the result of `consume` on a recording's samples, and a description of its sound.

    `consume` is given the mono mix at a sample rate in Hz, as 16-bit blocks of shape (samples,). It
    is called again, from the start, where the number of channels or the rate change on the way.
    Decoding ends at the first sample that is not finite. With `whole` false, `consume` may stop
    early, and nothing is said to be missing.

    Raises:
        Unreadable: the file does not decode, or lasts longer than a day.
    """
    try:
        return _decode(path, sample_rate_hz, consume, whole, None)
    except ParametersChange as change:
        return _decode(path, sample_rate_hz, consume, whole, change.channels)


def _decode(
    path: Path,
    sample_rate_hz: int,
    consume: Callable[[Iterator[Pcm], Audio], _T],
    whole: bool,
    changing_channels: int | None,
) -> tuple[_T, Sound]:
    with open_audio(path, as_mono=changing_channels is not None) as audio:
        mixes = _Mixes(audio)
        made = consume(map(quantize, resample(mixes, audio.sample_rate_hz, sample_rate_hz)), audio)
        seconds = mixes.frames / audio.sample_rate_hz
        # Decoding ended early else, and what ffmpeg had said by then varies from run to run.
        whole &= math.isfinite(mixes.peak)
        missing = audio.claimed_seconds - seconds if whole else 0.0
        is_missing = audio.is_claim_exact and missing > _LEAST_MISSING_SECONDS
        return made, Sound(
            seconds=round(seconds, 6),
            claimed_seconds=round(audio.claimed_seconds, 6),
            sample_rate_hz=audio.sample_rate_hz,
            channels=changing_channels or audio.channels,
            codec=audio.codec,
            decode_errors=audio.decode_errors if whole else 0,
            peak=mixes.peak,
            half_range=mixes.half_range,
            missing_seconds=round(missing, 3) if is_missing else 0.0,
            unread_bytes=_count_unread(path, audio) if whole else 0,
            audio_streams=audio.audio_streams,
            is_mono_pair=audio.is_mono_pair,
        )


def _count_unread(path: Path, audio: Audio) -> int:
    joined = find_next_ogg_link(path) if audio.stops_at_change else find_joined_file(path)
    unread = path.stat().st_size - joined if joined is not None else audio.unread_bytes
    return unread if unread > _LEAST_UNREAD_BYTES else 0


def find_fault(sound: Sound, silence_dbfs: float = SILENCE_DBFS, lower: str = "") -> str | None:
    """Return why audio is of no use (rule, value; remedy), or None.

    `lower` names the setting that lowers `silence_dbfs`, where there is one.
    """
    if sound.seconds == 0:
        return "is empty, 0 s of audio; remove it or fetch it again"
    if not math.isfinite(sound.peak):
        return "holds samples that are NaN or infinite; export it again"
    level = sound.peak_dbfs()
    if level > MAX_PEAK_DBFS:
        return (
            f"is beyond full scale, its mono mix peaks at {level:.1f} dBFS, at most "
            f"{MAX_PEAK_DBFS:g} are allowed; export it again with samples in [-1, 1]"
        )
    if sound.half_range_dbfs() < silence_dbfs <= level:
        reason = f"is silent apart from a constant offset of {level:.1f} dBFS"
        remedy = "remove it or fetch it again"
    elif level < silence_dbfs:
        reason = f"is silent, its mono mix peaks at {level:.1f} dBFS, below {silence_dbfs:g}"
        setting = f", lower {lower}" if lower and level > -math.inf else ""
        remedy = f"remove it{setting} or fix an inverted channel"
    else:
        return None
    if sound.audio_streams > 1:
        remedy = "export the stream that holds the music to a file of its own"
        reason += f" ({_describe_streams(sound)})"
    return f"{reason}; {remedy}"


def describe_losses(sound: Sound) -> list[str]:
    """Return a line (what, value; remedy) for each part of the file that was not decoded."""
    lines = []
    if sound.missing_seconds:
        lines.append(
            f"decodes to {sound.seconds:.2f} s, claims {sound.claimed_seconds:.2f}, "
            f"{sound.missing_seconds:.2f} s are missing; fetch a complete copy if there is one"
        )
    elif sound.decode_errors and not sound.unread_bytes:
        lines.append(
            f"may be damaged, decode errors: {sound.decode_errors} in {sound.seconds:.2f} s; "
            "listen to it, and fetch another copy if it is"
        )
    if sound.unread_bytes:
        lines.append(
            f"holds {sound.unread_bytes} bytes after its {sound.seconds:.2f} s of audio that are "
            "not read; if files were joined, separate them"
        )
    if sound.audio_streams > 1:
        lines.append(
            f"holds {_describe_streams(sound)}; to use another, export it to a file of its own"
        )
    return lines


def _describe_streams(sound: Sound) -> str:
    if sound.is_mono_pair:
        return "two mono streams, perhaps left and right, the first is used"
    return f"{sound.audio_streams} audio streams, 1 is used"


class _Mixes:
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
