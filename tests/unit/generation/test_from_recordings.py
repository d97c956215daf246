"""A codec keeps what it was given, a recording goes on, and a morph goes from one to another."""

import dataclasses

import generation_models as small
import numpy as np
import pytest

from takht.errors import TakhtError
from takht.generation.codec.fine_detail import BANDS
from takht.generation.pieces import from_recordings
from takht.generation.prior.pulses import find_pulse
from takht.generation.spectrogram.level_spectrogram import level_spectrogram
from takht.generation.spectrogram.pulse import find_onsets, measure_pulse


@pytest.fixture(scope="module")
def prior():
    return small.Forgetful(small.codec())


@pytest.mark.parametrize("make", [small.codec, small.pca])
def test_what_a_codec_keeps_is_as_long_as_what_it_was_given(make):
    frames = level_spectrogram(small.melody(3))
    kept = from_recordings.reconstruct(make(), frames)
    assert len(frames) % small.BLOCK_FRAMES
    assert kept.shape == frames.shape
    assert np.mean((kept - frames) ** 2) < 0.3 * frames.var(axis=0).mean()


def test_a_morph_begins_as_the_first_and_ends_as_the_second(prior):
    first, second = level_spectrogram(small.melody(1)), level_spectrogram(small.melody(2, 6.0))
    made = from_recordings.morph(prior, first, second, np.random.default_rng(1))
    assert len(made) == len(second) // small.BLOCK_FRAMES * small.BLOCK_FRAMES
    length, quarter = len(made), len(made) // 8
    own = [from_recordings.reconstruct(prior.codec, each[:length]) for each in (first, second)]

    def error(place, which):
        return np.mean((made[place] - own[which][place]) ** 2)

    start, end = slice(0, quarter), slice(length - quarter, length)
    assert error(start, 0) < 0.5 * error(start, 1)
    assert error(end, 1) < 0.5 * error(end, 0)


def test_half_way_a_morph_is_as_lively_as_music():
    """Two recordings at once are not: there, onsets of each are half as high."""
    codec = dataclasses.replace(small.codec(), fine_gains=np.ones(BANDS, np.float32))
    found = []
    for seed in range(1, 5):
        known = [level_spectrogram(small.melody(n, 7.0)) for n in (seed, seed + 10)]
        made = from_recordings.morph(small.Forgetful(codec), *known, np.random.default_rng(seed))
        music = [from_recordings.reconstruct(codec, each) for each in known]
        middle = slice(len(made) // 3, 2 * len(made) // 3)
        versions = (music[0], 0.5 * (music[0] + music[1]), made)
        found.append([each[middle].std(axis=0).mean() for each in versions])
    music, faded, made = np.mean(found, axis=0)
    assert faded < 0.85 * music
    assert made == pytest.approx(music, rel=0.15)


def test_a_recording_goes_on_as_itself_and_in_its_pulse(prior):
    """It plucks four times a second; beside it, other noise goes on in another way."""
    recording = level_spectrogram(small.melody(3))
    first, again, other = (
        from_recordings.continue_recording(prior, recording, 6.0, np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    start = len(recording) % small.BLOCK_FRAMES
    length = len(recording) - start
    assert len(first) == pytest.approx(length + 6 * 22_050 / 256, abs=small.BLOCK_FRAMES)
    np.testing.assert_array_equal(first[: length - 8], recording[start:-8])
    np.testing.assert_array_equal(first, again)
    new = first[length:]
    assert np.abs(new - other[length:])[8:].mean() > 0.01
    np.testing.assert_allclose(new.mean(axis=0), recording.mean(axis=0), atol=0.05)
    strength, seconds = measure_pulse(find_onsets(new))
    assert strength > 0.7
    assert seconds / 0.25 == pytest.approx(round(seconds / 0.25), abs=0.05)
    cycle = find_pulse(recording).cycle_frames
    cycles = [fold_cycles(part, cycle) for part in (first[:length], new)]
    assert np.corrcoef(cycles[0].ravel(), np.roll(cycles[1], length, axis=0).ravel())[0, 1] > 0.5


def fold_cycles(frames: np.ndarray, cycle_frames: int) -> np.ndarray:
    """The mean of whole cycles, less their own mean."""
    count = len(frames) // cycle_frames
    cycles = frames[: count * cycle_frames].reshape(count, cycle_frames, -1).mean(axis=0)
    return cycles - cycles.mean(axis=0)


@pytest.mark.parametrize("quiet", [0.0, 1.0, 14.0])
def test_a_quiet_end_is_left_out_however_long_it_is(quiet):
    music = level_spectrogram(small.melody(1))
    silence = np.full((round(quiet * 22_050 / 256), 513), 0.1, np.float32)
    left = from_recordings.leave_out_quiet_end(np.concatenate([music, silence]))
    assert len(music) - 60 < len(left) <= len(music)


def test_what_is_too_short_is_refused_in_one_line(prior):
    rng, frames = np.random.default_rng(1), level_spectrogram(small.melody(1))
    few = frames[: small.BLOCK_FRAMES - 1]
    assert len(from_recordings.morph(prior, frames, frames[: len(few) + 1], rng)) == len(few) + 1
    with pytest.raises(TakhtError, match=r"^morph: the shorter recording has 0.08 s, less than"):
        from_recordings.morph(prior, frames, few, rng)
    with pytest.raises(
        TakhtError, match=r"^continue: the recording has 4.9\d s before its quiet end, and 5 s"
    ):
        from_recordings.continue_recording(prior, frames[:429], 5.0, rng)
