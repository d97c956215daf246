"""How odd files are made: sound that no two files share, encoded and written by code."""

import io
import subprocess
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from takht.audio import ffmpeg

RATE_HZ = 22_050
SECONDS = 6.5  # more than catalogue.min_seconds
ACCEPTED, PASSED_OVER = "accepted", "passed over"

Wave = NDArray[np.float32]
Content = Callable[[str], bytes]  # of a name: what sounds differs from name to name


@dataclass(frozen=True)
class Odd:
    """A file to be made, and what `catalogue` must say: ACCEPTED, PASSED_OVER or a pattern."""

    kind: str  # its row of the table in docs/reliability.md
    file: str  # from the root of the corpus
    verdict: str
    make: Callable[[Path], object]


def sound(name: str, seconds: float = SECONDS, channels: int = 1, rate_hz: int = RATE_HZ) -> Wave:
    """Return noise and a tone of the name's own, shape (samples, channels)."""
    rng = np.random.default_rng(zlib.crc32(name.encode("utf-8", "surrogateescape")))
    shape = (round(seconds * rate_hz), channels)
    time = np.arange(shape[0], dtype=np.float32)[:, None] / rate_hz
    tone = 0.2 * np.sin(2 * np.pi * rng.uniform(200, 900) * time)
    return np.asarray(tone + rng.uniform(-0.1, 0.1, shape), dtype=np.float32)


def written(
    wave: Wave, rate_hz: int = RATE_HZ, kind: str = "WAV", subtype: str = "PCM_16"
) -> bytes:
    """Return the bytes of a file that libsndfile writes."""
    file = io.BytesIO()
    soundfile.write(file, wave, rate_hz, format=kind, subtype=subtype)
    return file.getvalue()


def run(*words: str, given: bytes = b"") -> None:
    """Run ffmpeg and fail when it fails."""
    argv = [ffmpeg.find_ffmpeg(), "-v", "error", "-y", *words]
    subprocess.run(argv, input=given, check=True, stdout=subprocess.DEVNULL)


def encoded(name: str, suffix: str, *options: str, seconds: float = SECONDS) -> bytes:
    """Return the bytes of the name's sound as ffmpeg writes it to a file of that suffix."""
    wave = sound(name, seconds)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"x.{suffix}"
        raw = ("-f", "f32le", "-ar", str(RATE_HZ), "-ac", "1", "-i", "pipe:0")
        run(*raw, *options, str(target), given=wave.tobytes())
        return target.read_bytes()


def wav(**how: object) -> Content:
    """Return the content of a WAV: `channels` and `rate_hz` as of `sound`, `subtype`, `kind`."""
    rate_hz, channels = int(str(how.get("rate_hz", RATE_HZ))), int(str(how.get("channels", 1)))
    subtype, kind = str(how.get("subtype", "PCM_16")), str(how.get("kind", "WAV"))

    def content(name: str) -> bytes:
        wave = sound(name, channels=channels, rate_hz=rate_hz)
        return written(wave, rate_hz, kind, subtype)

    return content


def coded(suffix: str, *options: str) -> Content:
    """Return the content of a file that ffmpeg encodes."""
    return lambda name: encoded(name, suffix, *options)


def of(content: Content) -> Callable[[Path], object]:
    """Return what writes the content that belongs to a path's name."""
    return lambda path: path.write_bytes(content(path.name))


def odd(kind: str, file: str, verdict: str, content: Content | bytes) -> Odd:
    """Return a regular file in the folder `odd`."""
    make = of(content) if callable(content) else (lambda path: path.write_bytes(content))
    return Odd(kind, f"odd/{file}", verdict, make)
