"""Sounds whose strokes are known."""

import numpy as np

RATE_HZ = 22_050


def strokes(times_seconds, seconds: float = 18.0, seed: int = 1) -> np.ndarray:
    """Bursts of noise that die away, at these times, over a quiet hiss."""
    rng = np.random.default_rng(seed)
    wave = 1e-3 * rng.standard_normal(round(seconds * RATE_HZ))
    burst = np.exp(-20 * np.arange(RATE_HZ // 5) / RATE_HZ)
    for first in np.round(np.asarray(times_seconds) * RATE_HZ).astype(int):
        part = wave[first : first + len(burst)]
        part += 0.2 * rng.standard_normal(len(part)) * burst[: len(part)]
    return wave.astype(np.float32)
