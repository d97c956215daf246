"""How far a training came, kept in the store until its result is written.

Two entries take turns, so that one is whole while the other is replaced. They hold numbers and
JSON, checked against their hash: nothing in them is run.
"""

import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from takht.cache import store_folder
from takht.cache.store import Store, open_store
from takht.core import model_files
from takht.core.hashing import hash_text
from takht.errors import TakhtError
from takht.runtime.code_hash import hash_function

LEAST_SECONDS = 10.0  # of training between two saves
_LEAST_RATIO = 50.0  # of the seconds between two saves to those that the last one took


class Checkpoint:
    """The state of a training after an epoch. It is not saved before the checkpoint is opened."""

    def __init__(self, label: str = "training", unit: str = "epoch") -> None:
        self._label, self._unit = label, unit
        self._store: Store | None = None
        self._keys: list[str] = []  # of the entry that is replaced next, and of the other
        self._saved, self._took = time.monotonic(), 0.0

    def open(
        self, functions: Iterable[Callable[..., Any]], values: Any, inputs: Iterable[Path]
    ) -> None:
        """Find the training's place in the store, if there is a store.

        Its result must follow from the code of `functions`, from `values` (JSON) and from the
        content of the files at or below `inputs`: another code, value or content has another place.

        Raises:
            TakhtError: TAKHT_STORE_GB is no size.
        """
        store = open_store()
        if not store.limit_bytes:
            return
        store.sweep()
        code = [hash_function(each) for each in functions]
        text = json.dumps([code, values, store.hashes.hash_groups([inputs])[0]], sort_keys=True)
        self._store, self._keys = store, [hash_text(f"{turn} {text}") for turn in (0, 1)]

    def load(self, variables: Iterable[Any]) -> tuple[Any, list[Any]] | None:
        """Give Keras variables their saved values; return the note and the best arrays, or None."""
        if self._store is None:
            return None
        epochs = {key: kept["epoch"] for key in self._keys if (kept := self._store.note(key))}
        for key in sorted(epochs, key=epochs.__getitem__, reverse=True):
            if found := self._read(self._store, key):
                note, values, best = found
                for variable, value in zip(variables, values, strict=True):
                    variable.assign(value)
                self._keys.sort(key=key.__eq__)
                sys.stderr.write(f"{self._label}: goes on after {self._unit} {epochs[key]}\n")
                return note, best
        return None

    def is_due(self) -> bool:
        """Return whether enough was computed since the last save for another one."""
        pause_seconds = max(LEAST_SECONDS, _LEAST_RATIO * self._took)
        return self._store is not None and time.monotonic() - self._saved >= pause_seconds

    def save(self, epoch: int, note: Any, variables: Iterable[Any], best: Sequence[Any]) -> None:
        """Keep the state after an epoch: Keras variables, the best arrays, and a note (JSON).

        Where that fails, for want of room or of permission, one line on stderr says so.
        """
        if self._store is None:
            return
        started = time.monotonic()
        values = [each.numpy() for each in variables]
        arrays = {f"{place}": each for place, each in enumerate([*values, *best])}
        self._store.replace(
            self._keys[0],
            lambda folder: model_files.write_arrays(folder, store_folder.CHECKPOINT, arrays),
            {"epoch": epoch, "note": note, "variables": len(values)},
        )
        self._keys.reverse()
        self._saved = time.monotonic()
        self._took = self._saved - started

    def remove(self) -> None:
        """Remove the state: the result is written."""
        if self._store is not None:
            for key in self._keys:
                self._store.remove(key)

    def _read(self, store: Store, key: str) -> tuple[Any, list[Any], list[Any]] | None:
        try:
            with store_folder.new_partial(store.root) as folder:
                if (kept := store.fetch(key, folder / "product")) is None:
                    return None
                found = model_files.read_arrays(
                    folder / "product", store_folder.CHECKPOINT, largest=float("inf")
                )
        except (OSError, TakhtError) as error:
            sys.stderr.write(f"{self._label}: its checkpoint cannot be used ({error})\n")
            return None
        arrays = [found[f"{place}"] for place in range(len(found))]
        return kept["note"], arrays[: kept["variables"]], arrays[kept["variables"] :]
