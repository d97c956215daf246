"""What is made of recordings: as a codec keeps them, and morphs."""

import numpy as np

from takht.core.arrays import Frames
from takht.errors import TakhtError
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import LappedPca
from takht.generation.spectrogram.pulse import FRAME_RATE_HZ


def reconstruct(codec: LappedPca | BlockPca, frames: Frames) -> Frames:
    """Return a spectrogram (frames, bins) after a codec, as long as it was, in [0, 1].

    The last block is filled up with its last frame, and what was filled in is cut off again.
    """
    lacking = -len(frames) % codec.block_frames
    padded = np.pad(frames, ((0, lacking), (0, 0)), mode="edge")
    if isinstance(codec, BlockPca):
        return codec.reconstruct(padded)[: len(frames)]
    return codec.decode(*codec.encode(padded))[: len(frames)]


def morph(codec: LappedPca, first: Frames, second: Frames) -> Frames:
    """Return a spectrogram (frames, bins) in [0, 1] that begins as the first, ends as the second.

    It is as long as the shorter one, in whole blocks. Latents cross-fade at
    equal power, which keeps their variance; the mean spectrum glides.

    Raises:
        TakhtError: one is shorter than a block.
    """
    shorter = min(len(first), len(second))
    if shorter < codec.block_frames:
        raise TakhtError(
            f"morph: the shorter recording has {shorter / FRAME_RATE_HZ:.2f} s, less than the "
            f"{codec.block_frames / FRAME_RATE_HZ:.2f} s of a block; choose longer recordings"
        )
    length = shorter // codec.block_frames * codec.block_frames
    mean_spectrum, latents = codec.encode(first[:length])
    other_mean_spectrum, other = codec.encode(second[:length])
    share = np.linspace(0, 1, len(latents), dtype=np.float32)[:, None]
    mixed = np.asarray(np.sqrt(1 - share) * latents + np.sqrt(share) * other, np.float32)
    middle = codec.decode(np.float32(0.5) * (mean_spectrum + other_mean_spectrum), mixed)
    along = np.linspace(-0.5, 0.5, length, dtype=np.float32)[:, None]
    return np.clip(middle + along * (other_mean_spectrum - mean_spectrum), 0, 1)
