"""The pulse of pieces: strokes and notes come back after a cycle, and after a phrase.

A piece takes the pulse of a training clip of its composer. It is put into the noise that the piece
is made out of: a share of the noise comes back every cycle, and so does what the denoiser hears in
it, varied by the rest. So does a share of the rest with phrases.
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

# A cycle may end within a block. Then 128 latents of 32 frames keep this share of the noise that
# comes back: a mean over all places.
_KEPT = 0.87
_MOST_SHARE = 0.95  # beyond, all cycles would be one
_PHRASE_CYCLES = 4  # 8 to 10 s in most pieces
_FORM = (0, 0, 1, 0)  # of phrases: A A B A
_LONGEST_FRAMES = round(PULSE_SECONDS[1] * FRAME_RATE_HZ)


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
        cycles = self.cycle_frames
        if not sound or ((cycles < 1) | (cycles > _LONGEST_FRAMES)).any():
            raise ValueError(f"{len(self.composer)} pulses")

    def draw(self, composer: int, rng: np.random.Generator) -> Pulse:
        """Return the pulse of one of the composer's clips."""
        place = int(rng.choice(np.flatnonzero(self.composer == composer)))
        return Pulse(float(self.strength[place]), int(self.cycle_frames[place]))


def find_pulse(clip: Frames) -> Pulse:
    """Return the pulse of a clip (frames, bins) in [0, 1].

    Its cycle is as many of its own periods as 2.5 s hold, so that a piece repeats itself rarely.
    """
    strength, seconds = measure_pulse(find_onsets(clip))
    if not strength:
        return NO_PULSE
    seconds *= max(1, int(PULSE_SECONDS[1] / seconds))
    return Pulse(min(strength, 1.0), min(round(seconds * FRAME_RATE_HZ), _LONGEST_FRAMES))


def collect_pulses(clips: Sequence[Pulse], composer: NDArray[np.int64]) -> Pulses:
    """Return the pulses of clips; `composer` (clips,) has each one's place, from 0."""
    strengths, cycles = zip(*clips, strict=True)
    return Pulses(composer, np.array(strengths, np.float32), np.array(cycles, np.int64))


def draw_recurring_noise(
    basis: LappedBasis,
    blocks: int,
    pulse: Pulse,
    rng: np.random.Generator,
    cycle: Frames | None = None,
) -> Frames:
    """Return noise (blocks, components) of variance 1, of which a share comes back every cycle.

    Of what is new in each cycle, the same share comes back with phrases of four cycles, in the form
    A A B A. A `cycle` of `find_cycle` comes back instead of a new one.

    What comes back is noise of frames, as coefficients of the basis. The basis is orthonormal, so
    they are white noise too, if the cycle is longer than two blocks; a shorter one counts several
    times. The noise has mean 0 over a cycle and over a phrase, so that the piece keeps its mean.
    """
    noise = rng.standard_normal((blocks, len(basis.deviations)), dtype=np.float32)
    if not pulse.strength:
        return noise
    spectra = len(basis.synthesis)
    if cycle is None:
        times = -(-2 * basis.block_frames // pulse.cycle_frames)
        cycle = rng.standard_normal((times * pulse.cycle_frames, spectra), dtype=np.float32)
        cycle -= cycle.mean(axis=0)
    phrase_frames = _PHRASE_CYCLES * len(cycle)
    phrases = rng.standard_normal((len(set(_FORM)), phrase_frames, spectra), dtype=np.float32)
    phrases -= phrases.mean(axis=1, keepdims=True)
    frames = np.arange(blocks * basis.block_frames)
    number, place = np.divmod(frames, phrase_frames)
    share = min(pulse.strength / _KEPT, _MOST_SHARE)
    for again in (phrases[np.take(_FORM, number % len(_FORM)), place], cycle[frames % len(cycle)]):
        noise = np.sqrt(share) * basis.project(again) + np.sqrt(1 - share) * noise
    return np.asarray(noise, np.float32)


def find_cycle(basis: LappedBasis, noise: Frames, pulse: Pulse) -> Frames:
    """Return what comes back in noise (blocks, components): its mean over cycles.

    It has shape (cycle_frames, spectra), and variance 1 over all coefficients of the basis.
    """
    spectra = basis.unproject(noise)
    places = np.arange(len(spectra)) % pulse.cycle_frames
    sums = np.zeros((pulse.cycle_frames, spectra.shape[1]), np.float32)
    np.add.at(sums, places, spectra)
    counts = np.maximum(np.bincount(places, minlength=len(sums)), 1)
    cycle = np.asarray(sums / counts[:, None], np.float32)
    cycle -= cycle.mean(axis=0)
    return cycle / np.float32(max(float(basis.project(cycle[places]).std()), 1e-6))
