"""From what a model makes to sounds of one loudness, never clipped."""

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter1d

from takht.core.arrays import Frames, Waveform
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.fine_detail import restore_detail
from takht.generation.codec.residual_noise import draw_noise
from takht.generation.pieces.protocols import ComposerPrior
from takht.generation.sound.griffin_lim import griffin_lim
from takht.generation.sound.loudness import normalize_loudness
from takht.generation.spectrogram.level_spectrogram import (
    HOP_SAMPLES,
    SAMPLE_RATE_HZ,
    recover_magnitude,
)
from takht.generation.study_vae.card import WINDOW_FRAMES
from takht.generation.study_vae.spectrogram import zero_phase

WHILE_BLOCKS = 32  # 12 s: a pattern of blocks that comes back for so long is no music
ITERATIONS = 16  # twice as many take 0.1 dB off the spectral distance and double the time


def compose_piece(
    prior: ComposerPrior,
    composer: int | None,
    seconds: float,
    rng: np.random.Generator,
) -> Frames:
    """Return the spectrogram (frames, 513) of a new piece, in [0, 1], of at least `seconds`.

    `composer` None is any composer.
    """
    return decode_piece(prior.codec, *prior.draw(composer, seconds, rng), rng)


def decode_piece(
    codec: LappedPca,
    mean_spectrum: Frames,
    latents: Frames,
    levels: NDArray[np.float32],
    rng: np.random.Generator,
) -> Frames:
    """Return the spectrogram (blocks * block_frames, 513), in [0, 1], of latents that were drawn.

    `latents` have shape (blocks, latents), `mean_spectrum` (513,) or one for each frame, and the
    `levels` (LEVELS,) are those of the residual noise.
    """
    moving = codec.basis.synthesise(latents * codec.basis.deviations)
    frames = remove_block_rate(moving, codec.block_frames) + mean_spectrum
    frames = restore_detail(frames, codec.fine_gains)
    frames += draw_noise(levels, codec.basis, len(frames), rng)
    return np.asarray(np.clip(frames, 0, 1), np.float32)


def remove_block_rate(frames: Frames, block_frames: int) -> Frames:
    """Return frames (blocks * block_frames, bins) without what comes back every block for a while.

    Where blocks begin has no meaning in music, so this pattern is an artefact. It can be heard.
    """
    blocks = frames.reshape(-1, block_frames, frames.shape[1])
    every_block = uniform_filter1d(blocks, WHILE_BLOCKS, axis=0)
    even = blocks - (every_block - every_block.mean(axis=1, keepdims=True))
    return np.asarray(even.reshape(frames.shape), np.float32)


def render_sound(frames: Frames, *, seed: int, seconds: float | None = None) -> Waveform:
    """Return the sound (samples,) of a spectrogram (frames, 513) in [0, 1].

    It lasts at most `seconds`, at -23 LUFS and not above -1 dBFS; `seed` chooses the first phases.
    """
    most = None if seconds is None else round(seconds * SAMPLE_RATE_HZ)
    wave = griffin_lim(
        recover_magnitude(frames), iterations=ITERATIONS, seed=seed, hop_samples=HOP_SAMPLES
    )
    return normalize_loudness(wave[:most], SAMPLE_RATE_HZ)


def render_study_sound(frames: Frames) -> Waveform:
    """Return the original's sound (samples,) of its spectrogram (frames, 256), at -23 LUFS."""
    return normalize_loudness(zero_phase(frames), SAMPLE_RATE_HZ)


def cut_windows(spectrogram: Frames) -> Frames:
    """Return windows (n, bins, 512) of the original, end to end, of (frames, bins) in [0, 1].

    What fills no window is left out.
    """
    count = len(spectrogram) // WINDOW_FRAMES
    whole = spectrogram[: count * WINDOW_FRAMES]
    return whole.reshape(count, WINDOW_FRAMES, -1).transpose(0, 2, 1)


def join_windows(windows: Frames) -> Frames:
    """Return the spectrogram (frames, bins), in [0, 1], of windows (n, bins, 512) end to end."""
    return windows.transpose(0, 2, 1).reshape(-1, windows.shape[1])
