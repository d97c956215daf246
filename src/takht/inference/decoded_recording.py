"""A recording decoded once to a temporary file, and read back at the level of a model's corpus."""

import errno
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

import numpy as np
from tqdm import tqdm

from takht.audio.decoding import Audio
from takht.audio.ffmpeg import Unreadable
from takht.audio.mono import decode_mono, describe_losses, find_fault
from takht.audio.pcm import FULL_SCALE, Pcm, apply_gain, cut_lengths
from takht.core.arrays import Waveform
from takht.errors import DiskFull, TakhtError
from takht.preparation.gain import compute_gain_db
from takht.preparation.loudness import Meter
from takht.preparation.settings import NormalizeSettings, SegmentSettings
from takht.text import names


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
    with _temporary_folder() as folder:
        path = folder / "samples"
        try:
            (meter, samples), sound = decode_mono(
                source, sample_rate_hz, partial(_write, path, sample_rate_hz, bar)
            )
        except Unreadable as error:
            reason = error.advise("fetch it again or leave it out")
            raise UnusableRecording(f"unreadable, {reason}") from None
        if fault := find_fault(sound):
            raise UnusableRecording(fault)
        if not samples:
            raise UnusableRecording("is too short to resample; use a longer recording")
        for line in describe_losses(sound):
            sys.stderr.write(f"{names.escape(str(source))}: {line}\n")
        gain = compute_gain_db(params, meter.peak_dbfs(), meter.loudness_lufs())
        yield DecodedRecording(path, sample_rate_hz, samples, gain)


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """Yield a folder that goes at the end.

    Raises:
        DiskFull: the disk of temporary files has no room.
        TakhtError: no folder takes temporary files.
    """
    try:
        made = tempfile.TemporaryDirectory(prefix="takht-")
    except OSError as error:
        raise TakhtError(
            f"TMPDIR: no folder takes temporary files ({error.strerror}); set TMPDIR to one with "
            "room for 2 bytes a sample"
        ) from None
    with made as folder:
        try:
            yield Path(folder)
        except OSError as error:
            if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
                raise
            where = Path(folder).parent
            raise DiskFull(
                f"{where}: is full ({error.strerror}), a recording needs 2 bytes a sample there; "
                "free some or set TMPDIR to another folder",
                where,
            ) from None


def _write(
    target: Path, sample_rate_hz: int, bar: bool, blocks: Iterator[Pcm], audio: Audio
) -> tuple[Meter, int]:
    """Write 16-bit samples to `target` and return their level and number."""
    meter, samples = Meter(sample_rate_hz), 0
    with target.open("wb") as file, _bar(audio, bar) as progress:
        for pcm in blocks:
            samples += len(pcm)
            file.write(pcm.data)
            meter.add(pcm * np.float32(1 / FULL_SCALE))
            progress.update(samples // sample_rate_hz - progress.n)
    return meter, samples


def _bar(audio: Audio, shown: bool) -> "tqdm[NoReturn]":
    """Return a bar of seconds decoded, on a terminal's stderr."""
    claimed = round(audio.claimed_seconds) or None
    return tqdm(total=claimed, desc="decode", unit="s", disable=None if shown else True)
