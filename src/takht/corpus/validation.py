"""Tell which of a corpus's files are usable recordings, and why the others are not."""

import math
import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from takht.audio import mono
from takht.audio.probe import Probe
from takht.corpus.scan import FoundFile, Rejected
from takht.errors import TakhtError
from takht.text import names


def find_fault(probe: Probe, min_seconds: float, silence_dbfs: float) -> str | None:
    """Return why the audio is of no use (rule, value; remedy), or None."""
    if 0 < probe.seconds < min_seconds and math.isfinite(probe.peak):
        return (
            f"is too short, {probe.seconds:.2f} s, at least {min_seconds:g} s are needed; "
            "remove it or lower catalogue.min_seconds"
        )
    return mono.find_fault(probe, silence_dbfs, lower="catalogue.silence_dbfs")


def find_same_audio(audio_of: Mapping[FoundFile, str]) -> list[Rejected]:
    """Return what is kept out because its audio (a hash) is in the corpus under another name.

    Of copies by one composer the first is kept; of copies by several, none: one must be wrong.
    """
    groups = defaultdict(list)
    for found, audio in sorted(audio_of.items()):
        groups[audio].append(found)
    rejected = []
    for group in groups.values():
        first, *copies = group
        if len({found.composer for found in group}) == 1:
            rejected += [
                Rejected(
                    copy.file,
                    f"same audio as {names.escape(first.file)}; remove one of the two",
                )
                for copy in copies
            ]
            continue
        for found in group:
            others = ", ".join(names.escape(other.file) for other in group if other != found)
            reason = f"same audio under another composer, {others}; remove the wrong one"
            rejected.append(Rejected(found.file, reason))
    return rejected


def validate(
    found: Sequence[FoundFile],
    probes: Sequence[Probe | str],
    min_seconds: float,
    silence_dbfs: float,
) -> tuple[dict[FoundFile, Probe], list[Rejected]]:
    """Return the usable recordings with what they hold, in order, and the others with why not."""
    usable: dict[FoundFile, Probe] = {}
    rejected = []
    for each, probe in zip(found, probes, strict=True):
        if isinstance(probe, str):
            reason: str | None = f"unreadable, {probe}"
        else:
            reason = find_fault(probe, min_seconds, silence_dbfs)
        if reason:
            rejected.append(Rejected(each.file, reason))
        elif isinstance(probe, Probe):
            usable[each] = probe
    copies = find_same_audio({each: probe.audio_sha256 for each, probe in usable.items()})
    kept_out = {copy.file for copy in copies}
    kept = {each: probe for each, probe in usable.items() if each.file not in kept_out}
    return kept, rejected + copies


def warn_about_clipping(root: Path, usable: Mapping[FoundFile, Probe]) -> None:
    """Name on stderr each recording whose decoded peaks will be held at full scale.

    Lossy codecs overshoot what was encoded; every player holds such peaks too.
    """
    for found, probe in usable.items():
        if probe.peak > 1:
            sys.stderr.write(
                f"{root}/{names.escape(found.file)}: its mono mix peaks {probe.peak_dbfs():.1f} dB "
                "above full scale, what is above is clipped; fetch a quieter copy if it matters\n"
            )


def warn_about_losses(root: Path, usable: Mapping[FoundFile, Probe]) -> None:
    """Name on stderr each recording of which a part was not decoded."""
    for found, probe in usable.items():
        for line in mono.describe_losses(probe):
            sys.stderr.write(f"{root}/{names.escape(found.file)}: {line}\n")


def raise_if_rejected(root: Path, rejected: Sequence[Rejected]) -> None:
    """Raise a TakhtError with a line for each rejected file, if there are any."""
    if rejected:
        lines = [f"{root}/{names.escape(each.file)}: {each.reason}" for each in rejected]
        lines.append(
            f"{root}: {len(rejected)} cannot be used; fix them, or set catalogue.on_unreadable "
            "to skip in params.yaml to go on without them"
        )
        raise TakhtError("\n".join(lines))


def rejection_table(rejected: Sequence[Rejected]) -> pd.DataFrame:
    """Return the columns file and reason; names that cannot be printed are escaped."""
    rows = [(names.escape(each.file), each.reason) for each in rejected]
    return pd.DataFrame(rows, columns=["file", "reason"], dtype="str")
