"""The pulse of pieces: strokes and notes come back after a cycle of so many blocks.

A piece takes the pulse of a training clip of its composer. It is put into the noise that the piece
is made out of: a share of it comes back every cycle, and so does what the denoiser hears in it,
varied by the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.spectrogram.pulse import (
    FRAME_RATE_HZ,
    PULSE_SECONDS,
    find_onsets,
    measure_pulse,
)

_FEWEST_BLOCKS = 2  # of a cycle; one alone would be a tone that stands


class Pulse(NamedTuple):
    """How strong a pulse is, from 0 to 1, and the blocks of its cycle."""

    strength: float
    cycle_blocks: int


NO_PULSE = Pulse(0.0, _FEWEST_BLOCKS)


@dataclass(frozen=True)
class Pulses:
    """The pulses of training clips."""

    composer: NDArray[np.int64]  # (clips,)
    strength: NDArray[np.float32]  # (clips,), highest autocorrelation of onset strength
    cycle_blocks: NDArray[np.int64]  # (clips,)

    def __post_init__(self) -> None:
        """Refuse what no piece can have.

        Raises:
            ValueError: a strength or a cycle is out of range, or their numbers differ.
        """
        sound = len(self.composer) == len(self.strength) == len(self.cycle_blocks)
        sound = sound and bool(((self.strength >= 0) & (self.strength <= 1)).all())
        if not sound or (self.cycle_blocks < _FEWEST_BLOCKS).any():
            raise ValueError(f"{len(self.composer)} pulses")

    def draw(self, composer: int, rng: np.random.Generator) -> Pulse:
        """Return the pulse of one of the composer's clips."""
        place = int(rng.choice(np.flatnonzero(self.composer == composer)))
        return Pulse(float(self.strength[place]), int(self.cycle_blocks[place]))


def find_pulse(clip: Frames, block_frames: int) -> Pulse:
    """Return the pulse of a clip (frames, bands) in [0, 1].

    Its cycle is as many of its own periods as 2.5 s hold, in whole blocks: a longer cycle is nearer
    to the tempo, and repeats less often.
    """
    strength, seconds = measure_pulse(find_onsets(clip))
    if not strength:
        return NO_PULSE
    seconds *= max(1, int(PULSE_SECONDS[1] / seconds))
    blocks = round(seconds * FRAME_RATE_HZ / block_frames)
    return Pulse(min(strength, 1.0), max(blocks, _FEWEST_BLOCKS))


def collect_pulses(clips: Sequence[Pulse], composer: NDArray[np.int64]) -> Pulses:
    """Return the pulses of clips; `composer` (clips,) has each one's place, from 0."""
    strengths, cycles = zip(*clips, strict=True)
    return Pulses(composer, np.array(strengths, np.float32), np.array(cycles, np.int64))


def draw_recurring_noise(
    shape: tuple[int, int], pulse: Pulse, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return noise of variance 1 and of the shape (blocks, numbers), alike after each cycle.

    Noise a cycle later correlates by the pulse's strength. What comes back has mean 0 over a cycle:
    the music's mean does not change.
    """
    noise = rng.standard_normal(shape, dtype=np.float32)
    if not pulse.strength:
        return noise
    blocks = pulse.cycle_blocks
    cycle = rng.standard_normal((blocks, shape[1]), dtype=np.float32)
    cycle = (cycle - cycle.mean(axis=0)) * np.sqrt(blocks / (blocks - 1))
    again = cycle[np.arange(shape[0]) % blocks]
    share = pulse.strength
    return np.asarray(np.sqrt(share) * again + np.sqrt(1 - share) * noise, np.float32)
