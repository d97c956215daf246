"""Windows of blocks, cut from clips that the prior has described."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.mean_spectrum import SpectrumPca
from takht.generation.prior.clip_description import ClipDescription


class Windows(NamedTuple):
    """Places of windows in blocks that stand end to end, and what is known of each."""

    blocks: Frames  # (blocks, numbers): latents at unit scale, and the noise's loudness
    starts: NDArray[np.int64]  # (windows,)
    clip: NDArray[np.int64]  # (windows,), which clip each is of
    length: int  # of a window, blocks

    def read(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return windows (places, length, numbers)."""
        return np.asarray(self.blocks[self.starts[places][:, None] + np.arange(self.length)])


def cut_windows(
    clips: Sequence[ClipDescription], envelope_pca: SpectrumPca, length: int, step: int
) -> Windows:
    """Return all windows of `length` blocks, one every `step` blocks; of shorter clips none."""
    blocks, starts, numbers, first = [], [], [], 0
    for number, clip in enumerate(clips):
        envelope = envelope_pca.encode(clip.block_envelopes)
        blocks.append(np.concatenate([clip.trajectory, envelope], axis=1))
        own = np.arange(0, len(clip.latents) - length + 1, step)
        starts.append(first + own)
        numbers.append(np.full(len(own), number))
        first += len(clip.latents)
    return Windows(np.concatenate(blocks), np.concatenate(starts), np.concatenate(numbers), length)
