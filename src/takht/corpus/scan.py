"""Find the recordings of a corpus: `<root>/<composer>/<recording>.<ext>`."""

import os
import stat
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from takht.audio import limits
from takht.errors import TakhtError
from takht.text import names

TABLES = {"composers.csv", "recordings.csv"}
MIN_WORKS = 3  # one for each side of the split
_DOCUMENTS = (".md", ".txt", ".dvc")
_NOWHERE = "symbolic link leads nowhere; remove it or put the file in its place"


@dataclass(frozen=True, order=True)
class FoundFile:
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


@dataclass(frozen=True)
class PassedOver:
    """A hidden file, or one that systems leave behind; nobody means it as a recording."""

    file: str


def scan_corpus(root: Path) -> tuple[list[FoundFile], list[Rejected]]:
    """Return every file of the composers' folders as found or rejected, both sorted.

    Nothing is opened. Hidden files and what systems leave behind are passed over, and counted on
    stderr.

    Raises:
        TakhtError: the root is no folder.
    """
    if not root.is_dir():
        raise TakhtError(
            f"{root}: no such folder; set corpus.root in params.yaml to a folder with one "
            "sub-folder of recordings per composer"
        )
    seen = list(_look_at(root))
    _say(root, [each.file for each in seen if isinstance(each, PassedOver)])
    found = sorted(each for each in seen if isinstance(each, FoundFile))
    rejected = [each for each in seen if isinstance(each, Rejected)]
    by_name = defaultdict(list)
    for each in found:
        by_name[each.recording].append(each)
    twins = {each for group in by_name.values() if len(group) > 1 for each in group}
    for each in twins:
        others = ", ".join(names.escape(o.file) for o in by_name[each.recording] if o != each)
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
        lines = [f"{where}/{names.escape(each.file)}: {each.reason}" for each in rejected]
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
    few = {name: len(group) for name, group in sorted(works_of.items()) if len(group) < MIN_WORKS}
    if few:
        raise TakhtError(
            "\n".join(
                f"{where}/{name}: a composer needs at least {MIN_WORKS} recordings of different "
                f"works, for train, validation and test, got {count}; add recordings, or set "
                "split.drop_small_composers: true"
                for name, count in few.items()
            )
        )


def _say(root: Path, passed_over: list[str]) -> None:
    if passed_over:
        some = ", ".join(names.escape(file) for file in passed_over[:3])
        more = ", …" if len(passed_over) > 3 else ""
        count = len(passed_over)
        sys.stderr.write(f"{root}: {count} hidden or system files passed over ({some}{more})\n")


def _look_at(root: Path) -> Iterator[FoundFile | Rejected | PassedOver]:
    for entry in sorted(root.iterdir()):
        if names.is_clutter(entry.name):
            yield PassedOver(entry.name)
        elif entry.is_symlink() and not entry.exists():
            yield Rejected(entry.name, _NOWHERE)
        elif entry.is_dir():
            yield from _look_at_composer(root, entry)
        elif entry.name not in TABLES and entry.suffix not in {"", *_DOCUMENTS}:
            yield Rejected(entry.name, "stands outside the composers' folders; move it into one")


def _look_at_composer(root: Path, folder: Path) -> Iterator[FoundFile | Rejected | PassedOver]:
    if reason := _leads_away(root, folder):
        yield Rejected(folder.name, reason)
        return
    bad_name = names.find_fault(folder.name)
    for path, reason in _files_below(folder):
        file = path.relative_to(root).as_posix()
        if names.is_clutter(path.name):
            yield PassedOver(file)
            continue
        reason = (
            reason
            or (f"its folder's {bad_name}" if bad_name else None)
            or _misplaced(root, folder, path)
            or names.find_fault(names.stem(path.name))
        )
        if reason:
            yield Rejected(file, reason)
        else:
            composer = names.to_nfc(folder.name)
            yield FoundFile(f"{composer}/{names.stem(path.name)}", composer, folder.name, file)


def _files_below(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """Yield files, clutter, folders without either, and folders that cannot be listed with why.

    A loop, for a path can be deeper than Python may recurse; links to folders are not followed.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(here) as listed:
                kinds = {each.name: each.is_dir(follow_symlinks=False) for each in listed}
        except OSError as error:
            yield here, f"cannot be listed, {error.strerror}; fix its access or shorten its path"
            continue
        if all(map(names.is_clutter, kinds)):
            reason = "folder holds no recording; add some or remove it" if here == folder else None
            yield here, reason
        for name in sorted(kinds):
            if kinds[name] and not names.is_clutter(name):
                waiting.append(here / name)
            else:
                yield here / name, None


def _leads_away(root: Path, folder: Path) -> str | None:
    """Return why a composer's folder that is a symbolic link is not looked into, or None."""
    real, home = folder.resolve(), root.resolve()
    if home.is_relative_to(real):
        return "symbolic link leads back to the corpus; remove it"
    if not real.is_relative_to(home):
        return "symbolic link leads out of the corpus; put the folder itself in its place"
    return None


def _misplaced(root: Path, folder: Path, path: Path) -> str | None:
    if path.parent != folder:
        return "lies in a folder below the composer's; move it up"
    try:
        real = Path(os.path.realpath(path, strict=True))
        status = real.stat()
    except OSError:
        return _NOWHERE
    if not real.is_relative_to(root.resolve()):
        return "symbolic link leads out of the corpus; put the file itself in its place"
    if stat.S_ISDIR(status.st_mode):
        return "is a folder, not a recording; move its recordings up"
    if not stat.S_ISREG(status.st_mode):
        return "is a device or pipe, not a file; remove it"
    if not os.access(real, os.R_OK):
        return "cannot be read, Permission denied; fix its access"
    if reason := limits.find_size_fault(status.st_size):  # before anything hashes or decodes it
        return f"{reason}; cut it or remove it"
    return None
