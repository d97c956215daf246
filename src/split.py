"""split: put every recording on one side (train, validation, test), works kept whole."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from takht import outputs, splitting, stage, tables
from takht.errors import TakhtError
from takht.schema import Section, Seed


class Split(Section):
    at: ClassVar[str] = "split"
    validation_share: float = Field(gt=0, lt=0.5, description="of the recordings of a composer")
    test_share: float = Field(gt=0, lt=0.5, description="of the recordings of a composer")
    drop_small_composers: bool = Field(description="leave out who has too little for all sides")
    seed: Seed


def split(params: Split, catalogue_csv: Path, split_csv: Path) -> None:
    table = tables.read_table(catalogue_csv)[
        ["recording", "composer", "label", "work", "audio_sha256"]
    ]
    table["group"] = splitting.groups_of([table["work"], table["audio_sha256"]])
    if params.drop_small_composers:
        sizes = table.groupby("composer")["group"].transform("nunique")
        table = table[sizes >= len(splitting.SIDES)].reset_index(drop=True)
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
    table["side"] = splitting.sides_for(table["composer"], table["group"], shares, params.seed)
    with outputs.fresh_file(split_csv) as path:
        tables.write_table(table.drop(columns="audio_sha256"), path)


if __name__ == "__main__":
    stage.run(split)
