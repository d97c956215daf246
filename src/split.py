"""split: put every recording on one side; works and duplicates stay together."""

import sys
from pathlib import Path
from typing import ClassVar

from takht.stage import run

import pandas as pd
from pydantic import Field

from takht.core import tables
from takht.corpus.duplicate_pairs import describe_pair
from takht.corpus.grouped_split import SIDES, assign_sides, number_groups
from takht.errors import TakhtError
from takht.runtime.atomic import atomic_file
from takht.runtime.params import Section, Seed


class Split(Section):
    at: ClassVar[str] = "split"
    validation_share: float = Field(gt=0, lt=0.5, description="of the recordings of a composer")
    test_share: float = Field(gt=0, lt=0.5, description="of the recordings of a composer")
    drop_small_composers: bool = Field(description="leave out who has too little for all sides")
    seed: Seed


def split(params: Split, catalogue_csv: Path, duplicates_csv: Path, split_csv: Path) -> None:
    catalogue = tables.read_table(catalogue_csv)
    duplicates = _duplicates(catalogue, tables.read_table(duplicates_csv), duplicates_csv)
    table = catalogue[["recording", "composer", "label", "work", "audio_sha256"]].copy()
    table["group"] = number_groups([table["work"], table["audio_sha256"]], duplicates)
    if params.drop_small_composers:
        sizes = table.groupby("composer")["group"].transform("nunique")
        table = table[sizes >= len(SIDES)].reset_index(drop=True)
    if table["composer"].nunique() < 2:
        raise TakhtError(
            f"{catalogue_csv}: at least two composers are needed, got "
            f"{sorted(set(table['composer']))}; add recordings"
        )
    shares = {
        "train": 1 - params.validation_share - params.test_share,
        "validation": params.validation_share,
        "test": params.test_share,
    }
    table["side"] = assign_sides(
        table["composer"], table["group"], table["work"], shares, params.seed
    )
    with atomic_file(split_csv) as path:
        tables.write_table(table.drop(columns="audio_sha256"), path)


def _duplicates(catalogue: pd.DataFrame, table: pd.DataFrame, path: Path) -> list[tuple[int, int]]:
    """Return the two rows of the catalogue for each pair of duplicates, and report the pairs."""
    place = {name: row for row, name in enumerate(catalogue["recording"])}
    names = table[["recording", "duplicate_of"]].to_numpy().tolist()
    if unknown := sorted({name for pair in names for name in pair} - place.keys()):
        raise TakhtError(
            f"{path}: {unknown[0]!r} is not in the catalogue; run `dvc repro near_duplicates`"
        )
    pairs = [(place[name], place[duplicate]) for name, duplicate in names]
    rows = catalogue.to_dict("records")
    for (first, second), found in zip(pairs, table.to_dict("records"), strict=True):
        for line in describe_pair(rows[first], rows[second], found):
            sys.stderr.write(f"{line}\n")
    return pairs


if __name__ == "__main__":
    run(split)
