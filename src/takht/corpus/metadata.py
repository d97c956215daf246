"""What people know of a corpus and its files do not say: composers' labels, recordings' works."""

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from takht.core import tables
from takht.errors import TakhtError
from takht.text import names


def read_labels(root: Path, folders: Iterable[str]) -> dict[str, str]:
    """Return the label of each composer (NFC): what `<root>/composers.csv` (folder,label) says.

    A folder that it does not name is its own label.

    Raises:
        TakhtError: a row names no folder of the corpus, or one twice, or gives no label; or two
            composers would have one label.
    """
    path = root / "composers.csv"
    own = {names.to_nfc(folder): names.to_nfc(folder) for folder in folders}
    labels = own | _read(path, "folder", "label", own)
    holders = defaultdict(list)
    for folder, label in labels.items():
        holders[label].append(folder)
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

    Raises:
        TakhtError: a row names no file of the corpus, or one twice, or gives no work.
    """
    return _read(root / "recordings.csv", "file", "work", files)


def _read(path: Path, key: str, value: str, known: Iterable[str]) -> dict[str, str]:
    if not path.exists():
        return {}
    table = tables.read_table(path)
    if not {key, value} <= set(table.columns):
        raise TakhtError(
            f"{path}: columns {key} and {value} are needed, got {list(table.columns)}; "
            f"write `{key},{value}` as the first line"
        )
    keys, values = [names.to_nfc(name) for name in table[key]], list(table[value])
    there = {names.to_nfc(name) for name in known}
    faults = []
    for row, (name, text) in enumerate(zip(keys, values, strict=True)):
        where = f"{path}: row {row + 1}: {key} {names.escape(name)!r}"
        if name not in there:
            faults.append(f"{where} is not in the corpus; fix the name or remove the row")
        if name in keys[:row]:
            faults.append(f"{where} stands there twice; keep one row")
        if not text.strip():
            faults.append(f"{where} has no {value}; write one or remove the row")
    if faults:
        raise TakhtError("\n".join(faults))
    return dict(zip(keys, values, strict=True))
