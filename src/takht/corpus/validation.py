"""Tell which of a corpus's files are usable recordings, and why the others are not."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from takht.audio import mono
from takht.audio.probe import Probe
from takht.corpus.scan import FoundFile, Rejected, say_passed_over
from takht.errors import TakhtError
from takht.text import names

_MOST_EXAMPLES = 5
_MANY_COMPOSERS = 3  # of one work: then its name is perhaps a form, such as taqsim


def find_fault(probe: Probe, min_seconds: float, silence_dbfs: float) -> str | None:
    """Return why the audio is of no use (rule, value; remedy), or None."""
    if 0 < probe.seconds < min_seconds and math.isfinite(probe.peak):
        return (
            f"is too short, {probe.seconds:.2f} s, at least {min_seconds:g} s are needed; remove it"
        )
    return mono.find_fault(probe, silence_dbfs, lower="catalogue.silence_dbfs")


def find_same_audio(
    audio_of: Mapping[FoundFile, str], works: Collection[str] = ()
) -> list[Rejected]:
    """Return what is kept out because its audio (a hash) is in the corpus under another name.

    Of copies by one composer, the first file (NFC) that has one of the `works` is kept, else the
    first; of copies by several, none: one must be wrong.
    """

    def rank(found: FoundFile) -> tuple[bool, FoundFile]:
        return names.to_nfc(found.file) not in works, found

    groups = defaultdict(list)
    for found in sorted(audio_of, key=rank):
        groups[audio_of[found]].append(found)
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
    works: Collection[str] = (),
) -> tuple[dict[FoundFile, Probe], list[Rejected]]:
    """Return the usable recordings with what they hold, in order, and the others with why not.

    `works` are the files (NFC) whose work is known: of copies, one of these is kept.
    """
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
    copies = find_same_audio({each: probe.audio_sha256 for each, probe in usable.items()}, works)
    kept_out = {copy.file for copy in copies}
    kept = {each: probe for each, probe in usable.items() if each.file not in kept_out}
    return kept, rejected + copies


def pass_over_side_files(
    root: Path, found: Sequence[FoundFile], probes: Sequence[Probe | str]
) -> tuple[list[FoundFile], list[Probe | str]]:
    """Return the files that are named as audio or decode as such, with what they hold.

    The others, such as covers and cue sheets, are counted on stderr.
    """
    heard, side_files = [], []
    for each, probe in zip(found, probes, strict=True):
        sounds = (
            isinstance(probe, Probe)
            and probe.seconds > 0
            and math.isfinite(probe.peak)
            and not probe.decode_errors
        )
        if each.is_named_as_audio or sounds:
            heard.append((each, probe))
        else:
            side_files.append(each.file)
    say_passed_over(root, side_files, "files that neither are named as audio nor decode as such")
    return [each for each, _ in heard], [probe for _, probe in heard]


def describe_names(root: Path, files: Iterable[str], labels: Iterable[str]) -> list[str]:
    """Return a line for each kind of name that can be taken for another, or not be copied."""
    paths = {path for file in files for path in [PurePosixPath(file), *PurePosixPath(file).parents]}
    in_order = sorted(paths - {PurePosixPath(".")})
    return [
        *_describe_case(root, in_order),
        *_describe_foreign_names(root, in_order),
        *_describe_labels(root, labels),
    ]


def _describe_case(root: Path, paths: Iterable[PurePosixPath]) -> Iterator[str]:
    alike = defaultdict(list)
    for path in paths:
        alike[path.parent, names.to_nfc(path.name).casefold()].append(path)
    groups = [group for group in alike.values() if len(group) > 1]
    for group in groups[:_MOST_EXAMPLES]:
        yield (
            f"{root}/{_shown(group)}: names differ in case only, Windows and macOS keep only one "
            "of them; rename one before you copy the corpus there"
        )
    if len(groups) > _MOST_EXAMPLES:
        yield f"{root}: {len(groups)} groups of names differ in case only; rename them all"


def _describe_foreign_names(root: Path, paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Yield a line for each kind of name that Windows or macOS cannot hold."""
    kinds = defaultdict(list)
    for path in paths:
        if fault := names.find_foreign_fault(path.name):
            kinds[fault].append(path)
    for fault, group in kinds.items():
        yield f"{root}/{_shown(group)}: {fault}; rename before you copy the corpus there"


def _describe_labels(root: Path, labels: Iterable[str]) -> Iterator[str]:
    for group in _group_alike(labels):
        yield (
            f"{root}: labels {_and(group)} look alike; give one composer one name, or tell two "
            "apart in composers.csv"
        )


def describe_works(root: Path, rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Yield a line for works that may be one, or several. Rows: composer, work."""
    composers, count = defaultdict(set), Counter[str]()
    for composer, work in rows:
        composers[work].add(composer)
        count[work] += 1
    groups = _group_alike(composers)
    for group in groups[:_MOST_EXAMPLES]:
        yield (
            f"{root}: works {_and(group)} differ in spelling only, and may be on two sides of the "
            "split; if they are one, spell it alike in recordings.csv"
        )
    if len(groups) > _MOST_EXAMPLES:
        yield f"{root}: {len(groups)} groups of works differ in spelling only; spell each alike"
    shared = [work for work, of in composers.items() if len(of) >= _MANY_COMPOSERS]
    for work in shared[:_MOST_EXAMPLES]:
        yield (
            f"{root}: work {names.escape(work)} is of {len(composers[work])} composers, and all "
            f"its {count[work]} recordings stay on one side of the split; if they are different "
            "pieces, give each a name of its own in recordings.csv"
        )
    if len(shared) > _MOST_EXAMPLES:
        yield f"{root}: {len(shared)} works are of {_MANY_COMPOSERS} or more composers; see above"


def _group_alike(texts: Iterable[str]) -> list[list[str]]:
    """Return texts that differ in spelling only, two or more of them in each group."""
    alike = defaultdict(list)
    for text in sorted(set(texts)):
        alike[names.fold_spelling(text)].append(text)
    return [group for group in alike.values() if len(group) > 1]


def _and(group: Iterable[str]) -> str:
    return " and ".join(map(names.escape, group))


def _shown(paths: Sequence[PurePosixPath]) -> str:
    some = ", ".join(names.escape(path.as_posix()) for path in paths[:_MOST_EXAMPLES])
    rest = len(paths) - _MOST_EXAMPLES
    return f"{some} and {rest} more" if rest > 0 else some


def describe_clipping(root: Path, usable: Mapping[FoundFile, Probe]) -> list[str]:
    """Return a line for each recording whose decoded peaks will be held at full scale.

    Lossy codecs overshoot what was encoded; every player holds such peaks too.
    """
    return [
        f"{root}/{names.escape(found.file)}: its mono mix peaks {probe.peak_dbfs():.1f} dB above "
        "full scale, what is above is clipped; fetch a quieter copy if it matters"
        for found, probe in usable.items()
        if probe.peak > 1
    ]


def describe_losses(root: Path, usable: Mapping[FoundFile, Probe]) -> list[str]:
    """Return a line for each recording of which a part was not decoded."""
    return [
        f"{root}/{names.escape(found.file)}: {line}"
        for found, probe in usable.items()
        for line in mono.describe_losses(probe)
    ]


def raise_if_rejected(root: Path, rejected: Sequence[Rejected]) -> None:
    """Raise a TakhtError with a line for each rejected file, if there are any."""
    if rejected:
        lines = [f"{root}/{names.escape(each.file)}: {each.reason}" for each in rejected]
        lines.append(
            f"{root}: {len(rejected)} cannot be used; fix them, or set catalogue.on_unreadable "
            "to skip in params.yaml to go on without them"
        )
        raise TakhtError("\n".join(lines))
