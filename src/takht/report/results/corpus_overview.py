"""The corpus at a glance: recordings and minutes of each composer, by side of the split."""

from typing import Any

import pandas as pd

SIDES = ("train", "validation", "test", "left out")


def summarize_corpus(
    catalogue: pd.DataFrame, split: pd.DataFrame, rejected: int, twins: int
) -> dict[str, Any]:
    """Return totals, counts of codecs, and a dictionary a composer, most music first.

    `catalogue` has recording, composer, label, codec and seconds; `split` recording and side. What
    the split leaves out is its own side. `rejected` and `twins` are counts, passed on.
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
        "rejected": rejected,
        "twins": twins,
    }


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
