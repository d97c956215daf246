"""What models make becomes sound at one level, without artefacts of coding."""

from dataclasses import replace

import generation_models as small
import numpy as np
import pyloudnorm
import pytest

from takht.generation.codec.fine_detail import BAND_EDGES
from takht.generation.pieces import pieces
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ, level_spectrogram
from takht.generation.study_vae.spectrogram import log_spectrogram


def loudness_lufs(wave):
    return pyloudnorm.Meter(SAMPLE_RATE_HZ, filter_class="DeMan").integrated_loudness(wave)


@pytest.mark.parametrize("shift", [-0.2, 0.0, 0.3])
def test_a_sound_has_the_asked_length_the_common_level_and_no_clipping(shift):
    frames = np.clip(level_spectrogram(small.melody(1)) + shift, 0, 1).astype(np.float32)
    wave = pieces.render_sound(frames, seed=1, seconds=7.5)
    assert len(wave) == round(7.5 * SAMPLE_RATE_HZ)
    assert loudness_lufs(wave) == pytest.approx(-23, abs=0.5)
    assert np.abs(wave).max() <= 10 ** (-1 / 20) + 1e-6


def test_the_originals_sound_is_as_loud():
    wave = pieces.render_study_sound(log_spectrogram(small.melody(1)))
    assert loudness_lufs(wave) == pytest.approx(-23, abs=0.5)


def test_one_seed_one_sound():
    frames = level_spectrogram(small.melody(1, 2.0))
    first, again, other = (pieces.render_sound(frames, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 1e-3


def test_windows_end_to_end_are_the_spectrogram_again():
    spectrogram = np.random.default_rng(1).random((1100, 256), np.float32)
    windows = pieces.cut_windows(spectrogram)
    assert windows.shape == (2, 256, 512)
    np.testing.assert_array_equal(windows[1, 7], spectrogram[512:1024, 7])
    np.testing.assert_array_equal(pieces.join_windows(windows), spectrogram[:1024])


def test_what_comes_back_every_block_is_gone_and_nothing_else(monkeypatch):
    """Two patterns of blocks, one after the other, beside a pattern of 25 frames."""
    monkeypatch.setattr(pieces, "WHILE_BLOCKS", 25)  # in which each place meets all 25 frames
    rng, frames = np.random.default_rng(1), 100 * small.BLOCK_FRAMES
    of_blocks, later, other = (
        np.tile(rng.standard_normal((size, 513)), (frames // size, 1)).astype(np.float32)
        for size in (small.BLOCK_FRAMES, small.BLOCK_FRAMES, 25)
    )
    both = np.concatenate([of_blocks + other, later + other])
    left = pieces.remove_block_rate(both, small.BLOCK_FRAMES)
    whole = slice(12 * small.BLOCK_FRAMES, 88 * small.BLOCK_FRAMES)  # with all 25 around them
    for found, pattern in ((left[:frames], of_blocks), (left[frames:], later)):
        np.testing.assert_allclose(found[whole], (other + pattern.mean(axis=0))[whole], atol=1e-5)


def test_a_new_piece_has_no_block_rate_and_its_partials_are_raised():
    """Of the same draws: only what comes back every block, and the codec's gains, differ."""

    class Repeating(small.Forgetful):
        """A prior whose blocks are all the same."""

        def draw(self, composer, seconds, rng):
            mean_spectrum, latents, levels = super().draw(composer, seconds, rng)
            return mean_spectrum, np.repeat(latents[:1], len(latents), axis=0), levels

    codec = small.codec()
    rng = np.random.default_rng
    still = pieces.compose_piece(Repeating(codec), 0, 4.0, rng(1))[8:-8]
    assert still.std(axis=0).max() < 0.02
    flat = replace(codec, fine_gains=np.ones_like(codec.fine_gains))
    detailed, plain = (
        pieces.compose_piece(small.Forgetful(each), 0, 4.0, rng(1)) for each in (codec, flat)
    )
    raised = detailed - plain
    assert raised.min() > -1e-6
    by_band = np.add.reduceat(raised.mean(axis=0), BAND_EDGES[:-1])
    assert (by_band[codec.fine_gains > 1.05] > 0).all()
