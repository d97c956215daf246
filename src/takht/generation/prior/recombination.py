"""Blocks put together from those of training clips.

What follows a block is the successor of one of the training blocks most like it, never of that
block itself, so that no two blocks follow one another as they did. Efros & Leung 1999, for texture;
Schödl et al. 2000, for video. A linear recurrence of equal latents blurs what pitch is heard, and
less of it is taken for its composer's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.core.randomness import rng_for
from takht.generation.prior.clip_description import ClipDescription

MIN_BLOCKS = 160  # of a trajectory, so that its scale is measured on a minute
_APART_BLOCKS = 4  # from a block, within which another is the same moment
_NEIGHBOURS_TRIED = (1, 2, 4, 8, 16, 32, 64)
_PERSISTENCES = np.arange(0, 0.61, 0.02)


@dataclass(frozen=True)
class Recombination:
    """The blocks of all training clips; drawing takes NumPy alone."""

    trajectories: NDArray[np.float32]  # (blocks, latents), of all training clips, at unit scale
    envelopes: NDArray[np.float32]  # (blocks, block_frames), of their residual noise
    compared: NDArray[np.float32]  # (leading,), weights of the latents by which blocks are alike
    clip_of_block: NDArray[np.int64]  # (blocks,), rising
    composer_of_clip: NDArray[np.int64]  # (clips,)
    persistence: float  # share of a block that lives on in the next, for trajectories to be as slow
    neighbours: int  # among whose successors the next block is drawn

    @property
    def block_frames(self) -> int:
        """Frames of a block."""
        return int(self.envelopes.shape[1])

    @property
    def latents(self) -> int:
        """Latents of a block."""
        return int(self.trajectories.shape[1])

    def draw(
        self, composer: int, _style: NDArray[np.float32], blocks: int, rng: np.random.Generator
    ) -> tuple[Frames, Frames]:
        """Return latents (blocks, latents) at unit scale, and envelopes (blocks, block_frames)."""
        walk = self.walk(composer, max(blocks, MIN_BLOCKS), rng)
        trajectory = ar1_smooth(self.trajectories[walk], self.persistence)
        trajectory = (trajectory - trajectory.mean(axis=0)) / np.maximum(
            trajectory.std(axis=0), 0.3
        )
        return trajectory[:blocks], self.envelopes[walk[:blocks]]

    def walk(self, composer: int, blocks: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Return a path through the composer's blocks, (blocks,): places in `trajectories`."""
        own = np.flatnonzero(self.composer_of_clip[self.clip_of_block] == composer)
        own = own[:-1][np.diff(self.clip_of_block[own]) == 0]  # those with a successor
        alike = self.trajectories[own, : len(self.compared)] * self.compared
        count = min(self.neighbours, max(1, len(own) // 10))
        walk = np.empty(blocks, np.int64)
        place = int(rng.choice(own))
        for t in range(blocks):
            walk[t] = place
            here = self.trajectories[place, : len(self.compared)] * self.compared
            distances = np.sum((alike - here) ** 2, axis=1)
            distances[np.abs(own - place) < _APART_BLOCKS] = np.inf
            near = np.argpartition(distances, count)[:count]
            place = int(own[rng.choice(np.sort(near))]) + 1
        return walk


def fit_recombination(
    clips: Sequence[ClipDescription],
    validation: Sequence[ClipDescription],
    composer_of_clip: NDArray[np.int64],
    compared: NDArray[np.float32],
    neighbours: int,
) -> tuple[Recombination, pd.DataFrame]:
    """Return the recombination, and its error on validation clips for each number of neighbours.

    `compared` (leading,) weighs the leading latents. Columns: neighbours and unexplained_variance,
    the share of the variance of a block that the mean successor of so many neighbours leaves over;
    1 is what knowing nothing leaves.
    """
    found = Recombination(
        trajectories=np.concatenate([clip.trajectory for clip in clips]),
        envelopes=np.concatenate([clip.block_envelopes for clip in clips]),
        compared=compared,
        clip_of_block=np.repeat(np.arange(len(clips)), [len(clip.latents) for clip in clips]),
        composer_of_clip=composer_of_clip,
        persistence=0.0,
        neighbours=neighbours,
    )
    found = replace(found, persistence=_persistence(found, clips))
    return found, _judged(found, validation)


def ar1_smooth(trajectory: Frames, persistence: float) -> Frames:
    """Return a trajectory (blocks, latents), in its unit, each block faded over the next ones."""
    slow = trajectory.copy()
    for t in range(1, len(slow)):
        slow[t] += np.float32(persistence) * slow[t - 1]
    return slow


def _persistence(found: Recombination, clips: Sequence[ClipDescription]) -> float:
    """Return the persistence at which walks remember from block to block as clips do."""
    weights = found.compared
    wanted = np.mean([_memory(clip.trajectory[:, : len(weights)] * weights) for clip in clips])
    walks = [
        found.trajectories[found.walk(number, MIN_BLOCKS, rng_for(0, "persistence", number))]
        for number in np.unique(found.composer_of_clip).tolist()
    ]
    walks = [walk[:, : len(weights)] * weights for walk in walks]
    slow = [
        np.mean([_memory(ar1_smooth(walk, share)) for walk in walks]) for share in _PERSISTENCES
    ]
    return float(_PERSISTENCES[int(np.argmin(np.abs(np.array(slow) - wanted)))])


def _memory(trajectory: Frames) -> float:
    """Return the correlation of a trajectory (blocks, latents) with itself a block later."""
    centred = trajectory - trajectory.mean(axis=0)
    return float(np.sum(centred[1:] * centred[:-1]) / max(float(np.sum(centred**2)), 1e-9))


def _judged(found: Recombination, validation: Sequence[ClipDescription]) -> pd.DataFrame:
    """Return what the mean of so many neighbours' successors leaves of validation's next blocks.

    Neighbours are of all composers: validation clips may be of new works of any.
    """
    leading = len(found.compared)
    has_next = np.flatnonzero(np.diff(found.clip_of_block) == 0)
    alike = found.trajectories[has_next, :leading] * found.compared
    most = max(_NEIGHBOURS_TRIED)
    left, total = np.zeros(len(_NEIGHBOURS_TRIED)), 0.0
    for clip in validation:
        here = clip.trajectory[:-1, :leading] * found.compared
        distances = np.sum(alike**2, axis=1) - 2 * here @ alike.T
        near = has_next[np.argsort(distances, axis=1, kind="stable")[:, :most]] + 1
        after = clip.trajectory[1:, :leading] * found.compared
        total += float(np.sum(after**2))
        for place, count in enumerate(_NEIGHBOURS_TRIED):
            mean = found.trajectories[near[:, :count], :leading].mean(axis=1) * found.compared
            left[place] += float(np.sum((after - mean) ** 2))
    return pd.DataFrame({"neighbours": _NEIGHBOURS_TRIED, "unexplained_variance": left / total})
