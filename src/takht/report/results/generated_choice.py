"""Which of the generated sounds the report lets people hear."""

from pathlib import Path, PurePosixPath
from typing import Any

import pandas as pd

RECONSTRUCTED = 3  # recordings, heard as each model keeps them
DRAWN = 2  # pieces of composers drawn at random
_MORPHS = "interpolation"
_PICTURED = ("long", "kept")
MODELS = ("reference", "codec", "pca", "study_vae")  # in the order in which they are compared


def choose_sounds(index: pd.DataFrame, folder: Path) -> list[dict[str, Any]]:
    """Return role, file, composer, recording, model, seconds and picture of each chosen sound.

    `index` lists the folder's sounds. `picture` is the file of the sound's own picture, else "".
    """
    index = index.sort_values("file", kind="stable")
    ours = index[(index["kind"] == "sample") & (index["model"] == "codec")]
    by_composer = ours[ours["composer"] != ""].drop_duplicates("composer")
    parts = {
        "long": index[index["kind"] == "long"],
        "drawn": ours[ours["composer"] == ""].head(DRAWN),
        "composer": by_composer,
        "continuation": index[index["kind"] == "continuation"],
        "morph": _morphs(index),
        "kept": _kept(index),
        "baseline": index[
            (index["kind"] == "sample") & index["model"].isin(("pca", "study_vae"))
        ].drop_duplicates("model"),
    }
    return [
        _entry(role, row, folder) for role, rows in parts.items() for row in rows.to_dict("records")
    ]


def _morphs(index: pd.DataFrame) -> pd.DataFrame:
    """Return the morphs, each between the two recordings that it leads from and to."""
    paths = index["file"].map(PurePosixPath)
    rows = index[paths.map(lambda path: path.parts[0] == _MORPHS)]
    return rows.assign(stem=paths.map(lambda path: path.stem)).sort_values("stem", kind="stable")


def _kept(index: pd.DataFrame) -> pd.DataFrame:
    """Return music and its reconstructions, of one recording a composer, model by model."""
    rows = index[index["kind"].isin(("music", "reconstruction")) & (index["composer"] != "")]
    chosen = rows.drop_duplicates("composer")["recording"].head(RECONSTRUCTED)
    rows = rows[rows["recording"].isin(chosen)]
    places = rows["model"].map({model: place for place, model in enumerate(MODELS)})
    return rows.assign(place=places).sort_values(["recording", "place"], kind="stable")


def _entry(role: str, row: dict[str, Any], folder: Path) -> dict[str, Any]:
    keys = ("file", "composer", "recording", "model", "seconds")
    entry = {"role": role} | {key: row[key] for key in keys}
    picture = PurePosixPath(row["file"]).with_suffix(".png")
    if role == "kept":  # one picture of a recording and all that was kept of it
        picture = picture.with_name("all.png")
    first = role == "long" or row["model"] == "reference"
    there = role in _PICTURED and first and (folder / picture).exists()
    return entry | {"picture": picture.as_posix() if there else ""}
