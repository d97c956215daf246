"""New pieces at a tempo of choice."""

from dataclasses import replace

import numpy as np

from takht.generation.prior.prior import Prior
from takht.generation.spectrogram.pulse import FRAME_RATE_HZ, PULSE_SECONDS

SLOWEST_BPM, FASTEST_BPM = 24, 240
_LEAST_STRENGTH = 0.5  # weaker, a tempo that was asked for would hardly be heard


def set_tempo(prior: Prior, beats_per_minute: float) -> Prior:
    """Return the prior with the cycle of every pulse a whole number of beats.

    `beats_per_minute` is from 24 to 240. Weak pulses become stronger.
    """
    beat_seconds = 60 / beats_per_minute
    beats = max(1, int(PULSE_SECONDS[1] / beat_seconds))
    cycle_frames = round(beats * beat_seconds * FRAME_RATE_HZ)
    pulses = replace(
        prior.pulses,
        cycle_frames=np.full_like(prior.pulses.cycle_frames, cycle_frames),
        strength=np.maximum(prior.pulses.strength, np.float32(_LEAST_STRENGTH)),
    )
    return replace(prior, pulses=pulses)
