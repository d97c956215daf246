"""The corpus at a glance: recordings and minutes of each composer, by side of the split."""

from typing import Any

import pandas as pd

SIDES = ("train", "validation", "test", "left out")
_FEW_SECONDS = 1.0  # missing from a file: its player would not notice
DUPLICATE_NUMBERS = (  # columns of near_duplicates.csv
    *("score", "seconds_alike"),
    *("start_seconds", "duplicate_start_seconds"),
)


def summarize_corpus(
    catalogue: pd.DataFrame, split: pd.DataFrame, rejected: pd.DataFrame, duplicates: pd.DataFrame
) -> dict[str, Any]:
    """Return totals, counts of codecs, and a dictionary per composer, most music first.

    `catalogue` has recording, composer, label, codec and seconds; `split` recording and side. What
    the split leaves out is its own side. `rejected` has file and reason; `duplicates` recording,
    duplicate_of and numbers, a row in each direction or in one.
    """
    sides = split.set_index("recording")["side"]
    every = catalogue.assign(
        minutes=catalogue["seconds"] / 60,
        side=catalogue["recording"].map(sides).fillna("left out"),
    )
    composers = [_composer(label, rows) for label, rows in every.groupby("label", sort=True)]
    composers.sort(key=lambda each: (-each["minutes"], each["label"]))
    return {
        "recordings": len(every),
        "hours": float(every["seconds"].sum()) / 3600,
        "composers": composers,
        "codecs": {
            str(codec): int(n) for codec, n in sorted(every["codec"].value_counts().items())
        },
        "sides": {side: int((every["side"] == side).sum()) for side in SIDES},
        "incomplete": int((every["missing_seconds"].astype(float) > _FEW_SECONDS).sum()),
        "rejected": rejected[["file", "reason"]].to_dict("records"),
        "duplicates": _list_pairs(duplicates, sides),
    }


def _list_pairs(duplicates: pd.DataFrame, sides: "pd.Series[str]") -> list[dict[str, Any]]:
    """Return each pair once: its row of near_duplicates.csv, and its side."""
    pairs: dict[frozenset[str], dict[str, Any]] = {}
    for row in duplicates.to_dict("records"):
        pair = frozenset((row["recording"], row["duplicate_of"]))
        pairs.setdefault(pair, row | {"side": str(sides.get(row["recording"], "left out"))})
    return list(pairs.values())


def choose_examples(split: pd.DataFrame) -> dict[str, str]:
    """Return the first training recording of each composer, by label: music that models know."""
    training = split[split["side"] == "train"].sort_values("recording", kind="stable")
    first = training.drop_duplicates("label")
    return dict(zip(first["label"], first["recording"], strict=True))


def _composer(label: Any, rows: pd.DataFrame) -> dict[str, Any]:
    of_side = {side: rows[rows["side"] == side] for side in SIDES}
    return {
        "label": str(label),
        "recordings": len(rows),
        "minutes": float(rows["minutes"].sum()),
        "recordings_by_side": {side: len(own) for side, own in of_side.items()},
        "minutes_by_side": {side: float(own["minutes"].sum()) for side, own in of_side.items()},
    }
