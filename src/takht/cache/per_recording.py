"""The same work on many recordings, done again only for those that changed."""

import json
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from takht.cache.file_hashes import RecentHashes
from takht.cache.store import Store, open_store
from takht.core.hashing import hash_text
from takht.runtime.atomic import remove_path
from takht.runtime.code_hash import hash_function
from takht.runtime.parallel import map_unordered


class Task(NamedTuple):
    """What is made of one recording.

    `target` is its place below the output folder. The product follows from the content of the
    files at or below `inputs`, from `values` (JSON) and from the code; `item` is what the code is
    given, and tells it where those are.
    """

    target: str
    inputs: tuple[Path, ...]
    values: Any
    item: Any


@dataclass(frozen=True)
class RecordingCache:
    """What `function(item, target)` makes of tasks: a file or folder at `target`, and a note.

    The note is JSON, never None. Where `is_kept(note)` is false, the store does not get it.
    """

    function: Callable[[Any, Path], Any]
    label: str
    unit: str = "recording"
    threads: bool = False  # see `map_unordered`
    is_kept: Callable[[Any], bool] = lambda _: True

    def map(self, tasks: Sequence[Task], folder: Path) -> list[Any]:
        """Put every task's product into `folder` and return the notes."""
        kept = open_store()
        keys = self._keys(tasks, kept.hashes)
        notes = kept.fetch_all(keys, [folder / task.target for task in tasks])
        return self._completed(tasks, folder, notes, keys, kept)

    def map_notes(self, tasks: Sequence[Task], scratch: Path) -> list[Any]:
        """Return the notes alone; products that are made on the way pass through `scratch`."""
        kept = open_store()
        keys = self._keys(tasks, kept.hashes)
        notes = [kept.note(key) for key in keys]
        return self._completed(tasks, scratch, notes, keys, kept, passing=True)

    def _keys(self, tasks: Sequence[Task], hashes: RecentHashes) -> list[str]:
        code = hash_function(self.function)
        made_of = zip(tasks, hashes.hash_groups(task.inputs for task in tasks), strict=True)
        return [
            hash_text(json.dumps([code, task.values, inputs], sort_keys=True))
            for task, inputs in made_of
        ]

    def _completed(
        self,
        tasks: Sequence[Task],
        folder: Path,
        notes: list[Any],
        keys: list[str],
        kept: Store,
        *,
        passing: bool = False,
    ) -> list[Any]:
        missing = [place for place, note in enumerate(notes) if note is None]
        kept.sweep()
        kept.hashes.save()
        self._report(len(missing), len(tasks))
        pairs = [(tasks[place].item, folder / tasks[place].target) for place in missing]
        run = partial(_made, self.function)
        made = map_unordered(
            run, pairs, label=self.label, unit=self.unit, threads=self.threads, cluster=True
        )
        with closing(made):  # at once, whatever ends the run: its workers go with it
            for number, note in made:
                place = missing[number]
                # Kept as it comes: what is finished survives whatever ends the run.
                if self.is_kept(note):
                    kept.keep(keys[place], pairs[number][1], note)
                if passing:
                    remove_path(pairs[number][1])
                notes[place] = json.loads(json.dumps(note))  # as it will come from the store
        if missing:
            kept.tidy()
        return notes

    def _report(self, missing: int, every: int) -> None:
        if missing < every:
            sys.stderr.write(f"{self.label}: {missing} made, {every - missing} kept\n")


def _made(function: Callable[[Any, Path], Any], pair: tuple[Any, Path]) -> Any:
    item, target = pair
    remove_path(target)  # what an attempt that was killed left
    target.parent.mkdir(parents=True, exist_ok=True)
    return function(item, target)
