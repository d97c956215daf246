"""A codec keeps what it was given; a morph goes from one recording to the other."""

import generation_models as small
import numpy as np
import pytest

from takht.errors import TakhtError
from takht.generation.pieces import from_recordings
from takht.generation.spectrogram.level_spectrogram import level_spectrogram


@pytest.fixture(scope="module")
def codec():
    return small.codec()


@pytest.mark.parametrize("make", [small.codec, small.pca])
def test_what_a_codec_keeps_is_as_long_as_what_it_was_given(make):
    frames = level_spectrogram(small.melody(3))
    kept = from_recordings.reconstruct(make(), frames)
    assert len(frames) % small.BLOCK_FRAMES
    assert kept.shape == frames.shape
    assert np.mean((kept - frames) ** 2) < 0.3 * frames.var(axis=0).mean()


def test_a_morph_begins_as_the_first_and_ends_as_the_second(codec):
    first, second = level_spectrogram(small.melody(1)), level_spectrogram(small.melody(2, 6.0))
    made = from_recordings.morph(codec, first, second)
    assert len(made) == len(second) // small.BLOCK_FRAMES * small.BLOCK_FRAMES
    length, quarter = len(made), len(made) // 8
    own = [from_recordings.reconstruct(codec, each[:length])[:length] for each in (first, second)]

    def error(place, which):
        return np.mean((made[place] - own[which][place]) ** 2)

    start, end = slice(0, quarter), slice(length - quarter, length)
    assert error(start, 0) < 0.5 * error(start, 1)
    assert error(end, 1) < 0.5 * error(end, 0)


def test_a_morph_of_less_than_a_block_is_refused_in_one_line(codec):
    frames = level_spectrogram(small.melody(1))
    least = from_recordings.morph(codec, frames, frames[: small.BLOCK_FRAMES])
    assert len(least) == small.BLOCK_FRAMES
    with pytest.raises(
        TakhtError,
        match=r"^morph: the shorter recording has 0.08 s, less than the 0.09 s of a block; choose",
    ):
        from_recordings.morph(codec, frames, frames[: small.BLOCK_FRAMES - 1])


def test_a_morph_between_one_recording_and_itself_keeps_its_mean_spectrum(codec):
    frames = level_spectrogram(small.melody(1))[: 40 * small.BLOCK_FRAMES]
    made = from_recordings.morph(codec, frames, frames)
    np.testing.assert_allclose(made.mean(axis=0), frames.mean(axis=0), atol=0.06)
