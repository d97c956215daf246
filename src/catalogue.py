"""catalogue: find, decode and hash every recording, and give every file a verdict."""

import sys
from pathlib import Path

from takht.stage import run

from takht.audio.conversion import AudioSettings, ConvertSettings
from takht.core import tables
from takht.corpus.description import Catalogue, SmallComposers, describe_corpus
from takht.runtime.atomic import atomic_file, scratch_folder
from takht.text import names


def catalogue(
    params: Catalogue,
    small: SmallComposers,
    audio: AudioSettings,
    convert: ConvertSettings,
    root: Path,
    catalogue_csv: Path,
    rejected_csv: Path,
) -> None:
    with scratch_folder(catalogue_csv) as scratch:
        found = describe_corpus(params, small, audio, convert, root, scratch)
    left_out = [f"{root}/{names.escape(each.file)}: {each.reason}" for each in found.rejected]
    for line in [*found.warnings, *left_out]:
        sys.stderr.write(f"warning: {line}\n")
    with atomic_file(catalogue_csv) as path, atomic_file(rejected_csv) as reasons:
        cells = [list(each.values()) for each in found.recordings]
        tables.write_rows(path, list(found.recordings[0]), cells)
        rows = [(names.escape(each.file), each.reason) for each in found.rejected]
        tables.write_rows(reasons, ["file", "reason"], rows)


if __name__ == "__main__":
    run(catalogue)
