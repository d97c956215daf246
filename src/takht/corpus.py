"""Find the recordings of a corpus: `<root>/<composer>/<recording>.<ext>`."""

import os
import stat
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from takht import names
from takht.errors import TakhtError

TABLES = {"composers.csv", "recordings.csv"}
LEAST_WORKS = 3  # one for each side of the split
_DOCUMENTS = (".md", ".txt", ".dvc")


@dataclass(frozen=True, order=True)
class Found:
    """A file that may be a recording. `file` is relative to the root, as it is on disk."""

    recording: str  # <composer>/<stem>, NFC
    composer: str  # NFC
    folder: str  # as on disk
    file: str


@dataclass(frozen=True, order=True)
class Rejected:
    """A file that is none, and why: rule, value; remedy."""

    file: str
    reason: str


def scan(root: Path) -> tuple[list[Found], list[Rejected]]:
    """Return every file of the composers' folders as found or rejected, both sorted.

    Nothing is opened. Hidden files and what systems leave behind are passed over.

    Raises:
        TakhtError: the root is no folder.
    """
    if not root.is_dir():
        raise TakhtError(
            f"{root}: no such folder; set corpus.root in params.yaml to a folder with one "
            "sub-folder of recordings per composer"
        )
    seen = list(_look_at(root))
    found = sorted(each for each in seen if isinstance(each, Found))
    rejected = [each for each in seen if isinstance(each, Rejected)]
    by_name = defaultdict(list)
    for each in found:
        by_name[each.recording].append(each)
    twins = {each for group in by_name.values() if len(group) > 1 for each in group}
    for each in twins:
        others = ", ".join(names.shown(o.file) for o in by_name[each.recording] if o != each)
        rejected.append(
            Rejected(each.file, f"two recordings of one name, see {others}; rename one")
        )
    return [each for each in found if each not in twins], sorted(rejected)


def require_composers(
    where: Path, composers: Iterable[str], rejected: Iterable[Rejected] = ()
) -> None:
    """Raise a TakhtError unless there are at least two composers to tell apart.

    It names the rejected files too, for they may be why.
    """
    known = sorted(set(composers))
    if len(known) < 2:
        lines = [f"{where}/{names.shown(each.file)}: {each.reason}" for each in rejected]
        lines.append(
            f"{where}: at least two composers are needed, found {len(known)} {known}; "
            "put each composer's recordings into a folder of their own"
        )
        raise TakhtError("\n".join(lines))


def require_works(where: Path, works: Iterable[tuple[str, str]]) -> None:
    """Raise a TakhtError that names every composer with too few works to be on every side.

    `works` holds a composer and a work for each recording.
    """
    works_of = defaultdict(set)
    for composer, work in works:
        works_of[composer].add(work)
    few = {name: len(group) for name, group in sorted(works_of.items()) if len(group) < LEAST_WORKS}
    if few:
        raise TakhtError(
            "\n".join(
                f"{where}/{name}: a composer needs at least {LEAST_WORKS} recordings of different "
                f"works, for train, validation and test, got {count}; add recordings, or set "
                "split.drop_small_composers: true"
                for name, count in few.items()
            )
        )


def _look_at(root: Path) -> Iterator[Found | Rejected]:
    for entry in sorted(root.iterdir()):
        if entry.is_dir():
            yield from _look_at_composer(root, entry)
        elif not (
            names.is_clutter(entry.name)
            or entry.name in TABLES
            or entry.name.endswith(_DOCUMENTS)
            or not entry.suffix
        ):
            yield Rejected(entry.name, "stands outside the composers' folders; move it into one")


def _look_at_composer(root: Path, folder: Path) -> Iterator[Found | Rejected]:
    if names.is_clutter(folder.name):
        return
    files = list(_files_below(folder))
    bad_name = names.fault(folder.name)
    if not files and not folder.name.startswith("."):
        yield Rejected(folder.name, "folder holds no recording; add some or remove it")
    for path in files:
        file = path.relative_to(root).as_posix()
        reason = (
            (f"its folder's {bad_name}" if bad_name else None)
            or _misplaced(root, folder, path)
            or names.fault(names.stem(path.name))
        )
        if reason:
            yield Rejected(file, reason)
        else:
            composer = names.nfc(folder.name)
            yield Found(f"{composer}/{names.stem(path.name)}", composer, folder.name, file)


def _files_below(folder: Path) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if names.is_clutter(entry.name):
            continue
        below = list(_files_below(entry)) if entry.is_dir() and not entry.is_symlink() else []
        yield from below or [entry]


def _misplaced(root: Path, folder: Path, path: Path) -> str | None:
    if path.parent != folder:
        return "lies in a folder below the composer's; move it up"
    try:
        real = Path(os.path.realpath(path, strict=True))
    except OSError:
        return "symbolic link leads nowhere; remove it or put the file in its place"
    if not real.is_relative_to(root.resolve()):
        return "symbolic link leads out of the corpus; put the file itself in its place"
    mode = real.stat().st_mode
    if stat.S_ISDIR(mode):
        return "is a folder, not a recording; move its recordings up"
    if not stat.S_ISREG(mode):
        return "is a device or pipe, not a file; remove it"
    return None
