"""Which file and folder names a corpus may use."""

import re
import unicodedata
from pathlib import PurePath

# Files that later stages write beside the recordings' own, or read beside the composers'.
RESERVED = {"index.csv", "settings.json", "recordings.csv", "composers.csv"}
CLUTTER = {"thumbs.db", "desktop.ini", "__macosx"}
# Outputs add at most 15 bytes to a name, and file systems end at 255.
MAX_BYTES = 240

_UNSHOWABLE = {"Cc", "Cs", "Zl", "Zp"}  # controls, undecodable bytes, line separators


def to_nfc(text: str) -> str:
    """Return the text with composed letters: the one spelling by which names are compared."""
    return unicodedata.normalize("NFC", text)


def stem(file_name: str) -> str:
    """Return the name without its last suffix, NFC."""
    return to_nfc(PurePath(file_name).stem)


def is_clutter(name: str) -> bool:
    """Tell whether a file or folder is one that systems leave behind and nobody means."""
    return name.startswith(("._", ".")) or name.lower() in CLUTTER


def escape(text: str) -> str:
    """Return the text on one line, what cannot be printed as escapes."""
    return "".join(
        letter.encode("unicode_escape").decode()
        if unicodedata.category(letter) in _UNSHOWABLE
        else letter
        for letter in text
    )


def find_fault(name: str) -> str | None:
    """Return why a composer's folder or a recording (its stem) cannot be called so, or None."""
    size = len(name.encode("utf-8", "surrogateescape"))
    if any(unicodedata.category(letter) == "Cs" for letter in name):
        return "name is not UTF-8; rename it"
    if escape(name) != name:
        return "name holds a control character; rename it"
    if name != name.strip() or not name:
        return f"name begins or ends with a space, {name!r}; rename it"
    if name.startswith(".") or re.fullmatch(r"\.+", name):
        return f"name begins with a dot, {name!r}; rename it"
    if name.lower() in RESERVED:
        return f"name is kept for the pipeline's own files, {name!r}; rename it"
    if size > MAX_BYTES:
        return f"name is too long, {size} bytes; shorten it to {MAX_BYTES}"
    return None
