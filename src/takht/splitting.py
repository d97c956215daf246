"""Train, validation and test sides that share no group of recordings."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
import scipy.sparse
from scipy.sparse.csgraph import connected_components

from takht.errors import TakhtError
from takht.randomness import rng_for

SIDES = ("train", "validation", "test")
_TRIES = 200  # groups that span composers may need several orders until all sides are covered


def groups_of(links: Sequence[Sequence[str]], pairs: Iterable[tuple[int, int]] = ()) -> list[int]:
    """Return a group number for each item; items that share a value in any column share a group.

    `links` holds one sequence of values per reason to stay together (work, audio …), each with an
    entry per item; `pairs` holds positions of two items that stay together as well. Numbers follow
    the first member's position.
    """
    count = len(links[0])
    edges = list(pairs)
    for values in links:
        first: dict[str, int] = {}
        edges += [(first.setdefault(value, place), place) for place, value in enumerate(values)]
    rows, columns = np.array(edges).T
    graph = scipy.sparse.coo_array((np.ones(len(edges)), (rows, columns)), shape=(count, count))
    numbers: list[int] = connected_components(graph, directed=False)[1].tolist()
    return numbers


def sides_for(
    composers: Sequence[str], groups: Sequence[int], shares: Mapping[str, float], seed: int
) -> list[str]:
    """Return a side for every recording: groups stay whole, every composer is on every side.

    Groups come in an order drawn from the seed; each goes where its composers lack most of their
    share. A group may hold recordings of several composers (one work played by two).

    Raises:
        TakhtError: a composer cannot be on every side; names each one and its number of groups.
    """
    table = pd.crosstab(pd.Series(groups, name="group"), pd.Series(composers, name="composer"))
    few = {str(name): int((column > 0).sum()) for name, column in table.items()}
    few = {name: count for name, count in few.items() if count < len(SIDES)}
    if few:
        raise TakhtError(_too_small(few))
    counts = table.to_numpy()
    for attempt in range(_TRIES):
        order = rng_for(seed, "split", attempt).permutation(len(counts))
        chosen = _assigned(counts[order], np.array([shares[side] for side in SIDES]))
        if chosen is not None:
            side_of = dict(zip(table.index[order], chosen, strict=True))
            return [SIDES[side_of[group]] for group in groups]
    raise TakhtError(
        f"split: no way found in {_TRIES} tries to have all {counts.shape[1]} composers on all of "
        "train, validation and test, because works span composers; add recordings, or split works "
        "more finely in recordings.csv"
    )


def _assigned(counts: np.ndarray, shares: np.ndarray) -> list[int] | None:
    """Return a side number a group, or None when a composer is missing on a side.

    `counts` has shape (groups, composers): recordings of each composer in each group.
    """
    wanted = counts.sum(axis=0) * shares[:, None]  # (sides, composers)
    held = np.zeros_like(wanted)
    sides = []
    for group in counts:
        lack = (wanted - held) / wanted  # 1 where a composer has nothing on a side yet
        side = int(np.argmax(lack @ group))
        held[side] += group
        sides.append(side)
    return sides if (held > 0).all() else None


def _too_small(few: Mapping[str, int]) -> str:
    return "\n".join(
        f"split: {name}: a composer needs at least 3 recordings of different works, one for each "
        f"side, got {count}; add recordings, or set split.drop_small_composers: true"
        for name, count in few.items()
    )
