"""catalogue: find, decode and hash every recording, and give every file a verdict."""

import sys
from pathlib import Path

from takht.stage import run

from takht.audio.conversion import AudioSettings, ConvertSettings
from takht.core import tables
from takht.corpus.description import Catalogue, SmallComposers, describe_corpus
from takht.corpus.validation import rejection_table
from takht.runtime.atomic import atomic_file, scratch_folder


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
    for line in found.warnings:
        sys.stderr.write(f"warning: {line}\n")
    with atomic_file(catalogue_csv) as path, atomic_file(rejected_csv) as reasons:
        tables.write_table(found.recordings, path)
        tables.write_table(rejection_table(found.rejected), reasons)


if __name__ == "__main__":
    run(catalogue)
