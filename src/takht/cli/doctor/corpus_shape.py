"""Whether the corpus is one: composers, recordings, works and names, without decoding any."""

from collections import Counter
from pathlib import Path

from takht.cli.doctor.finding import Finding, failed, ok, warning
from takht.corpus.metadata import read_labels, read_works
from takht.corpus.scan import require_composers, require_works, scan_corpus
from takht.corpus.validation import find_foreign_names
from takht.errors import TakhtError
from takht.text import names


def check_corpus(root: Path, drops_small: bool) -> list[Finding]:
    """Check what lies in the corpus's folder."""
    try:
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
    foreign = find_foreign_names((each.file for each in found), labels.values())
    for line in foreign:
        what, _, remedy = f"{root}{line}".rpartition("; ")
        unusable.append(warning("corpus", what, remedy))
    counts = Counter(each.composer for each in found)
    few, many = min(counts.values()), max(counts.values())
    what = f"{root}: {len(found)} recordings of {len(counts)} composers, {few} to {many} each"
    return [*unusable, ok("corpus", what)]


def _failed(line: str) -> Finding:
    what, _, remedy = line.rpartition("; ")
    return failed("corpus", what or line, remedy if what else "fix it")
