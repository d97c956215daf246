"""split: put every recording on one side; works and duplicates stay together."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, NamedTuple

from takht.stage import run

from pydantic import Field

from takht.core import tables
from takht.corpus.duplicate_pairs import describe_pair
from takht.corpus.grouped_split import SIDES, assign_sides, number_groups
from takht.errors import TakhtError
from takht.runtime.atomic import atomic_file
from takht.runtime.params import Section, Seed
from takht.text.names import escape


class Recording(NamedTuple):
    """A row of the catalogue."""

    recording: str
    file: str
    composer: str
    label: str
    work: str


class Split(Section):
    at: ClassVar[str] = "split"
    validation_share: float = Field(gt=0, lt=0.5, description="of the recordings of a composer")
    test_share: float = Field(gt=0, lt=0.5, description="of the recordings of a composer")
    drop_small_composers: bool = Field(description="leave out who has too little for all sides")
    seed: Seed


def split(params: Split, catalogue_csv: Path, duplicates_csv: Path, split_csv: Path) -> None:
    catalogue = tables.read_rows(catalogue_csv, dict.fromkeys(Recording._fields, str))
    recordings = [Recording(*row) for row in catalogue]
    duplicates = _read_duplicates(recordings, duplicates_csv)
    works = [each.work for each in recordings]
    group_of = dict(zip(recordings, number_groups(works, duplicates), strict=True))
    if params.drop_small_composers:
        groups = {(each.composer, group) for each, group in group_of.items()}
        sizes = Counter(composer for composer, _ in groups)
        for name in sorted(name for name, size in sizes.items() if size < len(SIDES)):
            reason = f"{sizes[name]} different works, {len(SIDES)} are needed"
            sys.stderr.write(f"split: {escape(name)}: left out, {reason}\n")
        recordings = [each for each in recordings if sizes[each.composer] >= len(SIDES)]
    composers = [each.composer for each in recordings]
    if len(set(composers)) < 2:
        raise TakhtError(
            f"{catalogue_csv}: at least two composers are needed, got {sorted(set(composers))}; "
            "add recordings"
        )
    held = params.validation_share, params.test_share
    shares = dict(zip(SIDES, (1 - held[0] - held[1], *held), strict=True))
    numbers = [group_of[each] for each in recordings]
    works = [each.work for each in recordings]
    sides = assign_sides(composers, numbers, works, shares, params.seed)
    rows = [
        (each.recording, each.composer, each.label, each.work, group, side)
        for each, group, side in zip(recordings, numbers, sides, strict=True)
    ]
    with atomic_file(split_csv) as path:
        columns = ("recording", "composer", "label", "work", "group", "side")
        tables.write_rows(path, columns, rows)


def _read_duplicates(recordings: Sequence[Recording], path: Path) -> list[tuple[int, int]]:
    """Return the places of two recordings for each pair of duplicates, and report the pairs."""
    place = {each.recording: number for number, each in enumerate(recordings)}
    numbers = ("score", "seconds_alike", "start_seconds", "duplicate_start_seconds")
    columns = {"recording": str, "duplicate_of": str} | dict.fromkeys(numbers, float)
    pairs = []
    for first, second, *found in tables.read_rows(path, columns):
        if unknown := sorted({first, second} - place.keys()):
            raise TakhtError(
                f"{path}: {unknown[0]!r} is not in the catalogue; run `dvc repro near_duplicates`"
            )
        pairs.append((place[first], place[second]))
        one, other = (recordings[number]._asdict() for number in pairs[-1])
        for line in describe_pair(one, other, dict(zip(numbers, found, strict=True))):
            sys.stderr.write(f"{line}\n")
    return pairs


if __name__ == "__main__":
    run(split)
