"""From one converted recording to its segments: a pure function of the parts and the settings."""

import io
import warnings
from dataclasses import dataclass
from pathlib import Path

from takht.audio.pcm import apply_gain, cut_lengths, recut
from takht.audio.wav_parts import Parts

with warnings.catch_warnings():
    # pydub looks for an ffmpeg that it is never asked to use here, and leans on a module and on
    # escapes that Python is giving up.
    warnings.filterwarnings("ignore", "Couldn't find ffmpeg or avconv", RuntimeWarning)
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    warnings.filterwarnings("ignore", "invalid escape sequence")
    from pydub import AudioSegment


@dataclass(frozen=True)
class Segmentation:
    """A recording to cut, and how."""

    source: Path
    gain_db: float
    seconds: float
    min_seconds: float


def segment_recording(item: Segmentation, folder: Path) -> int:
    """Write `0000.wav` and on: the recording at its gain, end to end, nothing dropped.

    Returns their number.
    """
    parts = Parts(item.source)
    rate_hz = parts.sample_rate_hz
    lengths = cut_lengths(
        parts.samples, round(item.seconds * rate_hz), round(item.min_seconds * rate_hz)
    )
    folder.mkdir()
    louder = (apply_gain(block, item.gain_db) for block in parts.blocks())
    for number, samples in enumerate(recut(louder, lengths)):
        audio = AudioSegment(samples.tobytes(), sample_width=2, frame_rate=rate_hz, channels=1)
        # In memory first: on a full disk, a half-written export prints a traceback of its own.
        file = audio.export(io.BytesIO(), format="wav")
        (folder / f"{number:04d}.wav").write_bytes(file.getvalue())
    return len(lengths)
