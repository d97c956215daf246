"""catalogue: find, decode and hash every recording, and give every file a verdict."""

from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from takht.stage import run

import pandas as pd
from pydantic import Field

from takht.audio import conversion
from takht.audio.conversion import Audio, Convert
from takht.core import tables
from takht.corpus import metadata as labels
from takht.corpus import scan as corpus
from takht.corpus import validation as verdicts
from takht.runtime import atomic as outputs
from takht.runtime.params import Section
from takht.text import names


class Catalogue(Section):
    at: ClassVar[str] = "catalogue"
    on_unreadable: Literal["fail", "skip"] = Field(description="what a file without use does")
    min_seconds: float = Field(ge=0, le=3600, description="shortest recording, s")
    silence_dbfs: float = Field(ge=-200, le=0, description="a lower peak is silence, dBFS")


class SmallComposers(Section):
    """The one setting of `split` that is looked at here already, before any long work."""

    at: ClassVar[str] = "split.drop_small_composers"
    drop: bool

    @classmethod
    def parse(cls, values: Any) -> Self:
        return cls.model_validate({"drop": values})


def catalogue(
    params: Catalogue,
    small: SmallComposers,
    audio: Audio,
    convert: Convert,
    root: Path,
    catalogue_csv: Path,
    rejected_csv: Path,
) -> None:
    """Decoding is most of the work, so what it gives is kept for `convert`."""
    found, rejected = corpus.scan(root)
    corpus.require_composers(root, (each.composer for each in found), rejected)
    files = [each.file for each in found] + [each.file for each in rejected]
    label_of = labels.read_labels(root, (each.folder for each in found))
    work_of = labels.read_works(root, files)
    with outputs.scratch_folder(catalogue_csv) as scratch:
        probes = conversion.probed([root / each.file for each in found], audio, convert, scratch)
    good, bad = verdicts.judge(found, probes, params.min_seconds, params.silence_dbfs)
    rejected = sorted([*rejected, *bad])
    if params.on_unreadable == "fail":
        verdicts.refuse(root, rejected)
    corpus.require_composers(root, (each.composer for each in good), rejected)
    verdicts.warn_of_clipping(root, good)
    rows = [
        {
            "recording": each.recording,
            "file": each.file,
            "composer": each.composer,
            "label": label_of.get(each.composer, each.composer),
            "work": work_of.get(names.nfc(each.file), each.recording),
            **asdict(measured),
            "peak_dbfs": round(measured.peak_dbfs(), 2),
        }
        for each, measured in good.items()
    ]
    if not small.drop:
        corpus.require_works(root, [(row["composer"], row["work"]) for row in rows])
    with outputs.fresh_file(catalogue_csv) as path, outputs.fresh_file(rejected_csv) as reasons:
        tables.write_table(pd.DataFrame(rows).drop(columns=["peak", "swing"]), path)
        tables.write_table(verdicts.table(rejected), reasons)


if __name__ == "__main__":
    run(catalogue)
