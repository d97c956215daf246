"""Results for pairs of recordings, kept so that only new pairs are worked on.

The store has one entry for each first recording, with the results of all its pairs.
"""

import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from takht.cache.store import open_store
from takht.core.hashing import hash_text
from takht.runtime.code_hash import hash_function
from takht.runtime.parallel import map_unordered

_PAIRS_AT_ONCE = 256  # or some more: the pairs of a first recording stay together


class Pair(NamedTuple):
    """Two files, and text about both: a pair's result follows from their content and the text.

    `item` is what the code is given, and tells it where the files are.
    """

    first: Path
    second: Path
    text: str
    item: Any


def map_pairs(
    function: Callable[[Any], Any], pairs: Sequence[Pair], values: str, label: str
) -> list[Any]:
    """Return `function(item)`, which is JSON, of each pair; it follows from `values` too."""
    store, code = open_store(), hash_function(function)
    files = list(dict.fromkeys(file for pair in pairs for file in pair[:2]))
    hashes = dict(zip(files, store.hashes.hash_files(files), strict=True))
    keys = {
        file: hash_text(f"pairs {code} {values} {hashes[file]}")
        for file in dict.fromkeys(pair.first for pair in pairs)
    }
    places_of: dict[str, list[int]] = {}  # files of the same content share an entry
    for place, pair in enumerate(pairs):
        places_of.setdefault(keys[pair.first], []).append(place)
    kept = {key: store.note(key) or {} for key in places_of}
    names = [f"{hashes[pair.second]} {pair.text}" for pair in pairs]
    parts: list[list[int]] = [[]]
    for key, places in places_of.items():
        if len(parts[-1]) >= _PAIRS_AT_ONCE:
            parts.append([])
        parts[-1] += [place for place in places if names[place] not in kept[key]]
    parts = [part for part in parts if part]
    missing = sum(map(len, parts))
    if missing < len(pairs):
        sys.stderr.write(f"{label}: {missing} made, {len(pairs) - missing} kept\n")
    items = [[pairs[place].item for place in part] for part in parts]
    run = partial(_each, function)
    with closing(map_unordered(run, items, label=label, unit="part", cluster=True)) as made:
        for number, results in made:
            # Kept as it comes: what is finished survives whatever ends the run.
            changed = dict.fromkeys(keys[pairs[place].first] for place in parts[number])
            for place, result in zip(parts[number], results, strict=True):
                kept[keys[pairs[place].first]][names[place]] = result
            for key in changed:
                # Pairs of a candidate that is none any more are forgotten.
                kept[key] = {names[place]: kept[key][names[place]] for place in places_of[key]}
                store.replace(key, lambda _: None, kept[key])
    return [kept[keys[pair.first]][name] for pair, name in zip(pairs, names, strict=True)]


def _each(function: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    return [function(item) for item in items]
