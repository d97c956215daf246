"""Sides share no recording, even training keeps its caps, and draws go by name."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from takht.core.randomness import rng_for
from takht.dataset.window_selection import (
    assign_windows_at_random,
    balance,
    permute_labels,
    select_side,
)
from takht.errors import TakhtError

SIDES = ["train", "validation", "test"]


def corpus(sizes: list[int], copies: int = 2) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three composers with recordings on all sides; copies of everything, even of the test side."""
    split, windows = [], []
    for place, size in enumerate(sizes * 9):
        name, composer = f"c{place % 3}/r{place}", f"c{place % 3}"
        split.append((name, composer, SIDES[(place // 3) % 3]))
        windows += [(name, k, 0, 9 * w + 1000 * k) for k in range(copies + 1) for w in range(size)]
    return (
        pd.DataFrame(windows, columns=["recording", "copy", "segment", "first_frame"]),
        pd.DataFrame(split, columns=["recording", "composer", "side"]),
    )


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_no_window_or_copy_of_a_held_out_recording_is_in_training(sizes, random):
    windows, split = corpus(sizes)
    order = random.sample(range(len(windows)), len(windows))
    sides = {side: select_side(windows.iloc[order], split, side) for side in SIDES}
    truth = split.set_index("recording")
    for side, rows in sides.items():
        assert (rows["recording"].map(truth["side"]) == side).all()
        assert (rows["recording"].map(truth["composer"]) == rows["composer"]).all()
        pd.testing.assert_frame_equal(rows, select_side(windows, split, side))
    assert set(sides["train"]["copy"]) == {0, 1, 2}
    assert set(sides["validation"]["copy"]) == set(sides["test"]["copy"]) == {0}
    assert sum(map(len, sides.values())) == (
        len(windows) - (windows["recording"].map(truth["side"]) != "train").sum() * 2 // 3
    )


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=4),
    st.integers(1, 4),
    st.integers(1, 6),
    st.integers(0, 9),
)
def test_even_training_fills_its_caps_and_no_more(sizes, recordings, windows_each, seed):
    rows = select_side(*corpus(sizes), "train")
    kept = balance(
        rows, recordings_per_composer=recordings, windows_per_recording=windows_each, seed=seed
    )
    before, after = (table.groupby("composer")["recording"].nunique() for table in (rows, kept))
    assert (after == before.clip(upper=recordings)).all()
    groups = ["recording", "copy"]
    sizes_before, sizes_after = (table.groupby(groups).size() for table in (rows, kept))
    assert (sizes_after == sizes_before[sizes_after.index].clip(upper=windows_each)).all()
    assert not kept.duplicated().any()
    assert len(kept.merge(rows)) == len(kept)


def test_what_is_drawn_depends_on_the_seed_and_on_names_only():
    rows = select_side(*corpus([8] * 4), "train")
    caps = {"recordings_per_composer": 2, "windows_per_recording": 3}
    kept = balance(rows, **caps, seed=1)
    assert not kept.equals(balance(rows, **caps, seed=2))
    first = rows["composer"] == "c0"
    alone = balance(rows[first], **caps, seed=1)
    pd.testing.assert_frame_equal(alone, kept[kept["composer"] == "c0"].reset_index(drop=True))
    starts = kept[kept["copy"] == 0].groupby("recording")["first_frame"].apply(tuple)
    assert starts.nunique() > 1  # not the same windows of every recording


def test_all_windows_are_as_likely():
    rows = select_side(*corpus([8]), "train")
    seeds = [
        balance(rows, recordings_per_composer=9, windows_per_recording=2, seed=s) for s in range(60)
    ]
    shares = pd.concat(seeds).query("copy == 0")["first_frame"].value_counts(normalize=True)
    np.testing.assert_allclose(shares, 1 / 8, atol=0.05)


def test_all_recordings_are_as_likely():
    rows = select_side(*corpus([2] * 4), "train")  # four recordings of each composer
    seeds = [
        balance(rows, recordings_per_composer=1, windows_per_recording=1, seed=s) for s in range(80)
    ]
    kept = pd.concat(seeds).query("copy == 0")["recording"].value_counts()
    assert len(kept) == 12
    np.testing.assert_allclose(kept / 80, 1 / 4, atol=0.17)


def test_a_recording_without_features_is_named():
    windows, split = corpus([2])
    lacking = windows[windows["recording"] != "c1/r7"]
    with pytest.raises(TakhtError, match="test: recording c1/r7: has no window"):
        select_side(lacking, split, "test")


def test_a_composer_missing_from_a_side_is_named():
    windows, split = corpus([2])
    split.loc[(split["composer"] == "c2") & (split["side"] == "validation"), "side"] = "train"
    with pytest.raises(TakhtError, match="validation: composer c2: has no window"):
        select_side(windows, split, "validation")


def test_a_leaky_split_deals_windows_in_the_shares_of_the_sides():
    windows, split = corpus([20])
    split.loc[split["side"] == "validation", "side"] = "train"  # shares of 2/3 and 1/3
    shuffled = windows.sample(frac=1, random_state=1)
    dealt = assign_windows_at_random(shuffled, split, 1)
    columns = ["recording", "copy", "first_frame"]
    train, test = dealt["train"], dealt["test"]
    assert (train["copy"] == 0).sum() == 120
    assert len(test) == 60
    assert (test["copy"] == 0).all()
    together = pd.concat([train, test]).sort_values(columns, ignore_index=True)
    pd.testing.assert_frame_equal(
        together[columns], windows.sort_values(columns, ignore_index=True)[columns]
    )
    assert (together["composer"] == together["recording"].str[:2]).all()
    assert test["recording"].nunique() == 9  # of every recording some
    for side, rows in dealt.items():
        again = assign_windows_at_random(windows, split, 1)[side]
        pd.testing.assert_frame_equal(rows, again)
        assert not rows.equals(assign_windows_at_random(windows, split, 2)[side])
    few = assign_windows_at_random(windows, split.iloc[:5], 1)
    assert set(pd.concat(few)["recording"]) == set(split["recording"].iloc[:5])


def test_permuted_labels_are_training_recordings_dealt_again():
    _, split = corpus([1] * 4)
    found = permute_labels(split, rng_for(1))
    train = split["side"] == "train"
    pd.testing.assert_frame_equal(found[~train], split[~train])
    assert not found[train].equals(split[train])
    assert sorted(found.loc[train, "composer"]) == sorted(split.loc[train, "composer"])
    others = ["recording", "side"]
    pd.testing.assert_frame_equal(found[others], split[others])
