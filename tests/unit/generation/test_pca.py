"""A mean spectrum is told by its code, in units of the training clips."""

import numpy as np

from takht.generation.codec.pca import fit_pca


def spectrum_pca(count: int = 30) -> np.ndarray:
    rng = np.random.default_rng(1)
    return (rng.normal(size=(count, 4)) @ rng.normal(size=(4, 20)) + 3).astype(np.float32)


def test_enough_axes_give_every_mean_spectrum_back():
    known = spectrum_pca()
    space = fit_pca(known, 4)
    np.testing.assert_allclose(space.decode(space.encode(known)), known, atol=1e-3)
    np.testing.assert_allclose(space.axes @ space.axes.T, np.eye(4), atol=1e-5)


def test_codes_have_mean_0_and_deviation_1_on_the_training_clips():
    codes = fit_pca(spectrum_pca(), 4).encode(spectrum_pca())
    np.testing.assert_allclose(codes.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(codes.std(axis=0, ddof=1), 1, atol=1e-3)


def test_fewer_clips_than_axes_give_fewer_axes():
    assert len(fit_pca(spectrum_pca(3), 16).axes) == 2
    single = fit_pca(spectrum_pca(1), 16)
    assert np.isfinite(single.encode(spectrum_pca(1))).all()
