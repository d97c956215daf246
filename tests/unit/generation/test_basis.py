"""The basis holds what clips have most of, and its errors are those of the spectrogram."""

import numpy as np
import pytest

from takht.generation.codec.basis import emphasis, fit_basis
from takht.generation.codec.block_pca import fit_block_pca

BINS, BLOCK = 24, 8


def clips(count: int = 6, frames: int = 400) -> list[np.ndarray]:
    """Smooth trajectories of a few spectra, and noise."""
    rng = np.random.default_rng(2)
    spectra = rng.normal(size=(5, BINS))
    found = []
    for _ in range(count):
        trajectory = np.cumsum(rng.normal(size=(frames, 5)), axis=0)
        trajectory -= trajectory.mean(axis=0)
        clip = 0.5 + 0.01 * trajectory @ spectra + rng.normal(0, 0.01, (frames, BINS))
        found.append(clip.astype(np.float32))
    return found


@pytest.fixture
def plain():
    return fit_basis(clips(), np.eye(BINS), block_frames=BLOCK, components=40)


def test_each_band_counts_as_much_of_the_mel_scale_as_it_covers():
    weights = np.diag(emphasis(513, low=0, level=0))
    hertz = np.linspace(0, 11_025, 513)
    np.testing.assert_array_equal(weights[hertz < 2000], 1)
    above = hertz >= 2000
    np.testing.assert_allclose(weights[above] ** 2, 2000 / hertz[above], rtol=1e-6)


def test_emphasis_raises_low_bands_and_the_mean():
    weighting = emphasis(513, low=0.4, level=1.5) / np.diag(emphasis(513, low=0, level=0))[:, None]
    flat = np.full(513, 0.1) @ weighting
    wiggle = np.zeros(513)
    wiggle[[200, 201]] = 0.1, -0.1
    assert np.linalg.norm(flat[256:]) / np.linalg.norm(np.full(257, 0.1)) == pytest.approx(
        2.7, rel=0.1
    )
    assert np.linalg.norm(wiggle @ weighting) == pytest.approx(np.linalg.norm(wiggle), rel=0.01)
    low = np.zeros(513)
    low[[20, 21]] = 0.1, -0.1
    assert np.linalg.norm(low @ weighting) == pytest.approx(1.4 * np.linalg.norm(low), rel=0.01)


@pytest.mark.parametrize("low_level", [(0, 0), (0.4, 1.5)])
def test_all_components_together_are_the_clip(low_level):
    low, level = low_level
    weighting = emphasis(BINS, low=low, level=level)
    basis = fit_basis(clips(), weighting, block_frames=BLOCK, components=BLOCK * BINS)
    clip = clips()[0]
    centred = clip - clip.mean(axis=0)
    assert basis.block_frames == BLOCK
    np.testing.assert_allclose(basis.synthesise(basis.analyse(centred)), centred, atol=1e-4)


def test_squared_errors_of_coefficients_are_those_of_frames(plain):
    clip = clips()[1]
    centred = clip - clip.mean(axis=0)
    coefficients = plain.analyse(centred)
    few = coefficients.copy()
    few[:, 10:] = 0
    lost = plain.synthesise(coefficients) - plain.synthesise(few)
    assert np.sum(lost**2) == pytest.approx(np.sum(coefficients[:, 10:] ** 2), rel=1e-3)


def test_deviations_are_those_of_the_clips_and_fall(plain):
    rows = np.concatenate([plain.analyse(clip - clip.mean(axis=0)) for clip in clips()])
    np.testing.assert_allclose(plain.deviations, np.sqrt(np.mean(rows**2, axis=0)), rtol=0.25)
    assert (np.diff(plain.deviations) <= 1e-6).all()


def test_a_lapped_basis_beats_blocks_that_meet_at_seams(plain):
    """At equal latents, its error is smaller, and no larger at block borders than within."""
    unseen = clips(8)[-1]
    centred = unseen - unseen.mean(axis=0)
    coefficients = plain.analyse(centred)
    coefficients[:, 6:] = 0
    lapped = plain.synthesise(coefficients) + unseen.mean(axis=0)
    blocks = fit_block_pca([c - c.mean(axis=0) for c in clips()], block_frames=BLOCK, latents=6)
    errors = np.mean((lapped - unseen) ** 2, axis=1)[BLOCK:-BLOCK]  # at the ends nothing overlaps
    cut = np.mean((_unclipped(blocks, centred) - centred) ** 2, axis=1)[BLOCK:-BLOCK]
    assert errors.mean() < cut.mean()

    def at_border(values: np.ndarray) -> float:
        inner = values.reshape(-1, BLOCK).mean(axis=0)
        return float(inner[[0, -1]].mean() / inner[2:-2].mean())

    assert at_border(errors) < 1.2 < at_border(cut)


def _unclipped(blocks, frames):
    rows = blocks.encode(frames) @ blocks.components.T + blocks.centre
    return rows.reshape(len(frames), -1) @ blocks.spectra.T + blocks.mean


def test_two_fits_are_the_same_bytes():
    first, second = (
        fit_basis(clips(), emphasis(BINS, low=0.4, level=1.5), block_frames=BLOCK, components=9)
        for _ in range(2)
    )
    assert first.temporal_components.tobytes() == second.temporal_components.tobytes()
    assert first.analysis.tobytes() == second.analysis.tobytes()
