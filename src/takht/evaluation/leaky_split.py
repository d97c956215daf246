"""A random split by window: the leak, on purpose."""

import pandas as pd

from takht.dataset.window_selection import assign_windows_at_random, balance
from takht.training.experiments import Experiment, Training


def split_by_window(
    windows: pd.DataFrame, split: pd.DataFrame, experiment: Experiment, training: Training
) -> dict[str, pd.DataFrame]:
    """Return the windows of each side, dealt at random from the recordings the experiment may use.

    An even experiment trains on a few recordings of each composer, drawn here from all sides: its
    test windows must be theirs, or most would have no neighbour in training and the leak would
    look small.
    """
    if experiment.balance == "even":
        owned = windows.merge(split[["recording", "composer"]], on="recording")
        kept = balance(
            owned[owned["copy"] == 0],
            recordings_per_composer=training.recordings_per_composer,
            windows_per_recording=1,
            seed=experiment.seed,
        )["recording"]
        windows = windows[windows["recording"].isin(kept)]
        theirs = split[split["recording"].isin(kept)]
        if set(theirs["side"]) == set(split["side"]):  # of few recordings, a side may lack
            split = theirs
    sides = assign_windows_at_random(windows, split, experiment.seed)
    return _with_all_composers(sides)


def _with_all_composers(sides: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the sides with a window in training of each composer that has none there."""
    found = dict(sides)
    for side in sorted(("validation", "test"), key=lambda side: -len(sides[side])):
        part, train = found[side], found["train"]
        lost = part[~part["composer"].isin(train["composer"])].drop_duplicates("composer")
        found["train"] = pd.concat([train, lost], ignore_index=True)
        found[side] = part.drop(lost.index).reset_index(drop=True)
    return found
