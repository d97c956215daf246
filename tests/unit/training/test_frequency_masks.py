"""Masks are narrow, drawn by name, and silent."""

import numpy as np
import pandas as pd
import pytest

from takht.errors import TakhtError
from takht.training.frequency_masks import add_masked_copies, draw_masks

ROWS = pd.DataFrame(
    {"recording": "a/b", "copy": 0, "segment": 0, "first_frame": np.arange(0, 4300, 43)}
)


def test_masks_are_within_the_bands_and_no_wider_than_asked():
    rows = draw_masks(ROWS, bands=20, mask_bands=15, seed=1)
    assert rows["mask_width"].min() == 1
    assert rows["mask_width"].max() == 15
    assert rows["mask_first"].min() == 0
    assert (rows["mask_first"] + rows["mask_width"]).max() == 20


def test_a_mask_depends_on_its_window_and_not_on_the_others():
    rows = draw_masks(ROWS, bands=64, mask_bands=15, seed=1)
    alone = draw_masks(ROWS.iloc[[50]], bands=64, mask_bands=15, seed=1)
    pd.testing.assert_frame_equal(alone, rows.iloc[[50]])
    for other in (ROWS.assign(copy=1), ROWS.assign(recording="a/c"), ROWS.assign(first_frame=7)):
        assert (draw_masks(other, bands=64, mask_bands=15, seed=1) != rows).any(axis=None)
    assert (draw_masks(ROWS, bands=64, mask_bands=15, seed=2) != rows).any(axis=None)


def test_every_window_stays_and_gets_one_masked_copy():
    rows = add_masked_copies(ROWS, unit="dB", bands=64, mask_bands=15, seed=1)
    count = len(ROWS)
    assert (rows["mask_width"][:count] == 0).all()
    assert (rows["mask_width"][count:] > 0).all()
    pd.testing.assert_frame_equal(rows[:count][ROWS.columns], ROWS)
    pd.testing.assert_frame_equal(rows[count:][ROWS.columns].reset_index(drop=True), ROWS)


@pytest.mark.parametrize(
    ("unit", "bands", "reason"),
    [("cepstrum of dB", 20, "only levels in dB.*masked_copies: 0"), ("dB", 14, r"\(14\), got 15")],
)
def test_what_cannot_be_masked_is_refused(unit, bands, reason):
    with pytest.raises(TakhtError, match=reason):
        add_masked_copies(ROWS, unit=unit, bands=bands, mask_bands=15, seed=1)
