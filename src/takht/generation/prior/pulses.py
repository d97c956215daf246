"""The pulse of pieces: strokes and notes come back after a cycle.

A piece takes the pulse of a training clip of its composer. It is put into the noise that the piece
is made out of: a share of the noise comes back every cycle, and so does what the denoiser hears in
it, varied by the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.basis import LappedBasis
from takht.generation.spectrogram.pulse import (
    FRAME_RATE_HZ,
    PULSE_SECONDS,
    find_onsets,
    measure_pulse,
)

# A cycle is no whole number of blocks. Of noise that comes back elsewhere in a block, latents show
# this share.
_SHOWN = 0.87


class Pulse(NamedTuple):
    """How strong a pulse is, from 0 to 1, and the frames of its cycle."""

    strength: float
    cycle_frames: int


NO_PULSE = Pulse(0.0, 1)


@dataclass(frozen=True)
class Pulses:
    """The pulses of training clips."""

    composer: NDArray[np.int64]  # (clips,)
    strength: NDArray[np.float32]  # (clips,), highest autocorrelation of onset strength
    cycle_frames: NDArray[np.int64]  # (clips,)

    def __post_init__(self) -> None:
        """Refuse what no piece can have.

        Raises:
            ValueError: a strength or a cycle is out of range, or their numbers differ.
        """
        sound = len(self.composer) == len(self.strength) == len(self.cycle_frames)
        sound = sound and bool(((self.strength >= 0) & (self.strength <= 1)).all())
        if not sound or (self.cycle_frames < 1).any():
            raise ValueError(f"{len(self.composer)} pulses")

    def draw(self, composer: int, rng: np.random.Generator) -> Pulse:
        """Return the pulse of one of the composer's clips."""
        place = int(rng.choice(np.flatnonzero(self.composer == composer)))
        return Pulse(float(self.strength[place]), int(self.cycle_frames[place]))


def find_pulse(clip: Frames) -> Pulse:
    """Return the pulse of a clip (frames, bins) in [0, 1].

    Its cycle is as many of its own periods as 2.5 s hold: a longer cycle repeats less often.
    """
    strength, seconds = measure_pulse(find_onsets(clip))
    if not strength:
        return NO_PULSE
    seconds *= max(1, int(PULSE_SECONDS[1] / seconds))
    return Pulse(min(strength, 1.0), round(seconds * FRAME_RATE_HZ))


def collect_pulses(clips: Sequence[Pulse], composer: NDArray[np.int64]) -> Pulses:
    """Return the pulses of clips; `composer` (clips,) has each one's place, from 0."""
    strengths, cycles = zip(*clips, strict=True)
    return Pulses(composer, np.array(strengths, np.float32), np.array(cycles, np.int64))


def draw_recurring_noise(
    basis: LappedBasis, blocks: int, pulse: Pulse, rng: np.random.Generator
) -> Frames:
    """Return noise (blocks, components) of variance 1, of which a share comes back every cycle.

    What comes back is noise of frames, as coefficients of the basis: as the basis is orthonormal,
    they are white noise too. It has mean 0 over a cycle, so that the piece keeps its mean.
    """
    noise = rng.standard_normal((blocks, len(basis.deviations)), dtype=np.float32)
    if not pulse.strength:
        return noise
    cycle = rng.standard_normal((pulse.cycle_frames, len(basis.synthesis)), dtype=np.float32)
    cycle -= cycle.mean(axis=0)
    again = basis.project(cycle[np.arange(blocks * basis.block_frames) % len(cycle)])
    share = min(pulse.strength / _SHOWN, 1.0)
    return np.asarray(np.sqrt(share) * again + np.sqrt(1 - share) * noise, np.float32)
