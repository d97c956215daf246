"""Short excerpts of recordings, and sounds small enough for a page."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import soundfile
from numpy.typing import NDArray

from takht.errors import TakhtError
from takht.preparation.segment_folder import list_segments

BEST_VARIABLE_RATE = 0.0  # of MP3 by libsndfile: about 60 kbit/s of mono music


class Sound(NamedTuple):
    """Mono PCM of 16 bits, shape (samples,), and its rate."""

    samples: NDArray[np.int16]
    rate_hz: int

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / self.rate_hz


def read_sound(path: Path) -> Sound:
    """Return a whole mono sound file."""
    samples, rate_hz = soundfile.read(path, dtype="int16")
    return Sound(samples, rate_hz)


def cut_moment(
    segment_dir: Path, recording: str, segment: int, at_seconds: float, seconds: float
) -> tuple[Sound, float]:
    """Return so many seconds of a segment around a moment of the recording, and where they start.

    Times are of the recording. What is left of a short segment is all there is.

    Raises:
        TakhtError: there is no such segment.
    """
    files = list_segments(segment_dir, recording)
    if segment >= len(files):
        raise TakhtError(
            f"{segment_dir / recording}: segment {segment} is asked for, it has {len(files)}; "
            "run `dvc repro`"
        )
    lengths = [soundfile.info(file) for file in files[: segment + 1]]
    before = sum(info.frames for info in lengths[:segment])
    rate_hz, frames = lengths[-1].samplerate, lengths[-1].frames
    wanted = min(round(seconds * rate_hz), frames)
    middle = round(at_seconds * rate_hz) - before
    start = min(max(middle - wanted // 2, 0), frames - wanted)
    samples, _ = soundfile.read(files[segment], frames=wanted, start=start, dtype="int16")
    return Sound(samples, rate_hz), (before + start) / rate_hz


def cut_middle(segment_dir: Path, recording: str, seconds: float) -> Sound:
    """Return so many seconds from the middle of the recording's first segment."""
    first = soundfile.info(min((segment_dir / recording).glob("*.wav")))
    half = first.frames / first.samplerate / 2
    return cut_moment(segment_dir, recording, 0, half, seconds)[0]


def write_mp3(sound: Sound, path: Path) -> None:
    """Write the sound as MP3: every browser plays it, and equal sounds become equal bytes."""
    soundfile.write(
        path,
        sound.samples,
        sound.rate_hz,
        subtype="MPEG_LAYER_III",
        format="MP3",
        bitrate_mode="VARIABLE",
        compression_level=BEST_VARIABLE_RATE,
    )
