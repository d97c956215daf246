"""Whether the corpus is one: composers, recordings, works and names, without decoding any."""

import os
from collections import Counter
from pathlib import Path

from takht.cli.doctor.finding import Finding, failed, ok, warning
from takht.corpus.metadata import read_labels, read_works
from takht.corpus.root import require_corpus_folder
from takht.corpus.scan import require_composers, require_works, scan_corpus
from takht.corpus.validation import find_foreign_names
from takht.errors import TakhtError
from takht.text import names


def check_corpus(root: Path, drops_small: bool, project: Path | None = None) -> list[Finding]:
    """Check what lies in the corpus's folder; DVC ignores names only in that of the project."""
    try:
        require_corpus_folder(root)
        found, rejected = scan_corpus(root)
        files = [each.file for each in found] + [each.file for each in rejected]
        # Side files are not decoded here; a corpus without a single suffix is one too.
        found = [each for each in found if each.is_named_as_audio] or found
        require_composers(root, (each.composer for each in found), rejected)
        labels = read_labels(root, (each.composer for each in found))
        work_of = read_works(root, files)
        works = [
            (each.composer, work_of.get(names.to_nfc(each.file), each.recording)) for each in found
        ]
        if not drops_small:
            require_works(root, works)
    except TakhtError as error:
        return [_failed(line) for line in str(error).splitlines()]
    unusable = [
        warning("corpus", f"{root}/{names.escape(each.file)}: {what}", remedy)
        for each in rejected
        for what, _, remedy in [each.reason.rpartition("; ")]
    ]
    if not root.resolve().is_relative_to((project or Path.cwd()).resolve()):
        shown = [f"{root}/{names.escape(file)}" for file in _not_utf8(root)]
        what = "name is not UTF-8, and DVC fails at it"
        unusable += [failed("corpus", f"{file}: {what}", "rename it") for file in shown]
    foreign = find_foreign_names((each.file for each in found), labels.values())
    for line in foreign:
        what, _, remedy = f"{root}{line}".rpartition("; ")
        unusable.append(warning("corpus", what, remedy))
    counts = Counter(each.composer for each in found)
    few, many = min(counts.values()), max(counts.values())
    what = f"{root}: {len(found)} recordings of {len(counts)} composers, {few} to {many} each"
    return [*unusable, ok("corpus", what)]


def _not_utf8(root: Path) -> list[str]:
    """Return the files and folders whose names are not UTF-8, the first of each folder."""
    found = []
    for here, folders, files in os.walk(root):
        bad = (n for n in sorted(folders + files) if n.encode("utf-8", "replace") != os.fsencode(n))
        if name := next(bad, None):
            found.append((Path(here) / name).relative_to(root).as_posix())
    return sorted(found)


def _failed(line: str) -> Finding:
    what, _, remedy = line.rpartition("; ")
    return failed("corpus", what or line, remedy if what else "fix it")
