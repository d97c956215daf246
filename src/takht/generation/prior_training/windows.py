"""Windows of blocks, cut from clips that the prior has described."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from takht.core.arrays import Frames, pick_evenly
from takht.generation.prior.clip_description import ClipDescription

_BATCH = 256  # windows in memory at a time; all of them overlap, and are many times the clips


class Windows(NamedTuple):
    """Places of windows in blocks that stand end to end, and what is known of each."""

    blocks: Frames  # (blocks, latents), at unit scale
    starts: NDArray[np.int64]  # (windows,)
    clip: NDArray[np.int64]  # (windows,), which clip each is of
    length: int  # of a window, blocks

    def read(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return windows (places, length, latents)."""
        return np.asarray(self.blocks[self.starts[places][:, None] + np.arange(self.length)])

    def thin(self, most: int) -> "Windows":
        """Return at most so many of the windows, evenly spread."""
        kept = pick_evenly(len(self.starts), most)
        return self._replace(starts=self.starts[kept], clip=self.clip[kept])

    def read_all(self) -> Iterator[NDArray[np.float32]]:
        """Yield all windows in batches (at most 256, length, latents)."""
        places = np.arange(len(self.starts))
        for first in range(0, len(places), _BATCH):
            yield self.read(places[first : first + _BATCH])


def cut_windows(clips: Sequence[ClipDescription], length: int, step: int) -> Windows:
    """Return all windows of `length` blocks, one every `step` blocks; of shorter clips none."""
    blocks, starts, numbers, first = [], [], [], 0
    for number, clip in enumerate(clips):
        blocks.append(clip.trajectory)
        own = np.arange(0, len(clip.latents) - length + 1, step)
        starts.append(first + own)
        numbers.append(np.full(len(own), number))
        first += len(clip.latents)
    return Windows(np.concatenate(blocks), np.concatenate(starts), np.concatenate(numbers), length)
