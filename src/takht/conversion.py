"""From one recording to its folder of files: pure functions of the file and the settings."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from takht.decoding import open_audio
from takht.errors import TakhtError
from takht.ffmpeg import Unreadable
from takht.pcm import Pcm, quantised
from takht.resampling import mono, resampled
from takht.wav_parts import write_parts


@dataclass(frozen=True)
class Conversion:
    """A recording to decode, and where its parts go."""

    source: Path
    folder: Path
    sample_rate_hz: int
    part_samples: int


def convert_recording(item: Conversion) -> None:
    """Write the recording as mono PCM16 parts at one rate, in memory that no length changes.

    Raises:
        TakhtError: the file does not decode.
    """
    try:
        write_parts(
            decoded(item.source, item.sample_rate_hz),
            item.folder,
            sample_rate_hz=item.sample_rate_hz,
            part_samples=item.part_samples,
        )
    except Unreadable as error:
        raise TakhtError(f"{item.source}: unreadable, {error}; run `dvc repro catalogue`") from None


def decoded(path: Path, sample_rate_hz: int) -> Iterator[Pcm]:
    """Yield the mono mix of a recording at a sample rate, 16-bit, shape (samples,)."""
    with open_audio(path) as audio:
        waves = (mono(block) for block in audio.blocks())
        for wave in resampled(waves, audio.sample_rate_hz, sample_rate_hz):
            yield quantised(wave)
