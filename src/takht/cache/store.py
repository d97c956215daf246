"""Finished pieces of earlier runs, kept outside the outputs under a hash of what made them.

<root>/<2 digits>/<key>/product      a file or a folder, absent where only the note counts
<root>/<2 digits>/<key>/entry.json   the note, size and hash of every file, and a hash of these
<root>/partial/                      entries that are being made or thrown away
<root>/hashes.sqlite                 hashes of the last hour
<root>/bytes                         bytes of all entries when last counted, then of each new one

An entry enters by rename and is checked in full before it is used, so one that is damaged,
half gone or made by a run beside this one is never taken for a good one. Any part of the folder may
be deleted at any time.
"""

import contextlib
import errno
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from takht.cache import store_folder
from takht.cache.file_hashes import RecentHashes
from takht.core.hashing import walk_files
from takht.runtime.atomic import remove_path
from takht.runtime.cores import count_cores

_given_up: set[Path] = set()  # stores of which was said that they cannot keep


class Damaged(Exception):
    """An entry that is not what was put in."""


@dataclass(frozen=True)
class Store:
    """Pieces in a folder, the longest unused thrown out first where they pass the limit."""

    root: Path
    limit_bytes: int
    hashes: RecentHashes = field(default_factory=lambda: RecentHashes(None))

    def note(self, key: str) -> Any:
        """Return the note kept under a key, or None; its product is not looked at."""
        try:
            note = self._entry(key)["note"]
        except Damaged as error:
            self._throw_out_damaged(key, str(error))
            return None
        self._mark_used(key)
        return note

    def fetch(self, key: str, target: Path) -> Any:
        """Put the product kept under a key at `target` and return its note, or None.

        A damaged entry is named on stderr and thrown away.
        """
        return self.fetch_all([key], [target])[0]

    def fetch_all(self, keys: Sequence[str], targets: Sequence[Path]) -> list[Any]:
        """Do for each key and target what `fetch` does for one.

        Files whose hash is not known are read in threads, and files are copied in threads where
        the store is on another disk. Links take more time in threads.
        """
        with ThreadPoolExecutor(count_cores()) as pool:
            each = map if self._is_on_disk_of(targets) else pool.map
            pieces = list(zip(keys, targets, each(self._link, keys, targets), strict=True))
        files = [target / name for _, target, entry in pieces if entry for name in entry["files"]]
        hashes = dict(zip(files, self.hashes.hash_files(files), strict=True))
        notes = []
        for key, target, entry in pieces:
            changed = entry and [
                name
                for name, (_, sha256) in entry["files"].items()
                if hashes[target / name] != sha256
            ]
            if changed:
                remove_path(target)
                self._throw_out_damaged(key, f"{changed[0] or 'product'} is not what was kept")
            notes.append(entry["note"] if entry and not changed else None)
        return notes

    def keep(self, key: str, product: Path, note: Any) -> None:
        """Keep a product, where there is one, and its note; the files are shared, not copied.

        Where that fails, for want of room or of permission, one line on stderr says so: it costs
        a later run its time, and this one nothing.
        """
        with self._leniently():
            self._put(key, product, note)

    def replace(self, key: str, write: Callable[[Path], None], note: Any) -> None:
        """Keep what `write` puts into an empty folder, and a note, in place of an earlier entry.

        Where that fails, one line on stderr says so, as in `keep`.
        """
        with self._leniently(), store_folder.new_partial(self.root) as folder:
            write(folder)
            self.remove(key)
            self._put(key, folder, note)

    def remove(self, key: str) -> None:
        """Remove an entry, if there is one."""
        store_folder.remove_entry(self.root, self._folder(key))

    def tidy(self) -> None:
        """Throw out what was unused longest, down to the limit."""
        if not store_folder.is_within(self.root, self.limit_bytes):
            store_folder.remove_oldest(self.root, self.limit_bytes)

    def sweep(self) -> None:
        """Remove what killed runs left half made."""
        store_folder.remove_partial(self.root)

    @contextlib.contextmanager
    def _leniently(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self.root not in _given_up:
                _given_up.add(self.root)
                sys.stderr.write(
                    f"{self.root}: cannot keep finished results ({error.strerror or error}); free "
                    "space, or set TAKHT_STORE to another folder\n"
                )

    def _put(self, key: str, product: Path, note: Any) -> None:
        files: dict[str, tuple[int, str]] = {}
        with store_folder.new_partial(self.root) as partial:
            for file in walk_files(product):
                name = "" if file == product else file.relative_to(product).as_posix()
                _link_file(file, partial / "product" / name)
                files[name] = file.stat().st_size, self.hashes.hash_file(file)
            content = {"note": note, "files": files}
            text = json.dumps({**content, "sha256": _check(content)}, ensure_ascii=False)
            (partial / "entry.json").write_text(text, encoding="utf-8")
            self._folder(key).parent.mkdir(exist_ok=True)
            try:
                partial.rename(self._folder(key))
            except OSError as error:
                if error.errno in {errno.EEXIST, errno.ENOTEMPTY}:  # a run beside us was first
                    return
                raise
            store_folder.add_bytes(self.root, sum(size for size, _ in files.values()))

    def _is_on_disk_of(self, targets: Sequence[Path]) -> bool:
        for folder in (folder for target in targets[:1] for folder in target.parents):
            with contextlib.suppress(OSError):  # not made yet
                return folder.stat().st_dev == self.root.stat().st_dev
        return False

    def _link(self, key: str, target: Path) -> dict[str, Any] | None:
        """Put a product at `target`, unchecked; return its entry, or None."""
        try:
            entry = self._entry(key)
            self._mark_used(key)
            for name in entry["files"]:
                _link_file(self._folder(key) / "product" / name, target / name)
        except (Damaged, FileNotFoundError) as error:
            remove_path(target)
            self._throw_out_damaged(key, str(error))
            return None
        return entry

    def _folder(self, key: str) -> Path:
        return self.root / key[:2] / key

    def _entry(self, key: str) -> dict[str, Any]:
        try:
            entry: dict[str, Any] = json.loads((self._folder(key) / "entry.json").read_bytes())
            if entry.pop("sha256") == _check(entry):
                return entry
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise Damaged(str(error)) from None
        raise Damaged("entry.json is not what was kept")

    def _mark_used(self, key: str) -> None:
        with contextlib.suppress(OSError):  # gone, or not ours to write to
            os.utime(self._folder(key) / "entry.json")

    def _throw_out_damaged(self, key: str, reason: str) -> None:
        if self._folder(key).exists():
            sys.stderr.write(f"{self._folder(key)}: damaged ({reason}); made again\n")
            self.remove(key)


class NoStore(Store):
    """What stands in for a store where none is wanted: it keeps nothing."""

    def note(self, key: str) -> Any:
        """Return None."""

    def fetch_all(self, keys: Sequence[str], targets: Sequence[Path]) -> list[Any]:
        """Return None for each key."""
        return [None for _ in zip(keys, targets, strict=True)]

    def keep(self, key: str, product: Path, note: Any) -> None:
        """Do nothing."""

    def replace(self, key: str, write: Callable[[Path], None], note: Any) -> None:
        """Do nothing."""

    def tidy(self) -> None:
        """Do nothing."""

    def sweep(self) -> None:
        """Do nothing."""


def open_store() -> Store:
    """Return the store of this project.

    Raises:
        TakhtError: TAKHT_STORE_GB is no size.
    """
    root, limit = store_folder.locate_store(), store_folder.read_limit_bytes()
    if not limit:
        return NoStore(root, limit)
    return Store(root, limit, RecentHashes(root / "hashes.sqlite"))


def _link_file(source: Path, target: Path) -> None:
    """Make `target` the same file as `source`, or a copy on another file system."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)


def _check(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
