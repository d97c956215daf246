"""Finished pieces of earlier runs, kept outside the outputs under a hash of what made them.

<root>/<2 digits>/<key>/product      a file or a folder, absent where only the note counts
<root>/<2 digits>/<key>/entry.json   the note, size and hash of every file, and a hash of these
<root>/partial/                      entries that are being made or thrown away

An entry enters by rename and is checked in full before it is used, so one that is damaged,
half gone or made by a run beside this one is never taken for a good one. Any part of the folder may
be deleted at any time.
"""

import contextlib
import hashlib
import json
import os
import platform
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from takht import hashing, outputs
from takht.errors import TakhtError

DEFAULT_GB = 50.0
_GB = 1e9


class Damaged(Exception):
    """An entry that is not what was put in."""


@dataclass(frozen=True)
class Store:
    """Pieces in a folder, the longest unused thrown out first where they pass the limit."""

    root: Path
    limit_bytes: int

    def note(self, key: str) -> Any:
        """Return the note kept under a key, or None; its product is not looked at."""
        try:
            return self._entry(key)["note"]
        except Damaged as error:
            self._throw_out_damaged(key, error)
            return None

    def fetch(self, key: str, target: Path) -> Any:
        """Put the product kept under a key at `target` and return its note, or None.

        A damaged entry is named on stderr and thrown away.
        """
        try:
            entry = self._entry(key)
            with contextlib.suppress(FileNotFoundError):
                os.utime(self._folder(key) / "entry.json")
            target.parent.mkdir(parents=True, exist_ok=True)
            for name, (size, sha256) in entry["files"].items():
                file = _linked(self._folder(key) / "product" / name, target / name)
                if file.stat().st_size != size or hashing.of_file(file) != sha256:
                    raise Damaged(f"{name or 'product'} is not what was kept")
        except (Damaged, FileNotFoundError) as error:
            outputs.remove(target)
            self._throw_out_damaged(key, error)
            return None
        return entry["note"]

    def keep(self, key: str, product: Path, note: Any) -> None:
        """Keep a product, where there is one, and its note; the files are shared, not copied."""
        files = {}
        partial = self._new_partial()
        for file in hashing.files_below(product):
            name = "" if file == product else file.relative_to(product).as_posix()
            _linked(file, partial / "product" / name)
            files[name] = [file.stat().st_size, hashing.of_file(file)]
        content = {"note": note, "files": files}
        text = json.dumps({**content, "sha256": _check(content)}, ensure_ascii=False)
        (partial / "entry.json").write_text(text, encoding="utf-8")
        self._folder(key).parent.mkdir(exist_ok=True)
        try:
            partial.rename(self._folder(key))
        except OSError:  # a run beside this one was first
            outputs.remove(partial)

    def tidy(self) -> None:
        """Throw out what was unused longest, down to the limit, and what killed runs left."""
        entries = []
        for path in self.root.glob("??/*/entry.json"):
            with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
                sizes = json.loads(path.read_text(encoding="utf-8"))["files"].values()
                entries.append((path.stat().st_mtime_ns, path, sum(size for size, _ in sizes)))
        total = sum(size for _, _, size in entries)
        for _, path, size in sorted(entries):
            if total <= self.limit_bytes:
                break
            self._throw_out(path.parent)
            total -= size
        for left in self.root.glob("partial/*"):
            host, pid, _ = left.name.rsplit("-", 2)
            if host == platform.node() and not _is_alive(int(pid)):
                outputs.remove(left)

    def _folder(self, key: str) -> Path:
        return self.root / key[:2] / key

    def _entry(self, key: str) -> dict[str, Any]:
        try:
            entry: dict[str, Any] = json.loads((self._folder(key) / "entry.json").read_bytes())
            if entry.pop("sha256") == _check(entry):
                return entry
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise Damaged(str(error)) from None
        raise Damaged("entry.json is not what was kept")

    def _throw_out_damaged(self, key: str, error: Exception) -> None:
        if self._folder(key).exists():
            sys.stderr.write(f"{self._folder(key)}: damaged ({error}); made again\n")
            self._throw_out(self._folder(key))

    def _throw_out(self, folder: Path) -> None:
        """Remove an entry so that no run ever sees a part of it."""
        doomed = self._new_partial()
        with contextlib.suppress(FileNotFoundError):  # a run beside this one was first
            folder.rename(doomed / "entry")
        outputs.remove(doomed)

    def _new_partial(self) -> Path:
        """Return a new folder whose name tells whose it is."""
        (self.root / "partial").mkdir(parents=True, exist_ok=True)
        prefix = f"{platform.node()}-{os.getpid()}-"
        return Path(tempfile.mkdtemp(prefix=prefix, dir=self.root / "partial"))


class NoStore(Store):
    """What stands in for a store where none is wanted: it keeps nothing."""

    def note(self, key: str) -> Any:
        """Return None."""

    def fetch(self, key: str, target: Path) -> Any:
        """Return None."""

    def keep(self, key: str, product: Path, note: Any) -> None:
        """Do nothing."""

    def tidy(self) -> None:
        """Do nothing."""


def opened() -> Store:
    """Return the store of this project: $TAKHT_STORE, else .takht/store in the repository.

    A queued experiment runs in a copy of the repository below .dvc/tmp; its store is that of the
    repository itself. TAKHT_STORE_GB bounds it; 0 does without one.

    Raises:
        TakhtError: TAKHT_STORE_GB is no size.
    """
    text = os.environ.get("TAKHT_STORE_GB") or str(DEFAULT_GB)
    try:
        limit = float(text)
    except ValueError:
        limit = -1.0
    if not 0 <= limit < float("inf"):
        raise TakhtError(f"TAKHT_STORE_GB: a number from 0 on, got {text!r}; mend or unset it")
    folder = Path(os.environ.get("TAKHT_STORE") or _repository() / ".takht/store").absolute()
    return (Store if limit else NoStore)(folder, round(limit * _GB))


def _linked(source: Path, target: Path) -> Path:
    """Make `target` the same file as `source`, or a copy on another file system; return it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)
    return target


def _repository() -> Path:
    here = Path.cwd()
    for parent in here.parents:
        if parent.parts[-3:] == (".dvc", "tmp", "exps"):
            return parent.parents[2]
    return here


def _check(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
