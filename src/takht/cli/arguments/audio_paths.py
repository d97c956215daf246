"""The audio files that words on a command line mean: files, and folders with all they hold."""

import errno
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from takht.audio.file_names import is_named_as_audio
from takht.errors import TakhtError
from takht.inference.recording_paths import leads_to, match_on_disk
from takht.text import names

_NOT_THERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


@dataclass
class FoundAudio:
    """Files to decode, files passed over for their names, and what cannot be used with why."""

    audio: list[Path] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)
    faults: dict[Path, str] = field(default_factory=dict)


def find_audio(paths: Iterable[Path]) -> FoundAudio:
    """Return the named files, whatever their names, and every audio file below the named folders.

    In the order of the paths, then by name; none twice. Nothing is opened. What systems leave
    behind in folders (`names.is_clutter`) is left out; links to folders are not followed.
    """
    found = FoundAudio()
    for named in paths:
        path = match_on_disk(named)
        if leads_to(path, stat.S_ISDIR):
            _look_below(path, found)
        else:
            _take(path, found)
    found.audio = list(dict.fromkeys(found.audio))
    return found


def require_recording(path: Path) -> Path:
    """Return the path of one recording as the disk spells it.

    Raises:
        TakhtError: it is no file.
    """
    found = FoundAudio()
    there = match_on_disk(path)
    if there.is_dir():
        raise TakhtError(f"{names.escape(str(path))}: is a folder; name one recording")
    _take(there, found)
    for fault in found.faults.values():
        raise TakhtError(f"{names.escape(str(path))}: {fault}")
    return there


def _look_below(root: Path, found: FoundAudio) -> None:
    before = len(found.audio) + len(found.faults)

    def refuse(error: OSError) -> None:
        found.faults[Path(error.filename)] = f"cannot be listed, {error.strerror}; fix its access"

    for here, folders, files in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not names.is_clutter(name))
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        found.passed_over += [Path(here) / name for name in links]
        for name in sorted(files):
            path = Path(here) / name
            if names.is_clutter(name):
                continue
            if is_named_as_audio(name):
                _take(path, found)
            else:
                found.passed_over.append(path)
    if len(found.audio) + len(found.faults) == before:
        found.faults[root] = "holds no file with an audio extension; name the files themselves"


def _take(path: Path, found: FoundAudio) -> None:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        found.faults[path] = (
            "no such file or folder; fix the path"
            if error.errno in _NOT_THERE
            else f"cannot be accessed, {error.strerror}; fix its access or shorten its path"
        )
        return
    if stat.S_ISREG(mode):
        found.audio.append(path)
    else:
        found.faults[path] = "is a device or pipe, not a file; save what it holds to one"
