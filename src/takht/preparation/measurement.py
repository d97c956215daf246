"""Peak and loudness of one converted recording."""

from pathlib import Path

import numpy as np

from takht.audio.pcm import FULL_SCALE
from takht.audio.wav_parts import Parts
from takht.preparation.loudness import Meter


def measure_recording(folder: Path, _: Path) -> tuple[float, float]:
    """Return peak (dBFS) and integrated loudness (LUFS) of the recording's parts."""
    parts = Parts(folder)
    meter = Meter(parts.sample_rate_hz)
    for block in parts.blocks():
        meter.add(block * np.float32(1 / FULL_SCALE))
    return meter.peak_dbfs(), meter.loudness_lufs()
