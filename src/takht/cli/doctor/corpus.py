"""Whether the corpus can be used: the rules of `catalogue`, applied by the code of `catalogue`."""

import os
import shlex
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from takht.audio.conversion import AudioSettings, ConvertSettings
from takht.cli.doctor.finding import Finding, failed, ok, warning
from takht.corpus.description import Catalogue, SmallComposers, describe_corpus
from takht.errors import TakhtError
from takht.runtime.atomic import scratch_folder
from takht.runtime.params import load_section
from takht.text import names

DEMO = "data/demo"  # which the pipeline of corpora/ makes


def check_corpus(root: Path, project: Path) -> list[Finding]:
    """Decode every recording, as `catalogue` does, by the settings of the project's params.yaml.

    DVC ignores names only in the project's folder.
    """
    if not root.is_dir() and root.with_name(f"{root.name}.dvc").is_file():
        return [
            failed("corpus", f"{root}: not fetched yet", f"run `dvc pull {shlex.quote(str(root))}`")
        ]
    if not root.is_dir() and root == project / DEMO:
        return [failed("corpus", f"{root}: not made yet", "run `dvc repro corpora/dvc.yaml`")]
    foreign = []
    if not root.resolve().is_relative_to(project.resolve()):
        what = "name is not UTF-8, and DVC fails at it"
        paths = [f"{root}/{names.escape(file)}" for file in _not_utf8(root)]
        foreign = [failed("corpus", f"{path}: {what}", "rename it") for path in paths]
    path = project / "params.yaml"
    try:
        with scratch_folder(project / "data/catalogue.csv") as scratch:
            found = describe_corpus(
                load_section(Catalogue, {}, path),
                load_section(SmallComposers, {}, path),
                load_section(AudioSettings, {}, path),
                load_section(ConvertSettings, {}, path),
                root,
                scratch,
            )
    except TakhtError as error:
        return [*foreign, *(_finding(failed, line) for line in str(error).splitlines())]
    reasons = [f"{root}/{names.escape(each.file)}: {each.reason}" for each in found.rejected]
    counts = Counter(each["composer"] for each in found.recordings).values()
    what = f"{len(found.recordings)} recordings of {len(counts)} composers"
    return [
        *foreign,
        *(_finding(warning, line) for line in [*reasons, *found.warnings]),
        ok("corpus", f"{root}: {what}, {min(counts)} to {max(counts)} each"),
    ]


def _finding(verdict: Callable[[str, str, str], Finding], line: str) -> Finding:
    what, _, remedy = line.rpartition("; ")
    return verdict("corpus", what or line, remedy if what else "fix it")


def _not_utf8(root: Path) -> list[str]:
    """Return the files and folders whose names are not UTF-8, the first of each folder."""
    found = []
    for here, folders, files in os.walk(root):
        bad = (n for n in sorted(folders + files) if n.encode("utf-8", "replace") != os.fsencode(n))
        if name := next(bad, None):
            found.append((Path(here) / name).relative_to(root).as_posix())
    return sorted(found)
