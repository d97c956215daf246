"""The order in which people look for names, Arabic ones above all.

By letters: vowel signs, tatweel and capitals do not count, and a letter's forms are one letter (أ إ
آ ٱ are ا; ة is ه; ى and ئ are ي; ؤ is و). The article ال counts, as it is written. Latin names come
before Arabic ones. Ids and files stay in the order of their code points.
"""

import unicodedata
from collections.abc import Iterable

_TATWEEL = "\u0640"
# Decomposed, the hamza and madda of أ إ آ ؤ ئ are marks, which go with the vowel signs.
_FORMS = str.maketrans({"ٱ": "ا", "ة": "ه", "ى": "ي", _TATWEEL: None})


def sort_key(name: str) -> tuple[str, str]:
    """Return what to sort a name by; names that differ in what does not count stay in one order."""
    letters = unicodedata.normalize("NFKD", name).casefold()
    base = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return base.translate(_FORMS), unicodedata.normalize("NFC", name)


def sort_names(names: Iterable[str]) -> list[str]:
    """Return the names in the order in which people look for them."""
    return sorted(names, key=sort_key)
