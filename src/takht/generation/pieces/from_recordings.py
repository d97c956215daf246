"""What is made of recordings: as a codec keeps them, how they may go on, and morphs."""

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.errors import TakhtError
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import LappedPca
from takht.generation.pieces.pieces import decode_piece
from takht.generation.prior.clip_description import describe_clip
from takht.generation.prior.prior import Prior
from takht.generation.prior.pulses import draw_recurring_noise, find_cycle
from takht.generation.spectrogram.decibel_range import power_of_unit
from takht.generation.spectrogram.pulse import FRAME_RATE_HZ

LEAST_SECONDS = 5.0  # about two of the longest cycles
MOST_KNOWN_SECONDS = 30.0  # of a recording that goes on; the denoiser sees 12 s at once
_FADE_FRAMES = 8  # 0.09 s, from the recording to what is made


def reconstruct(codec: LappedPca | BlockPca, frames: Frames) -> Frames:
    """Return a spectrogram (frames, bins) after a codec, as long as it was, in [0, 1].

    The last block is filled up with its last frame, and what was filled in is cut off again.
    """
    lacking = -len(frames) % codec.block_frames
    padded = np.pad(frames, ((0, lacking), (0, 0)), mode="edge")
    if isinstance(codec, BlockPca):
        return codec.reconstruct(padded)[: len(frames)]
    return codec.decode(*codec.encode(padded))[: len(frames)]


def continue_recording(
    prior: Prior, frames: Frames, seconds: float, rng: np.random.Generator
) -> Frames:
    """Return a recording and new music after it, of `seconds` or more, as (frames, 513) in [0, 1].

    `frames` (frames, 513) are the recording's; at its beginning, what fills no block is left out.
    The noise that would make the recording is recovered and goes on: its mean over cycles comes
    back (`takht.generation.prior.pulses`), the rest is new.

    Raises:
        TakhtError: the recording is too short.
    """
    seconds_known = len(frames) / FRAME_RATE_HZ
    if seconds_known < LEAST_SECONDS:
        raise TakhtError(
            f"continue: the recording has {seconds_known:.2f} s before its quiet end, and "
            f"{LEAST_SECONDS:g} s are needed to find its pulse; choose a longer one"
        )
    codec = prior.codec
    known = frames[len(frames) % codec.block_frames :]
    # Blocks reach into the next one: the last known one into its own mirror image.
    clip = describe_clip(codec, np.concatenate([known, known[: -codec.block_frames - 1 : -1]]))
    recovered = prior.blocks.recover_noise(clip.trajectory)[:-1]
    blocks = len(recovered) + int(np.ceil(seconds * FRAME_RATE_HZ / codec.block_frames))
    cycle = find_cycle(codec.basis, recovered, clip.pulse) if clip.pulse.strength else None
    noise = draw_recurring_noise(codec.basis, blocks, clip.pulse, rng, cycle)
    noise[: len(recovered)] = recovered
    latents = prior.blocks.draw_freely(noise) * clip.scales + clip.latents.mean(axis=0)
    made = decode_piece(codec, known.mean(axis=0), latents, prior.soften(clip.levels), rng)
    left = np.arange(len(known), 0, -1, dtype=np.float32)[:, None]  # frames before the new ones
    share = np.minimum(left / _FADE_FRAMES, 1)
    made[: len(known)] = share * known + (1 - share) * made[: len(known)]
    return made


def leave_out_quiet_end(frames: Frames) -> Frames:
    """Return frames (frames, 513) up to the last that is not 20 dB below the mean power."""
    power = power_of_unit(frames).sum(axis=1)
    (loud,) = np.nonzero(power >= power.mean() / 100)
    return frames[: loud[-1] + 1]


def morph(prior: Prior, first: Frames, second: Frames, rng: np.random.Generator) -> Frames:
    """Return a spectrogram (frames, 513) in [0, 1] that begins as the first, ends as the second.

    It is as long as the shorter one, in whole blocks. The noises that would make the two are
    recovered and faded into each other at equal power, so that it stays noise; music is made of
    it. Mean spectrum and scales glide; the residual noise has the mean level of both.

    Raises:
        TakhtError: one is shorter than a block.
    """
    codec = prior.codec
    shorter = min(len(first), len(second))
    if shorter < codec.block_frames:
        raise TakhtError(
            f"morph: the shorter recording has {shorter / FRAME_RATE_HZ:.2f} s, less than the "
            f"{codec.block_frames / FRAME_RATE_HZ:.2f} s of a block; choose longer recordings"
        )
    length = shorter // codec.block_frames * codec.block_frames
    known = [each[:length] for each in (first, second)]
    clips = [describe_clip(codec, each) for each in known]
    share = np.linspace(0, 1, len(clips[0].latents), dtype=np.float32)[:, None]
    begins, ends = (prior.blocks.recover_noise(clip.trajectory) for clip in clips)
    noise = np.asarray(np.sqrt(1 - share) * begins + np.sqrt(share) * ends, np.float32)
    drawn = prior.blocks.draw_freely(noise)
    scales = np.exp(_glide(share, *(np.log(clip.scales) for clip in clips)))
    latents = drawn * scales + _glide(share, *(clip.latents.mean(axis=0) for clip in clips))
    levels = prior.soften(np.float32(0.5) * (clips[0].levels + clips[1].levels))
    along = np.linspace(0, 1, length, dtype=np.float32)[:, None]
    spectrum = _glide(along, *(each.mean(axis=0) for each in known))
    return decode_piece(codec, spectrum, latents, levels, rng)


def _glide(share: Frames, first: NDArray[np.float32], last: NDArray[np.float32]) -> Frames:
    """Return rows (n, numbers) from the first (numbers,) to the last, by shares (n, 1)."""
    return first + share * (last - first)
