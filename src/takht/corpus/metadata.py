"""What people know of a corpus and its files do not say: composers, labels and works.

`recordings.csv` (file, work, composer) and `composers.csv` (folder, label) stand in the corpus's
folder. What people write there is compared as one, whatever its Unicode form, blanks and marks.
"""

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from takht.audio.file_names import is_named_as_audio
from takht.corpus.written_tables import read_rows
from takht.errors import TakhtError
from takht.text import names

TABLES = {"composers.csv", "recordings.csv"}


def read_labels(root: Path, folders: Iterable[str]) -> dict[str, str]:
    """Return the label of each composer (NFC): what `<root>/composers.csv` (folder,label) says.

    A composer that it does not name is their own label.

    Raises:
        TakhtError: a row names no composer of the corpus, or one twice, or gives no label; or two
            composers would have one label.
    """
    path = root / "composers.csv"
    own = {names.to_nfc(folder): names.to_nfc(folder) for folder in folders}
    rows = read_rows(root, "composers.csv", "folder", ["label"], own)
    labels = own | {folder: label for folder, (label,) in rows.items()}
    holders = defaultdict(list)
    for folder, label in labels.items():
        holders[names.clean(label)].append(folder)
    twice = [
        f"{path}: label {names.escape(label)!r} stands for {' and '.join(sorted(group))}; give "
        "each a label of its own"
        for label, group in holders.items()
        if len(group) > 1
    ]
    if twice:
        raise TakhtError("\n".join(twice))
    return labels


def read_works(root: Path, files: Iterable[str]) -> dict[str, str]:
    """Return the work of each file (NFC) that `<root>/recordings.csv` (file,work) names.

    Works that people take for one have one spelling.

    Raises:
        TakhtError: a row names no file of the corpus, or one twice, or gives no work.
    """
    rows = read_rows(root, "recordings.csv", "file", ["work", "composer"], files)
    return _spell_alike({file: work for file, (work, _) in rows.items() if work}, [])


def read_composers(root: Path, files: Iterable[str], folders: Collection[str]) -> dict[str, str]:
    """Return the composer of each file (NFC) that `<root>/recordings.csv` (file,composer) names.

    Composers that people take for one have one spelling, a folder's where there is one. How many
    files the column leaves to their folders is said on stderr.

    Raises:
        TakhtError: as `read_works`.
    """
    files = list(files)
    heard = [file for file in files if is_named_as_audio(file)]
    rows = read_rows(root, "recordings.csv", "file", ["work", "composer"], files, "composer")
    written = {file: composer for file, (_, composer) in rows.items() if composer}
    if written and (rest := [file for file in heard if names.to_nfc(file) not in written]):
        some = ", ".join(map(names.escape, sorted(rest)[:3]))
        sys.stderr.write(
            f"{root / 'recordings.csv'}: names no composer for {len(rest)} of {len(heard)} files; "
            f"their folders do ({some}{', …' if len(rest) > 3 else ''})\n"
        )
    return _spell_alike(written, folders)


def _spell_alike(values: Mapping[str, str], known: Iterable[str]) -> dict[str, str]:
    """Return the values, each by the known or first spelling of those that are one."""
    exact = set(known)
    first: dict[str, str] = {}
    spelling = {}
    for value in [*sorted(exact), *sorted(set(values.values()) - exact)]:
        alike = first.setdefault(names.fold(value), value)
        spelling[value] = value if value in exact else alike
    return {key: spelling[value] for key, value in values.items()}
