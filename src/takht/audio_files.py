"""The audio files that words on a command line mean: files, and folders with all they hold."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from takht import names

# Of the containers that `takht.ffmpeg` lets in. Content decides; a name only whether to look.
SUFFIXES = {
    ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".asf", ".au",
    ".avi", ".caf", ".flac", ".m4a", ".m4b", ".mka", ".mkv", ".mov", ".mp2",
    ".mp3", ".mp4", ".oga", ".ogg", ".opus", ".rf64", ".snd", ".spx", ".tta",
    ".w64", ".wav", ".webm", ".wma", ".wmv", ".wv",
}  # fmt: skip


@dataclass
class Found:
    """Files to decode, files passed over for their names, and what cannot be used with why."""

    audio: list[Path] = field(default_factory=list)
    passed_over: list[Path] = field(default_factory=list)
    faults: dict[Path, str] = field(default_factory=dict)


def find(paths: Iterable[Path]) -> Found:
    """Return the named files, whatever their names, and every audio file below the named folders.

    In the order of the paths, then by name; none twice. Nothing is opened. What systems leave
    behind in folders (`names.is_clutter`) is left out; links to folders are not followed.
    """
    found = Found()
    for path in paths:
        if path.is_dir():
            _look_below(path, found)
        else:
            _take(path, found)
    found.audio = list(dict.fromkeys(found.audio))
    return found


def _look_below(root: Path, found: Found) -> None:
    before = len(found.audio) + len(found.faults)

    def refuse(error: OSError) -> None:
        found.faults[Path(error.filename)] = f"cannot be listed, {error.strerror}; mend its access"

    for here, folders, files in os.walk(root, onerror=refuse):
        folders[:] = sorted(name for name in folders if not names.is_clutter(name))
        links = [name for name in folders if (Path(here) / name).is_symlink()]
        found.passed_over += [Path(here) / name for name in links]
        for name in sorted(files):
            path = Path(here) / name
            if names.is_clutter(name):
                continue
            if path.suffix.lower() in SUFFIXES:
                _take(path, found)
            else:
                found.passed_over.append(path)
    if len(found.audio) + len(found.faults) == before:
        found.faults[root] = "holds no file with the name of an audio file; name files themselves"


def _take(path: Path, found: Found) -> None:
    if path.is_file():
        found.audio.append(path)
    elif path.exists():
        found.faults[path] = "is a device or pipe, not a file; save what it holds to one"
    else:
        found.faults[path] = "no such file or folder; mend the path"
