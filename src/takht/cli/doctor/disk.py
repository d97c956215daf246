"""Room for what a run makes, and the store's share of it."""

import shutil
import tempfile
from pathlib import Path

from takht.cache import store_folder
from takht.cli.doctor.finding import Finding, failed, ok, warning
from takht.corpus.root import require_corpus_folder
from takht.errors import TakhtError

_GB = 1e9
# Of the recordings' bytes: mono WAV parts, segments and features, each once more in DVC's cache and
# in the store; a minute of mp3 at 128 kb/s is 1 MB, and becomes 2.6 MB of parts and of segments.
OUTPUTS_PER_BYTE = 18


def check_disk(project: Path, root: Path) -> Finding:
    """Check free space against the size of the corpus."""
    require_corpus_folder(root)
    corpus_bytes = sum(file.stat().st_size for file in _files(root))
    needed, free = corpus_bytes * OUTPUTS_PER_BYTE, shutil.disk_usage(project).free
    what = f"{free / _GB:.1f} GB free, {root} holds {corpus_bytes / _GB:.2f} GB"
    if free < corpus_bytes:
        return failed("disk", what, f"free {needed / _GB:.1f} GB, or move the project")
    if free < needed:
        return warning("disk", what, f"about {needed / _GB:.1f} GB may be needed; free some")
    return ok("disk", what)


def check_temporary() -> Finding:
    """Check the folder for temporary files, in which decoded audio lies: 160 MB an hour."""
    try:
        folder = tempfile.gettempdir()
    except OSError as error:
        return failed("temporary files", str(error.strerror), "set TMPDIR to a folder with room")
    free = shutil.disk_usage(folder).free
    what = f"{folder}, {free / _GB:.1f} GB free"
    if free < _GB:
        return warning("temporary files", what, "set TMPDIR to a folder with room")
    return ok("temporary files", what)


def check_store() -> Finding:
    """Check where the store is, how large it is and may be, and whether it can be written."""
    try:
        root, limit = store_folder.locate_store(), store_folder.read_limit_bytes()
    except TakhtError as error:
        what, _, remedy = str(error).rpartition("; ")
        return failed("store", what, remedy)
    if not limit:
        return warning(
            "store", "off, TAKHT_STORE_GB=0: every run decodes all again", "unset the variable"
        )
    held = sum(size for _, _, size in store_folder.list_entries(root))
    what = f"{root} holds {held / _GB:.2f} of at most {limit / _GB:g} GB"
    try:
        with store_folder.new_partial(root):
            pass
    except OSError as error:
        return warning(
            "store", f"{root}: {error.strerror}", "fix it, or set TAKHT_STORE to another folder"
        )
    return ok("store", what)


def _files(root: Path) -> list[Path]:
    return [file for file in root.rglob("*") if file.is_file()] if root.is_dir() else []
