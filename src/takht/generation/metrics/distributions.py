"""How near samples are to real music, as sets: distributions, copying, rate.

Conventions: an embedding is (items, dimensions); a spectrogram is (frames, bins), in [0, 1].
"""

import numpy as np
from numpy.typing import NDArray
from scipy import linalg
from scipy.spatial.distance import cdist, pdist

from takht.core.arrays import Frames

Embedding = NDArray[np.floating]
NEIGHBOURS = 5
# where cells of bins begin, and the end of the last
CELL_EDGES = np.concatenate([np.arange(0, 96, 4), np.geomspace(96, 513, 42).round().astype(int)])
_LEAST = 1e-12
_LEAST_MOVEMENT = 0.01  # of an excerpt in [0, 1] about its clip's mean, standard deviation
_MOST_SEARCHED, _SEARCHED_AT_ONCE = 2000, 500  # excerpts


def frechet_distance(first: Embedding, second: Embedding) -> float:
    """Return the squared Wasserstein-2 distance of the Gaussians fitted to two sets.

    Kilgour et al. 2019. It falls with the number of items of a set: compare sets of one size only.
    """
    gap = first.mean(axis=0) - second.mean(axis=0)
    a, b = np.atleast_2d(np.cov(first.T)), np.atleast_2d(np.cov(second.T))
    # trace of sqrt(a b), by the eigenvalues of the symmetric sqrt(a) b sqrt(a)
    values, vectors = linalg.eigh(a)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    cross = np.sqrt(np.maximum(linalg.eigvalsh(root @ b @ root), 0)).sum()
    return float(gap @ gap + np.trace(a) + np.trace(b) - 2 * cross)


def coverage(real: Embedding, made: Embedding, neighbours: int = NEIGHBOURS) -> float:
    """Return the share of real items that have a made item near, as near as a k-th real neighbour.

    Of few items, k is the number of the others. Naeem et al. 2020.
    """
    neighbours = min(neighbours, len(real) - 1)
    radii = np.sort(cdist(real, real), axis=1)[:, neighbours]  # place 0 is the item itself
    return float((cdist(real, made) < radii[:, None]).any(axis=1).mean())


def diversity(real: Embedding, made: Embedding) -> float:
    """Return the mean distance between made items over that between real items."""
    return float(pdist(made).mean() / max(float(pdist(real).mean()), _LEAST))


def cut_patches(frames: Frames, length: int, step: int) -> NDArray[np.float32]:
    """Return excerpts of `length` frames of 513 bins, as means of cells, (n, cells).

    A cell lasts 8 frames and has 4 bins up to 2 kHz, above that a 25th of its frequency.
    Excerpts are about the clip's mean spectrum, which all excerpts of a clip share. What hardly
    moves about it is left out: its correlation with anything is chance.
    """
    moving = np.add.reduceat(frames - frames.mean(axis=0), CELL_EDGES[:-1], axis=1)
    moving /= np.diff(CELL_EDGES)
    starts = range(0, len(frames) - length + 1, step)
    cuts = [moving[s : s + length].reshape(length // 8, 8, -1).mean(axis=1) for s in starts]
    rows = np.array([cut.ravel() for cut in cuts], np.float32)
    rows = rows.reshape(len(cuts), length // 8 * (len(CELL_EDGES) - 1))
    return np.asarray(rows[rows.std(axis=1) > _LEAST_MOVEMENT])


def memorisation_distance_ratio(
    train: Embedding, held_out: Embedding, made: Embedding
) -> tuple[float, float]:
    """Return nearest-neighbour distance to the training set, made over held-out: least, median.

    Of two sets of one size, 1 - Pearson correlation, so neither level nor contrast hides a copy.
    """
    size = min(len(held_out), len(made), _MOST_SEARCHED)
    held, ours = (_nearest(thin(rows, size), train) for rows in (held_out, made))
    least = float(ours.min() / max(float(held.min()), _LEAST))
    return least, float(np.median(ours) / max(float(np.median(held)), _LEAST))


def thin(rows: Embedding, size: int) -> Embedding:
    """Return `size` of the rows (items, dimensions), evenly spread, in their unit."""
    return np.asarray(rows[np.linspace(0, len(rows) - 1, size).round().astype(int)])


def active_units(means: NDArray[np.floating], threshold: float = 0.01) -> int:
    """Return the count of latents whose means (items, latents) have a variance above 0.01.

    Burda, Grosse & Salakhutdinov 2016.
    """
    return int(np.sum(means.var(axis=0) > threshold))


def kl_nats(means: NDArray[np.floating], log_variances: NDArray[np.floating]) -> float:
    """Return the KL divergence of (items, latents) posteriors from N(0, 1), mean an item, nats."""
    each = np.exp(log_variances) + means**2 - 1 - log_variances
    return float(0.5 * each.sum(axis=1).mean())


def bits_per_second(nats: float, seconds: float) -> float:
    """Return the rate of a code that costs so many nats every so many seconds."""
    return float(nats / np.log(2) / seconds)


def _nearest(rows: Embedding, others: Embedding) -> NDArray[np.floating]:
    """Return 1 - correlation of each row with the most alike of the others, shape (rows,)."""
    units = []
    for table in (rows, others):
        centred = table - table.mean(axis=1, keepdims=True)
        units.append(centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), _LEAST))
    few = [units[0][s : s + _SEARCHED_AT_ONCE] for s in range(0, len(rows), _SEARCHED_AT_ONCE)]
    return np.concatenate([1 - (part @ units[1].T).max(axis=1) for part in few])
