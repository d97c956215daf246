"""The folder of the store: where it is, how large it may be, and its upkeep."""

import contextlib
import json
import os
import platform
import shutil
from collections.abc import Iterator
from pathlib import Path

from takht.errors import TakhtError
from takht.runtime.atomic import remove_path

DEFAULT_GB = 50.0
CHECKPOINT = "checkpoint"  # the name of its file, without suffix
COUNT = "bytes"  # a file: how many all entries had at the last look at them, then each new one's
_LOOKING = "?\n"  # in that file during a look: no count yet
_GB = 1e9


def locate_store() -> Path:
    """Return TAKHT_STORE, else .takht/store in the repository.

    A queued experiment runs in a copy of the repository below .dvc/tmp; its store is that of the
    repository itself.
    """
    return Path(os.environ.get("TAKHT_STORE") or _repository() / ".takht/store").absolute()


def read_limit_bytes() -> int:
    """Return how much may be kept: TAKHT_STORE_GB; 0 does without a store.

    Raises:
        TakhtError: TAKHT_STORE_GB is no size.
    """
    text = os.environ.get("TAKHT_STORE_GB") or str(DEFAULT_GB)
    try:
        limit = float(text)
    except ValueError:
        limit = -1.0
    if not 0 <= limit < float("inf"):
        raise TakhtError(f"TAKHT_STORE_GB: a number of at least 0, got {text!r}; fix or unset it")
    return round(limit * _GB)


def list_entries(root: Path) -> list[tuple[int, Path, int]]:
    """Return when each entry was last used (ns), its folder and its bytes, the oldest first."""
    found = []
    for path in root.glob("??/*/entry.json"):
        with contextlib.suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            files = json.loads(path.read_text(encoding="utf-8"))["files"].values()
            found.append((path.stat().st_mtime_ns, path.parent, sum(size for size, _ in files)))
    return sorted(found)


def add_bytes(root: Path, size: int) -> None:
    """Count the bytes of a new entry, if there is a count."""
    with contextlib.suppress(OSError):
        # never made here: see remove_oldest
        file = os.open(root / COUNT, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(file, b"%d\n" % size)
        finally:
            os.close(file)


def is_within(root: Path, most_bytes: int) -> bool:
    """Return whether all entries are sure to have no more bytes than this, without a look at them.

    What was removed since the count began still counts.
    """
    try:
        counted = list(map(int, (root / COUNT).read_text(encoding="ascii").split()))
    except (OSError, ValueError):
        return False
    return bool(counted) and sum(counted) <= most_bytes


def remove_oldest(root: Path, most_bytes: int) -> None:
    """Throw out what was unused longest, down to a size, and begin the count of bytes.

    Entries that come during the look are counted, some of them twice.
    """
    with contextlib.suppress(OSError):
        (root / COUNT).write_text(_LOOKING, encoding="ascii")
    entries = list_entries(root)
    total = sum(size for _, _, size in entries)
    for _, folder, size in entries:
        if total <= most_bytes:
            break
        remove_entry(root, folder)
        if not folder.exists():  # it may be another user's
            total -= size
    with contextlib.suppress(OSError), new_partial(root) as partial:
        added = (root / COUNT).read_text(encoding="ascii").removeprefix(_LOOKING)
        (partial / COUNT).write_text(f"{total}\n{added}", encoding="ascii")
        (partial / COUNT).rename(root / COUNT)


def make_room(root: Path, folder: Path) -> int:
    """Throw out all that only the store has, and return how many bytes that gave the folder back.

    Those of another disk than the folder's stay, and so do checkpoints, which took hours.
    """
    freed = 0
    if not root.exists() or root.stat().st_dev != folder.stat().st_dev:
        return freed
    for _, entry, size in list_entries(root):
        files = [file for file in (entry / "product").glob("**/*") if file.is_file()]
        files += [file for file in [entry / "product"] if file.is_file()]
        checkpoint = any(file.stem == CHECKPOINT for file in files)
        if files and not checkpoint and all(file.stat().st_nlink == 1 for file in files):
            shutil.rmtree(entry, ignore_errors=True)  # where it is: `partial` may have no room
            freed += size
    return freed


def remove_partial(root: Path) -> None:
    """Remove what killed runs left half made."""
    for left in root.glob("partial/*"):
        host, _, pid = left.name.rpartition("-")[0].rpartition("-")
        if pid.isdecimal() and host == platform.node() and not _is_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)  # a run beside this one may be at it too


def remove_entry(root: Path, folder: Path) -> None:
    """Remove an entry so that no run ever sees a part of it."""
    with contextlib.suppress(OSError), new_partial(root) as doomed:  # a run beside us was first
        folder.rename(doomed / "entry")


@contextlib.contextmanager
def new_partial(root: Path) -> Iterator[Path]:
    """Yield a new folder, whose name tells whose it is, that is gone when the block ends."""
    (root / "partial").mkdir(parents=True, exist_ok=True)
    name = f"{platform.node()}-{os.getpid()}-{os.urandom(8).hex()}"
    partial = root / "partial" / name  # readable to others, as mkdtemp's is not
    partial.mkdir()
    try:
        yield partial
    finally:
        remove_path(partial)


def _repository() -> Path:
    here = Path.cwd()
    for parent in here.parents:
        if parent.parts[-3:] == (".dvc", "tmp", "exps"):
            return parent.parents[2]
    return here


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
