"""Sounds that are nobody's music."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

RATE_HZ = 22_050


def strange_sounds(seconds: float = 15.0) -> dict[str, NDArray[np.float64]]:
    """Return tones, noise, clicks in silence and babble, by name, peaks at 0.3."""
    rng = np.random.default_rng(0)
    now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    white = rng.standard_normal(len(now))
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    clicks = np.zeros(len(now))
    clicks[:: RATE_HZ // 2] = 1
    found = {
        "sine": np.sin(2 * np.pi * 440 * now),
        "beeps": np.sin(2 * np.pi * 880 * now) * (now % 1 < 0.2),
        "white noise": white,
        "pink noise": np.fft.irfft(spectrum, len(now)),
        "clicks": clicks,
        "babble": babble(rng, len(now)),
    }
    return {name: 0.3 * wave / np.abs(wave).max() for name, wave in found.items()}


def babble(rng: np.random.Generator, samples: int) -> NDArray[np.float64]:
    """Return syllables as of speech: pulses of a voice, or breath, through three formants."""
    wave = np.zeros(samples)
    start = 0
    while start < samples:
        length = round(rng.uniform(0.12, 0.3) * RATE_HZ)
        voice_hz = rng.uniform(90, 180) * np.linspace(1, rng.uniform(0.8, 1.2), length)
        source = np.diff(np.floor(np.cumsum(voice_hz) / RATE_HZ), prepend=0)
        if rng.random() < 0.25:
            source = 0.1 * rng.standard_normal(length)
        for low_hz, high_hz in ((300, 800), (900, 2300), (2300, 3000)):
            r = np.exp(-np.pi * 100 / RATE_HZ)
            turn = 2 * np.pi * rng.uniform(low_hz, high_hz) / RATE_HZ
            source = lfilter([1 - r], [1, -2 * r * np.cos(turn), r * r], source)
        syllable = (source * np.hanning(length))[: samples - start]
        wave[start : start + len(syllable)] += syllable
        start += length + round(rng.choice([0.0, 0.02, 0.3]) * RATE_HZ)
    return wave
