"""Sound that tells itself apart at every moment, and how far what was decoded agrees with it."""

import subprocess
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from takht.audio import ffmpeg, mono
from takht.audio.mono import Sound

Wave = NDArray[np.float64]  # (samples,) or (samples, channels)


def melody(seed: int, seconds: float, rate_hz: int) -> Wave:
    """Return notes of random pitch and level, a new one every 50 ms, shape (samples,)."""
    rng = np.random.default_rng(seed)
    now = np.arange(round(seconds * rate_hz)) / rate_hz
    note = (now * 20).astype(int)
    pitch_hz = rng.uniform(200, 1500, note[-1] + 1)[note]
    level = rng.uniform(0.2, 0.6, note[-1] + 1)[note]
    return np.asarray(level * np.sin(2 * np.pi * np.cumsum(pitch_hz) / rate_hz))


def encode(target: Path, wave: Wave, rate_hz: int, *options: str) -> Path:
    """Write a wave to a file as ffmpeg makes it, and return the file."""
    source = target.with_name(f"{target.name}.source.wav")
    soundfile.write(source, wave, rate_hz, subtype="FLOAT")
    run("-i", source, *options, target)
    source.unlink()
    return target


def run(*words: str | Path) -> None:
    """Run ffmpeg and fail when it fails."""
    subprocess.run([ffmpeg.find_ffmpeg(), "-v", "error", "-y", *words], check=True)


def write_noise_mp3(target: Path, minutes: int) -> Path:
    """Write minutes of stereo noise, the same each minute, and return the file."""
    options = ("-ac", "2", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0")
    run("-f", "lavfi", "-i", "anoisesrc=r=44100:a=0.3:d=60", *options, target)
    target.write_bytes(target.read_bytes() * minutes)
    return target


def decode(path: Path, rate_hz: int) -> tuple[Wave, Sound]:
    """Return the mono samples of a file in [-1, 1], shape (samples,), and what it holds."""
    whole, sound = mono.decode_mono(
        path, rate_hz, lambda blocks, _: np.concatenate([np.zeros(0, np.int16), *blocks])
    )
    return whole / 32768, sound


def agreement(heard: Wave, source: Wave) -> tuple[int, float, float]:
    """Return how many samples too many were heard, the correlation, and the gain."""
    mix = source.mean(axis=1) if source.ndim == 2 else source
    count = min(len(heard), len(mix))
    a, b = heard[:count], mix[:count]
    scale = np.sqrt(np.dot(a, a) * np.dot(b, b)) or 1.0
    return len(heard) - len(mix), float(np.dot(a, b) / scale), float(np.dot(a, b) / np.dot(b, b))
