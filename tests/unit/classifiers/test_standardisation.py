"""Streamed means and deviations are those of all windows at once."""

import numpy as np

from takht.classifiers.standardisation import fit_standardisation, restore_standardisation


def test_streamed_equals_whole_and_standardises():
    windows = np.random.default_rng(1).normal(-40, 9, (50, 20, 6)).astype(np.float32)
    windows *= np.arange(1, 7, dtype=np.float32)
    norm = fit_standardisation(windows[start : start + 7] for start in range(0, 50, 7))
    np.testing.assert_allclose(norm.mean, windows.mean((0, 1), dtype=float), rtol=1e-6)
    np.testing.assert_allclose(norm.std, windows.std((0, 1), dtype=float), rtol=1e-5)
    result = norm.apply(windows)
    assert result.dtype == np.float32
    np.testing.assert_allclose(result.mean((0, 1)), 0, atol=1e-4)
    np.testing.assert_allclose(result.std((0, 1)), 1, atol=1e-4)


def test_a_band_that_never_changes_becomes_zero_and_not_nan():
    norm = fit_standardisation([np.full((3, 4, 2), -80, np.float32)])
    assert (norm.apply(np.full((1, 4, 2), -80, np.float32)) == 0).all()


def test_kept_numbers_give_the_same_standardisation():
    norm = fit_standardisation(
        [np.random.default_rng(1).normal(0, 3, (5, 4, 2)).astype(np.float32)]
    )
    again = restore_standardisation(norm.mean.tolist(), norm.std.tolist())
    assert (again.mean == norm.mean).all()
    assert (again.std == norm.std).all()
