"""Describe a corpus: every usable recording, and why the other files are of no use."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar, Literal, NamedTuple, Self

from pydantic import Field

from takht.audio import conversion
from takht.audio.conversion import AudioSettings, ConvertSettings
from takht.corpus.metadata import read_labels, read_works
from takht.corpus.root import require_corpus_folder
from takht.corpus.scan import Rejected, require_composers, require_works, scan_corpus
from takht.corpus.validation import (
    describe_clipping,
    describe_losses,
    describe_names,
    describe_works,
    pass_over_side_files,
    raise_if_rejected,
    validate,
)
from takht.runtime.params import Section
from takht.text import names

_NOT_SHOWN = {"peak", "half_range", "audio_streams", "is_mono_pair"}


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


class Description(NamedTuple):
    """A row for each usable recording, the files without use, and warnings (what; remedy)."""

    recordings: Sequence[dict[str, Any]]
    rejected: Sequence[Rejected]
    warnings: Sequence[str]


def describe_corpus(
    params: Catalogue,
    small: SmallComposers,
    audio: AudioSettings,
    convert: ConvertSettings,
    root: Path,
    scratch: Path,
) -> Description:
    """Decode every recording. That is most of the work, so its result is kept for `convert`.

    Raises:
        TakhtError: the corpus cannot be used, a line for each reason.
    """
    require_corpus_folder(root)
    found, rejected = scan_corpus(root)
    require_composers(root, (each.composer for each in found), rejected)
    files = [each.file for each in found] + [each.file for each in rejected]
    label_of = read_labels(root, (each.composer for each in found))
    work_of = read_works(root, files)
    probes = conversion.probe_recordings(
        [root / each.file for each in found], audio, convert, scratch
    )
    found, probes = pass_over_side_files(root, found, probes)
    good, bad = validate(found, probes, params.min_seconds, params.silence_dbfs, work_of)
    rejected = sorted([*rejected, *bad])
    if params.on_unreadable == "fail":
        raise_if_rejected(root, rejected)
    require_composers(root, (each.composer for each in good), rejected)
    rows = [
        {
            "recording": each.recording,
            "file": each.file,
            "composer": each.composer,
            "label": label_of.get(each.composer, each.composer),
            "work": work_of.get(names.to_nfc(each.file), each.recording),
            **asdict(measured),
            "peak_dbfs": round(measured.peak_dbfs(), 2),
        }
        for each, measured in good.items()
    ]
    works = [(row["composer"], row["work"]) for row in rows]
    if not small.drop:
        require_works(root, works)
    warnings = [
        *describe_clipping(root, good),
        *describe_losses(root, good),
        *describe_names(root, (row["file"] for row in rows), (row["label"] for row in rows)),
        *describe_works(root, works),
    ]
    shown = [{key: row[key] for key in row if key not in _NOT_SHOWN} for row in rows]
    return Description(shown, rejected, warnings)
