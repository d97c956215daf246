"""Which windows a side of the split has, and which of them even training uses."""

import numpy as np
import pandas as pd

from takht.core.randomness import rng_for
from takht.errors import TakhtError


def select_windows(windows: pd.DataFrame, recordings: pd.DataFrame) -> pd.DataFrame:
    """Return the windows of the recordings with their composer, by recording, copy and frame.

    `recordings` are rows of the split.
    """
    composers = recordings.set_index("recording")["composer"]
    rows = windows[windows["recording"].isin(composers.index)]
    rows = rows.sort_values(["recording", "copy", "first_frame"], ignore_index=True)
    rows["composer"] = rows["recording"].map(composers)
    return rows


def select_side(windows: pd.DataFrame, split: pd.DataFrame, side: str) -> pd.DataFrame:
    """Return the windows of a side's recordings with their composer, by recording and position.

    Altered copies (copy > 0) are for training alone: the other sides have none.

    Raises:
        TakhtError: a recording of the side, or a composer of the split, has no window there.
    """
    recordings = split[split["side"] == side]
    if side != "train":
        windows = windows[windows["copy"] == 0]
    rows = select_windows(windows, recordings)
    _demand(set(recordings["recording"]) - set(rows["recording"]), "recording", side)
    _demand(set(split["composer"]) - set(rows["composer"]), "composer", side)
    return rows


def assign_windows_at_random(
    windows: pd.DataFrame, split: pd.DataFrame, seed: int
) -> dict[str, pd.DataFrame]:
    """Return the windows of each side as a random split by window deals them: a leak, on purpose.

    Every side gets as large a share of the windows as it has of the recordings, but neighbouring
    windows of one recording stand on all sides. Altered copies are all for training.
    """
    rows = select_windows(windows, split)
    originals = rows.index[rows["copy"] == 0]
    sides = np.resize(split["side"].to_numpy(), len(originals))
    side_of = pd.Series("train", index=rows.index)
    side_of[originals] = rng_for(seed, "leak").permutation(sides)
    return {side: part.reset_index(drop=True) for side, part in rows.groupby(side_of)}


def permute_labels(split: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the split with its training recordings' composers dealt again: nothing to be learnt.

    Every composer keeps its number of training recordings; the other sides keep the truth.
    """
    training = (split["side"] == "train").to_numpy()
    composers = split["composer"].to_numpy(dtype=object, copy=True)
    composers[training] = rng.permutation(composers[training])
    return split.assign(composer=composers)


def balance(
    rows: pd.DataFrame, *, recordings_per_composer: int, windows_per_recording: int, seed: int
) -> pd.DataFrame:
    """Return at most so many recordings per composer, and so many windows of each copy of them.

    The choice depends on the seed and the names only: a new recording displaces at most one other.
    """
    recordings = rows[["composer", "recording"]].drop_duplicates()
    draws = [rng_for(seed, name, "recording").random() for name in recordings["recording"]]
    ranked = recordings.assign(draw=draws).sort_values("draw")
    kept = ranked.groupby("composer").head(recordings_per_composer)["recording"]
    rows = rows[rows["recording"].isin(kept)]
    places = pd.Series(0, index=rows.index)  # of a window among its copy's, in a drawn order
    for (recording, copy), group in rows.groupby(["recording", "copy"]):
        places[group.index] = rng_for(seed, recording, copy, "windows").permutation(len(group))
    return rows[places < windows_per_recording].reset_index(drop=True)


def _demand(missing: set[str], what: str, side: str) -> None:
    if missing:
        raise TakhtError(
            "\n".join(
                f"{side}: {what} {name}: has no window on this side; add recordings, or run "
                "`dvc repro` so that split and features agree"
                for name in sorted(missing)
            )
        )
