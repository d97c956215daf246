"""Train, validation and test sides that share no group of recordings."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from takht.core.randomness import rng_for
from takht.errors import TakhtError

SIDES = ("train", "validation", "test")
_TRIES = 200  # groups that span composers may need several orders until all sides are covered


def number_groups(works: Sequence[str], pairs: Iterable[tuple[int, int]] = ()) -> list[int]:
    """Return a group number for each item; items of one work share a group.

    `pairs` holds positions of two items that stay together as well. Numbers follow the first
    member's position.
    """
    first: dict[str, int] = {}
    edges = [(first.setdefault(work, place), place) for place, work in enumerate(works)]
    edges += pairs
    earlier = list(range(len(works)))  # another member, or itself: the first of its group

    def find(place: int) -> int:
        while earlier[place] != place:
            earlier[place] = earlier[earlier[place]]
            place = earlier[place]
        return place

    for edge in edges:
        first_member, other = sorted(map(find, edge))
        earlier[other] = first_member
    numbers: dict[int, int] = {}
    return [numbers.setdefault(find(place), len(numbers)) for place in range(len(works))]


def assign_sides(
    composers: Sequence[str],
    groups: Sequence[int],
    works: Sequence[str],
    shares: Mapping[str, float],
    seed: int,
) -> list[str]:
    """Return a side for every recording: groups stay whole, every composer is on every side.

    Groups are ranked by a number drawn for the name of their first work; the first ranks of a
    composer are tested on, the next validate. So a recording that is added moves few others, and
    one that is renamed without change of its work none. A group may hold recordings of several
    composers (one work played by two).

    Raises:
        TakhtError: a composer cannot be on every side; names each one and its number of groups.
    """
    names, column = np.unique(list(composers), return_inverse=True)
    numbers, row = np.unique(list(groups), return_inverse=True)
    counts = np.zeros((len(numbers), len(names)), np.int64)
    np.add.at(counts, (row, column), 1)
    few = dict(zip(names.tolist(), np.count_nonzero(counts, axis=0).tolist(), strict=True))
    few = {name: count for name, count in few.items() if count < len(SIDES)}
    if few:
        raise TakhtError(_too_small(few))
    sizes = zip(names.tolist(), counts.sum(axis=0).tolist(), strict=True)
    quotas = np.array([_quotas(name, size, shares, seed) for name, size in sizes])
    first_work: dict[int, str] = {}
    for group, work in zip(groups, works, strict=True):
        first_work[group] = min(work, first_work.get(group, work))
    # Those that would fill a side by themselves come last, and so train.
    is_large = (counts > quotas.min(axis=1)).any(axis=1)
    for attempt in range(_TRIES):
        ranks = [
            rng_for(seed, "split", attempt, first_work[group]).random()
            for group in numbers.tolist()
        ]
        order = np.lexsort([ranks, is_large])
        chosen = _assigned(counts[order], quotas.T)
        if chosen is not None:
            side_of = dict(zip(numbers[order].tolist(), chosen, strict=True))
            return [side_of[group] for group in groups]
    raise TakhtError(
        f"split: no way found in {_TRIES} tries to have all {counts.shape[1]} composers on all of "
        "train, validation and test, because works span composers; add recordings, or split works "
        "more finely in recordings.csv"
    )


def _quotas(composer: str, recordings: int, shares: Mapping[str, float], seed: int) -> list[int]:
    """Return how many recordings of a composer test and validate, at least one each.

    Fractions are rounded up or down by lot, one way for each, so that the shares are right overall.
    """
    lot = rng_for(seed, "quota", composer).random()
    lots = {"test": lot, "validation": 1 - lot}
    return [max(1, int(shares[side] * recordings + lots[side])) for side in lots]


def _assigned(counts: np.ndarray, quotas: np.ndarray) -> list[str] | None:
    """Return a side for each group in turn, or None when a composer is missing on one.

    `counts` has shape (groups, composers): recordings of each composer in each group. `quotas`
    has shape (2, composers), for test and validation; the rest trains.
    """
    held = np.zeros((len(SIDES), counts.shape[1]), dtype=int)
    sides = []
    for group in counts:
        own = group > 0
        place = 2
        for number, quota in enumerate(quotas):
            fits = (held[number] + group <= quota)[own].all()
            if fits or (held[number][own] == 0).any():
                place = number
                break
        held[place] += group
        sides.append(("test", "validation", "train")[place])
    return sides if (held > 0).all() else None


def _too_small(few: Mapping[str, int]) -> str:
    return "\n".join(
        f"split: {name}: a composer needs at least 3 recordings of different works, one for each "
        f"side, got {count}; add recordings, or set split.drop_small_composers: true"
        for name, count in few.items()
    )
