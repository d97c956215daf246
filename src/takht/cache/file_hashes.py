"""Hashes taken within the hour, so that the stages of one run read each file once.

A file counts as the one that was hashed while it is at the same place on the disk and as long, and
was not written to since. An hour later it is read again: what decays on a disk changes no time.
"""

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from takht.core.hashing import hash_file, walk_files
from takht.runtime.cores import count_cores

TRUSTED_SECONDS = 3600.0
# A file hashed sooner after it was written may be written to again at what counts as that time.
YOUNGEST_SECONDS = 2.0


class _File(NamedTuple):
    """Which content a file is taken to hold, without reading it."""

    device: int
    inode: int
    size: int
    written_ns: int


class RecentHashes:
    """SHA-256 of files, remembered in a database; without one, or with a broken one, computed."""

    def __init__(self, database: Path | None) -> None:
        self._database = database
        self._known: dict[tuple[int, ...], str] = {}
        self._new: dict[_File, tuple[float, str]] = {}
        if database is not None and database.exists():
            with _leniently(database), contextlib.closing(_connected(database)) as opened:
                now = time.time()
                rows = opened.execute(
                    "SELECT device, inode, size, written_ns, sha256 FROM hashes "
                    "WHERE taken BETWEEN ? AND ?",
                    (now - TRUSTED_SECONDS, now),
                )
                self._known = {row[:4]: row[4] for row in rows}  # a plain tuple equals a _File

    def hash_file(self, path: Path) -> str:
        """Return the SHA-256 of a file."""
        file = _file(path.stat())
        if (known := self._known.get(file)) is not None:
            return known
        taken = time.time()
        sha256 = hash_file(path)
        if taken - file.written_ns / 1e9 >= YOUNGEST_SECONDS and _file(path.stat()) == file:
            self._known[file] = sha256
            self._new[file] = taken, sha256
        return sha256

    def hash_files(self, files: Sequence[Path]) -> list[str]:
        """Return the SHA-256 of files; what must be read is read in threads."""
        hashes = [self._known.get(_file(file.stat())) for file in files]
        pairs = list(zip(files, hashes, strict=True))
        unknown = dict.fromkeys(file for file, known in pairs if known is None)
        with ThreadPoolExecutor(count_cores()) as pool:
            read = dict(zip(unknown, pool.map(self.hash_file, unknown), strict=True))
        return [known or read[file] for file, known in pairs]

    def hash_groups(self, groups: Iterable[Iterable[Path]]) -> list[list[str]]:
        """Return for each group of paths the SHA-256 and place of every file at or below them."""
        found = [[(path, file) for path in group for file in walk_files(path)] for group in groups]
        hashes = iter(self.hash_files([file for files in found for _, file in files]))
        return [
            [f"{file.relative_to(path).as_posix()} {next(hashes)}" for path, file in files]
            for files in found
        ]

    def save(self) -> None:
        """Let later stages know what was hashed; where that fails, they hash it themselves."""
        if self._database is None or not self._new:
            return
        rows = [(*file, taken, sha256) for file, (taken, sha256) in self._new.items()]
        with (
            contextlib.suppress(OSError),
            _leniently(self._database),
            contextlib.closing(_connected(self._database)) as opened,
            opened,
        ):
            opened.execute("DELETE FROM hashes WHERE taken < ?", (time.time() - TRUSTED_SECONDS,))
            opened.executemany("INSERT OR REPLACE INTO hashes VALUES (?, ?, ?, ?, ?, ?)", rows)
        self._new.clear()


def _connected(database: Path) -> sqlite3.Connection:
    database.parent.mkdir(parents=True, exist_ok=True)
    opened = sqlite3.connect(database, timeout=5.0)
    opened.execute(
        "CREATE TABLE IF NOT EXISTS hashes (device INTEGER, inode INTEGER, size INTEGER, "
        "written_ns INTEGER, taken REAL, sha256 TEXT, PRIMARY KEY (device, inode))"
    )
    return opened


@contextlib.contextmanager
def _leniently(database: Path) -> Iterator[None]:
    """Do without a database that cannot be used; one that is none begins again."""
    try:
        yield
    except sqlite3.OperationalError:  # locked, not ours to write to, no room
        pass
    except (sqlite3.DatabaseError, TypeError):
        database.unlink(missing_ok=True)


def _file(status: os.stat_result) -> _File:
    # Some file systems' inodes are hashes of 64 bits, whose halves SQLite calls signed.
    device, inode = (
        number - 2**64 if number >= 2**63 else number for number in (status.st_dev, status.st_ino)
    )
    return _File(device, inode, status.st_size, status.st_mtime_ns)
