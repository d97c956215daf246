"""Random melodies of one timbre, and what re-encoding, cutting and stretching make of them."""

import subprocess
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from takht.audio import ffmpeg

RATE_HZ = 22_050
QUARTER_TONES = np.array([0, 3, 7, 10, 14, 17, 20, 24])  # rast


def melody(seed: int, seconds: float = 24.0, *, loose_seconds: float = 0.0) -> NDArray[np.float32]:
    """Return random plucked notes of one maqam, timbre and tempo, shape (samples,).

    Played loosely, each note lasts a little longer or shorter than it is written.
    """
    rng, player = np.random.default_rng(seed), np.random.default_rng(seed + 1_000)
    wave = np.zeros(round(seconds * RATE_HZ))
    start = 0.0
    while start < seconds:
        pitch_hz = 220 * 2 ** (rng.choice(QUARTER_TONES) / 24)
        length = min(round(1.2 * RATE_HZ), len(wave) - round(start * RATE_HZ))
        now = np.arange(length) / RATE_HZ
        for k in range(1, 9):
            tone = np.sin(2 * np.pi * pitch_hz * k * now) * np.exp(-now * (2 + k))
            wave[round(start * RATE_HZ) :][:length] += 0.1 / k * tone
        start += rng.choice([0.15, 0.3, 0.3, 0.6]) + loose_seconds * player.normal()
    wave += rng.normal(0, 1e-4, len(wave))
    return wave.astype(np.float32)


def sustained(seed: int, seconds: float) -> NDArray[np.float32]:
    """Return random notes of one to two seconds, each as loud at its end, shape (samples,)."""
    rng = np.random.default_rng(seed)
    wave = np.zeros(round(seconds * RATE_HZ))
    start = 0
    while start < len(wave):
        pitch_hz = 220 * 2 ** (rng.choice(QUARTER_TONES) / 24)
        length = min(round(rng.uniform(1, 2) * RATE_HZ), len(wave) - start)
        now = np.arange(length) / RATE_HZ
        fades = np.minimum(1, np.minimum(now, now[::-1]) / 0.05)
        for k in range(1, 9):
            wave[start:][:length] += 0.1 / k * np.sin(2 * np.pi * pitch_hz * k * now) * fades
        start += length
    wave += rng.normal(0, 1e-4, len(wave))
    return wave.astype(np.float32)


def through_ffmpeg(
    wave: NDArray[np.float32], folder: Path, *, audio_filter: str = "anull", codec: str = "wav"
) -> NDArray[np.float32]:
    """Return the wave, filtered and decoded from a low bit rate; ~10 s of CPU time an hour."""
    options = {
        "wav": [],
        "mp3": ["-c:a", "libmp3lame", "-b:a", "32k"],
        "ogg": ["-c:a", "libvorbis", "-q:a", "-1"],
    }[codec]
    plain, coded, decoded = (folder / name for name in ("in.wav", f"coded.{codec}", "out.wav"))
    soundfile.write(plain, wave, RATE_HZ)
    quiet = [ffmpeg.find_ffmpeg(), "-nostdin", "-loglevel", "error", "-y", "-i"]
    subprocess.run([*quiet, plain, "-af", audio_filter, *options, coded], check=True)
    subprocess.run([*quiet, coded, "-ar", str(RATE_HZ), decoded], check=True)
    result: NDArray[np.float32] = soundfile.read(decoded, dtype="float32")[0]
    return result


def pitch_hz(wave: NDArray[np.float32]) -> float:
    """The strongest frequency, by a parabola through the log spectrum of 8 times its length."""
    spectrum = np.log(np.abs(np.fft.rfft(wave * np.hanning(len(wave)), 8 * len(wave))) + 1e-12)
    peak = int(np.argmax(spectrum))
    left, centre, right = spectrum[peak - 1 : peak + 2]
    offset = 0.5 * (left - right) / (left - 2 * centre + right)
    return float((peak + offset) * RATE_HZ / (8 * len(wave)))


def cents(wave: NDArray[np.float32], hz: float) -> float:
    """How far a wave's pitch lies above a frequency."""
    return float(1200 * np.log2(pitch_hz(wave) / hz))
