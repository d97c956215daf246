"""Names: which a corpus may use, how they are compared, and how they are shown."""

import re
import unicodedata
from pathlib import PurePath

# Files that later stages write beside the recordings' own, or read beside the composers'.
RESERVED = {"index.csv", "settings.json", "recordings.csv", "composers.csv"}
# What Windows, macOS, Linux and network drives leave in folders; small letters.
CLUTTER = {
    "thumbs.db", "ehthumbs.db", "desktop.ini", "__macosx", "icon\r", "@eadir", "@tmp",
    "@recycle", "@recently-snapshot", "@sharebin", "#recycle", "#snapshot", "~snapshot",
    "$recycle.bin", "recycler", "recycled", "lost+found", "lost.dir", "system volume information",
    "network trash folder", "temporary items", "thevolumesettingsfolder",
}  # fmt: skip
_CHECKED_DISK = re.compile(r"found\.\d{3}")  # where chkdsk puts what it finds
# Outputs add at most 15 bytes to a name, and file systems end at 255.
MAX_BYTES = 240

_CONTROLS = {"Cc", "Cs", "Zl", "Zp"}  # controls, undecodable bytes, line separators
# Format characters that are seen: signs around and above Arabic and Syriac numbers.
_SEEN = set("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
# Letters and marks that show nothing.
_BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# They part and join letters of Persian and of emoji; elsewhere they show nothing.
_JOINER = re.compile(r"(?<=[^\x00-\x7f\s])[\u200c\u200d](?=[^\x00-\x7f\s])")
_UNCOUNTED = dict.fromkeys(map(ord, "\u0640\u200c\u200d"))  # tatweel and joiners
_VARIANTS = str.maketrans("ىیةٱک", "ييهاك")
# Vowel signs and signs of the Quran; maddah and hamza, which letters with them decompose into.
_ARABIC_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed]")

# Names that Windows keeps for its devices, whatever the suffix.
_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[1-9¹²³])(\..*)?", re.IGNORECASE)


def to_nfc(text: str) -> str:
    """Return the text with composed letters: the one spelling by which names are compared."""
    return unicodedata.normalize("NFC", text)


def clean(text: str) -> str:
    """Return what a person wrote into a cell: NFC, single spaces, no invisible mark."""
    if _holds_hidden(text):
        joined = {match.start() for match in _JOINER.finditer(text)}
        text = "".join(
            letter
            for place, letter in enumerate(text)
            if letter.isspace() or place in joined or not _is_hidden(letter)
        )
    return to_nfc(" ".join(text.split()))


def fold(text: str) -> str:
    """Return what texts that people take for one have in common, capitals left out."""
    if text.isascii():
        return clean(text).casefold()
    kept = unicodedata.normalize("NFKC", clean(text)).translate(_UNCOUNTED)
    return clean(unicodedata.normalize("NFKC", kept.casefold()))


def fold_spelling(text: str) -> str:
    """Return what spellings of one Arabic text have in common: no vowel signs, one alif, ya and ha.

    Names of different people can have it in common, too. Other scripts keep their marks.
    """
    letters = unicodedata.normalize("NFKD", fold(text)).translate(_VARIANTS)
    return _ARABIC_MARKS.sub("", letters)


def stem(file_name: str) -> str:
    """Return the name without its last suffix, NFC."""
    return to_nfc(PurePath(file_name).stem)


def is_clutter(name: str) -> bool:
    """Tell whether a file or folder is one that systems leave behind and nobody means."""
    small = name.lower()
    return name.startswith(".") or small in CLUTTER or bool(_CHECKED_DISK.fullmatch(small))


def escape(text: str) -> str:
    """Return the text on one line, controls and marks that nobody sees as escapes."""
    if not _holds_hidden(text):
        return text
    joined = {match.start() for match in _JOINER.finditer(text)}
    return "".join(
        letter.encode("unicode_escape").decode()
        if _is_hidden(letter) and place not in joined
        else letter
        for place, letter in enumerate(text)
    )


def isolate_parts(path: str) -> str:
    """Return a path for a picture: parts from left to right, each in its own letters' direction.

    What cannot be seen is escaped; the marks that isolate a part are U+2068 and U+2069.
    """
    return "/".join(f"\u2068{escape(part)}\u2069" for part in path.split("/"))


def find_fault(name: str) -> str | None:
    """Return why a folder or a recording (its stem) cannot be called so, or None."""
    size = len(name.encode("utf-8", "surrogateescape"))
    if any(unicodedata.category(letter) == "Cs" for letter in name):
        return "name is not UTF-8; rename it"
    if any(unicodedata.category(letter) in _CONTROLS for letter in name):
        return "name holds a control character; rename it"
    if name != name.strip() or not name:
        return f"name begins or ends with a space, {name!r}; rename it"
    if name.startswith("."):
        return f"name begins with a dot, {name!r}; rename it"
    if name.lower() in RESERVED:
        return f"name is reserved for the pipeline's own files, {name!r}; rename it"
    if size > MAX_BYTES:
        return f"name is too long, {size} bytes; shorten it to {MAX_BYTES}"
    return None


def find_foreign_fault(name: str) -> str | None:
    """Return why Windows or macOS cannot hold a file or folder of this name, or None."""
    if _DEVICE.fullmatch(name):
        return "Windows keeps this name for a device"
    if name != name.rstrip(". "):
        return "Windows drops a dot or space at the end"
    if found := sorted(set(name) & set('<>:"\\|?*')):
        return f"Windows does not allow {' '.join(found)} in a name"
    return None


def _holds_hidden(text: str) -> bool:
    """Tell, fast, whether some letter may be hidden."""
    return not text.isprintable() or not _BLANK.isdisjoint(text)


def _is_hidden(letter: str) -> bool:
    category = unicodedata.category(letter)
    return category in _CONTROLS or letter in _BLANK or (category == "Cf" and letter not in _SEEN)
