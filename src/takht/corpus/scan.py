"""Find the recordings of a corpus: `<root>/<composer>/…/<recording>.<ext>`, at any depth."""

import os
import re
import stat
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from takht.audio import limits
from takht.audio.file_names import is_named_as_audio
from takht.corpus.metadata import TABLES, read_composers
from takht.errors import TakhtError
from takht.text import names

MIN_WORKS = 3  # one for each side of the split
_LOOSE_DOCUMENTS = ("", ".md", ".txt", ".dvc")
_NOWHERE = "symbolic link leads nowhere; remove it or put the file in its place"
_LOOSE = (
    "is outside the composers' folders, and recordings.csv names no composer for it; "
    "move it into one"
)
_SHORT_SUFFIX = re.compile(r"\.\w{1,5}$")  # of files; what follows a folder's dot is longer
# What stages write for a recording: a folder of its name, or a file with one of these at its end.
_PRODUCTS = ("", ".npy", ".npz")


@dataclass(frozen=True, order=True)
class FoundFile:
    """A file that may be a recording. `file` is relative to the root, as it is on disk."""

    recording: str  # the file without its suffix, NFC: its id
    composer: str  # NFC; that of recordings.csv, else the first folder
    file: str

    @property
    def is_named_as_audio(self) -> bool:
        """Whether its name says so; what is not may be a picture, a text or anything."""
        return is_named_as_audio(self.file)


@dataclass(frozen=True, order=True)
class Rejected:
    """A file that cannot be used, and why: rule, value; remedy."""

    file: str
    reason: str


@dataclass(frozen=True)
class PassedOver:
    """A file that nobody means as a recording: hidden, a system's, or a side file."""

    file: str
    is_clutter: bool = True


def scan_corpus(root: Path) -> tuple[list[FoundFile], list[Rejected]]:
    """Return every file that may be a recording as found or rejected, both sorted.

    No recording is opened. Hidden files, what systems leave behind, and side files that cannot
    even be tried are passed over, and counted on stderr.

    Raises:
        TakhtError: the root is no folder, or recordings.csv is at fault.
    """
    if not root.is_dir():
        raise TakhtError(
            f"{root}: no such folder; set corpus.root in params.yaml to a folder with one "
            "sub-folder of recordings per composer"
        )
    seen = list(_look_at(root))
    rejected = [each for each in seen if isinstance(each, Rejected)]
    found, duplicates = _with_ids(each for each in seen if isinstance(each, FoundFile))
    files = [each.file for each in found] + [each.file for each in [*duplicates, *rejected]]
    named = read_composers(root, files, {each.composer for each in found} - {""})
    passed_over = [each for each in seen if isinstance(each, PassedOver)]
    composed = []
    for each in found:
        composer = named.get(names.to_nfc(each.file), each.composer)
        if composer:
            composed.append(replace(each, composer=composer))
        elif each.is_named_as_audio:
            rejected.append(Rejected(each.file, _LOOSE))
        elif PurePosixPath(each.file).suffix not in _LOOSE_DOCUMENTS:
            passed_over.append(PassedOver(each.file, is_clutter=False))
    clutter = [each.file for each in passed_over if each.is_clutter]
    say_passed_over(root, clutter, "hidden or system files")
    side_files = [each.file for each in passed_over if not each.is_clutter]
    say_passed_over(root, side_files, "files not named as audio")
    return sorted(composed), sorted([*rejected, *duplicates])


def say_passed_over(root: Path, files: Collection[str], what: str) -> None:
    """Count on stderr what is passed over, with three examples."""
    if files:
        some = ", ".join(names.escape(file) for file in [*files][:3])
        more = ", …" if len(files) > 3 else ""
        sys.stderr.write(f"{root}: {len(files)} {what} ignored ({some}{more})\n")


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


def _with_ids(seen: Iterable[FoundFile]) -> tuple[list[FoundFile], list[Rejected]]:
    """Return the files with ids of their own, and those of which two have one name.

    An id is the file without its suffix, and with it where that is another's or a folder's: beside
    `Live/01.flac`, `Live.flac` is `Live.flac`. A side file never takes a recording's id.
    """
    found = list(seen)
    folders = {parent for each in found for parent in _parents(each.recording)}
    heard = {each.recording for each in found if each.is_named_as_audio}
    kept = []
    for each in found:
        in_the_way = any(each.recording + end in folders for end in _PRODUCTS)
        if in_the_way or (not each.is_named_as_audio and each.recording in heard):
            each = replace(each, recording=names.to_nfc(each.file))
        kept.append(each)
    by_name = defaultdict(list)
    for each in kept:
        by_name[each.recording].append(each)
    for each in kept:
        if not each.is_named_as_audio and len(by_name[each.recording]) > 1:
            by_name[each.recording].remove(each)
            by_name[names.to_nfc(each.file)].append(
                replace(each, recording=names.to_nfc(each.file))
            )
    rejected = []
    for group in by_name.values():
        for each in group if len(group) > 1 else ():
            others = ", ".join(names.escape(other.file) for other in group if other != each)
            rejected.append(Rejected(each.file, f"has the same name as {others}; rename one"))
    return [each for group in by_name.values() if len(group) == 1 for each in group], rejected


def _parents(recording: str) -> list[str]:
    return [parent.as_posix() for parent in PurePosixPath(recording).parents][:-1]


def _look_at(root: Path) -> Iterator[FoundFile | Rejected | PassedOver]:
    for entry in sorted(root.iterdir()):
        if names.is_clutter(entry.name):
            yield PassedOver(entry.name)
        elif entry.is_dir():
            yield from _look_below(root, entry)
        elif entry.name not in TABLES:
            yield _judge(root, entry)


def _look_below(root: Path, folder: Path) -> Iterator[FoundFile | Rejected | PassedOver]:
    if reason := _leads_away(root, folder):
        yield Rejected(folder.name, reason)
        return
    for path, reason in _files_below(folder):
        if reason:
            yield Rejected(path.relative_to(root).as_posix(), reason)
        elif names.is_clutter(path.name):
            yield PassedOver(path.relative_to(root).as_posix())
        else:
            yield _judge(root, path)


def _judge(root: Path, path: Path) -> FoundFile | Rejected | PassedOver:
    """Return what a file is by its name and place; a side file is never rejected."""
    file = path.relative_to(root)
    bad_names = (f"its folder's {bad}" for bad in map(names.find_fault, file.parts[:-1]) if bad)
    reason = (
        next(bad_names, None) or _find_fault(root, path) or names.find_fault(names.stem(path.name))
    )
    if not reason:
        recording = names.to_nfc(file.with_suffix("").as_posix())
        folder = file.parts[0] if len(file.parts) > 1 else ""
        return FoundFile(recording, names.to_nfc(folder), file.as_posix())
    if is_named_as_audio(path.name) or _may_be_folder(root, path):
        return Rejected(file.as_posix(), reason)
    return PassedOver(file.as_posix(), is_clutter=False)


def _may_be_folder(root: Path, path: Path) -> bool:
    """Tell whether a link may stand for a folder of recordings that is not looked into."""
    if path.is_dir():
        return not path.resolve().is_relative_to(root.resolve())
    return path.is_symlink() and not path.exists() and not _SHORT_SUFFIX.search(path.name)


def _files_below(folder: Path) -> Iterator[tuple[Path, str | None]]:
    """Yield every file, and every folder whose lack of recordings is worth a message.

    With each comes its fault, or None. A loop, because a path can be deeper than Python may
    recurse; links to folders are not followed.
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
            if here == folder:
                yield here, "folder holds no recording; add some or remove it"
            elif is_named_as_audio(here.name):
                yield here, "is a folder, not a recording; put its recordings into it or remove it"
        for name in sorted(kinds):
            if kinds[name] and not names.is_clutter(name):
                waiting.append(here / name)
            else:
                yield here / name, None


def _leads_away(root: Path, folder: Path) -> str | None:
    """Return why a folder that is a symbolic link is not looked into, or None."""
    real, home = folder.resolve(), root.resolve()
    if home.is_relative_to(real):
        return "symbolic link leads back to the corpus; remove it"
    if not real.is_relative_to(home):
        return "symbolic link leads out of the corpus; put the folder itself in its place"
    return None


def _find_fault(root: Path, path: Path) -> str | None:
    """Return why what stands there is no file that can be read, or None."""
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
