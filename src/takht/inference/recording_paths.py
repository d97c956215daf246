"""The path of a recording as the disk spells it."""

from collections.abc import Callable
from pathlib import Path

from takht.text import names


def match_on_disk(path: Path) -> Path:
    """Return the path as the disk spells it, or as it is where the disk has no such name.

    One name has several spellings in Unicode (NFC, NFD): they are other bytes to a file system.
    """
    if leads_to(path):
        return path
    there = Path(path.anchor)
    for part in path.relative_to(path.anchor).parts:
        if leads_to(there / part):
            there /= part
            continue
        spelt = [other for other in _listed(there) if names.to_nfc(other) == names.to_nfc(part)]
        if not spelt:
            return path
        there /= min(spelt)
    return there


def leads_to(path: Path, kind: Callable[[int], bool] = bool) -> bool:
    """Tell whether something (of a kind) stands there; what the system refuses to look at, not."""
    try:
        return kind(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _listed(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []
