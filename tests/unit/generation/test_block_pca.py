"""The baseline is PCA, and nothing else."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from takht.generation.codec.block_pca import fit_block_pca


@pytest.fixture
def clips() -> list[np.ndarray]:
    rng = np.random.default_rng(1)
    mixing = rng.normal(size=(12, 12)) * 0.05
    return [
        (0.5 + rng.normal(size=(frames, 12)) @ mixing).astype(np.float32)
        for frames in (70, 41, 120)
    ]


def test_with_all_spectra_it_is_sklearns_pca_of_blocks(clips):
    ours = fit_block_pca(clips, block_frames=4, latents=7, spectra=12)
    blocks = np.concatenate([clip[: len(clip) // 4 * 4].reshape(-1, 48) for clip in clips])
    theirs = PCA(7, svd_solver="full").fit(blocks)
    unseen = (np.random.default_rng(2).normal(0.5, 0.1, (43, 12))).astype(np.float32)
    rows = unseen[:40].reshape(-1, 48)
    expected = theirs.inverse_transform(theirs.transform(rows)).reshape(-1, 12)
    np.testing.assert_allclose(ours.reconstruct(unseen), np.clip(expected, 0, 1), atol=1e-4)
    latents = np.abs(ours.encode(unseen))
    np.testing.assert_allclose(latents, np.abs(theirs.transform(rows)), atol=1e-4)


def test_fewer_spectra_cost_only_what_the_others_hold(clips):
    full = fit_block_pca(clips, block_frames=4, latents=6, spectra=12)
    few = fit_block_pca(clips, block_frames=4, latents=6, spectra=9)
    assert few.block_frames == full.block_frames == 4

    def error(pca):
        return np.mean([np.mean((pca.reconstruct(c) - c[: len(c) // 4 * 4]) ** 2) for c in clips])

    assert error(full) <= error(few) < 1.5 * error(full)


def test_what_it_decodes_is_held_to_the_range(clips):
    pca = fit_block_pca(clips, block_frames=4, latents=6)
    wild = pca.decode(np.full((3, 6), 100, np.float32))
    assert wild.min() >= 0
    assert wild.max() <= 1
