"""Whether the corpus is one: composers, recordings, works and names, without decoding any."""

from collections import Counter
from pathlib import Path

from takht.cli.doctor.finding import Finding, failed, ok, warning
from takht.corpus.metadata import read_labels, read_works
from takht.corpus.root import require_corpus_folder
from takht.corpus.scan import require_composers, require_works, scan_corpus
from takht.errors import TakhtError
from takht.text import names


def check_corpus(root: Path, drops_small: bool) -> list[Finding]:
    """Check what lies in the corpus's folder."""
    try:
        require_corpus_folder(root)
        found, rejected = scan_corpus(root)
        require_composers(root, (each.composer for each in found), rejected)
        read_labels(root, (each.folder for each in found))
        files = [each.file for each in found] + [each.file for each in rejected]
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
    counts = Counter(each.composer for each in found)
    few, many = min(counts.values()), max(counts.values())
    what = f"{root}: {len(found)} recordings of {len(counts)} composers, {few} to {many} each"
    return [*unusable, ok("corpus", what)]


def _failed(line: str) -> Finding:
    what, _, remedy = line.rpartition("; ")
    return failed("corpus", what or line, remedy if what else "fix it")
