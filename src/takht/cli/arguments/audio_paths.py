"""The audio files that words on a command line mean: files, and folders with all they hold."""

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from takht.errors import TakhtError
from takht.text import names

# Of the containers that `takht.audio.ffmpeg` lets in. Content decides; a name only whether to look.
SUFFIXES = {
    ".8svx", ".aa3", ".aac", ".ac3", ".aea", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".asf",
    ".au", ".avi", ".avr", ".bwf", ".caf", ".dff", ".dsf", ".dts", ".dtshd", ".eac3", ".ec3",
    ".flac", ".flv", ".latm", ".loas", ".m2ts", ".m4a", ".m4b", ".mka", ".mkv", ".mlp", ".mov",
    ".mp+", ".mp2", ".mp3", ".mp4", ".mpc", ".mpeg", ".mpg", ".mts", ".nist", ".oga", ".ogg",
    ".oma", ".opus", ".pvf", ".ra", ".rf64", ".rm", ".shn", ".snd", ".sox", ".sph", ".spx",
    ".tak", ".thd", ".ts", ".tta", ".vob", ".voc", ".w64", ".wav", ".webm", ".wma", ".wmv", ".wv",
}  # fmt: skip


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
        if path.is_dir():
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


def match_on_disk(path: Path) -> Path:
    """Return the path as the disk spells it, or as it is where the disk has no such name.

    One name has several spellings in Unicode (NFC, NFD): they are other bytes to a file system.
    """
    if path.exists():
        return path
    there = Path(path.anchor)
    for part in path.relative_to(path.anchor).parts:
        if (there / part).exists():
            there /= part
            continue
        spelt = [other for other in _listed(there) if names.to_nfc(other) == names.to_nfc(part)]
        if not spelt:
            return path
        there /= min(spelt)
    return there


def _listed(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


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
            if path.suffix.lower() in SUFFIXES:
                _take(path, found)
            else:
                found.passed_over.append(path)
    if len(found.audio) + len(found.faults) == before:
        found.faults[root] = "holds no file with the name of an audio file; name files themselves"


def _take(path: Path, found: FoundAudio) -> None:
    if path.is_file():
        found.audio.append(path)
    elif path.exists():
        found.faults[path] = "is a device or pipe, not a file; save what it holds to one"
    else:
        found.faults[path] = "no such file or folder; fix the path"
