"""A tone keeps its pitch and level through mono and resampling; what cannot be kept is gone."""

import librosa
import numpy as np
import pytest

from takht.audio.resampling import mix_to_mono, resample

OUT_HZ = 22_050


def tone(hz, rate_hz, seconds=3.0):
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)).astype(
        "f4"
    )


def at_22k(wave, rate_hz, block=10_000):
    blocks = (wave[start : start + block] for start in range(0, len(wave), block))
    return np.concatenate(list(resample(blocks, rate_hz, OUT_HZ)))


def level_db(wave, hz, rate_hz):
    """Level of one sinusoid, dB relative to amplitude 1, by projection onto it."""
    wave = wave[len(wave) // 4 : -len(wave) // 4] * np.float64(1)
    window = np.hanning(len(wave))
    angle = 2j * np.pi * hz * np.arange(len(wave)) / rate_hz
    return 20 * np.log10(2 * abs(np.sum(window * wave * np.exp(-angle))) / np.sum(window))


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 32_000, 44_100, 48_000, 96_000, 22_050])
def test_a_tone_keeps_frequency_and_level(rate_hz):
    wave = at_22k(tone(1000, rate_hz), rate_hz)
    spectrum = abs(np.fft.rfft(wave * np.hanning(len(wave))))
    assert np.argmax(spectrum) * OUT_HZ / len(wave) == pytest.approx(1000, abs=0.5)
    assert level_db(wave, 1000, OUT_HZ) == pytest.approx(-6.02, abs=0.01)


def test_what_lies_above_the_new_range_is_suppressed_by_80_db():
    wave = at_22k(tone(15_000, 44_100), 44_100)[1000:-1000]
    assert 20 * np.log10(np.abs(wave).max() / 0.5) < -80


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 44_056, 48_000])
def test_blocks_change_neither_length_nor_samples(rate_hz):
    wave = np.random.default_rng(1).uniform(-1, 1, 50_003).astype("f4")
    whole = at_22k(wave, rate_hz, len(wave))
    assert abs(len(whole) - len(wave) * OUT_HZ / rate_hz) <= 0.5
    for block in (17, 4096, 49_999):
        assert np.array_equal(at_22k(wave, rate_hz, block), whole)
    oracle = librosa.resample(wave, orig_sr=rate_hz, target_sr=OUT_HZ, res_type="soxr_hq")
    shared = min(len(oracle), len(whole))  # librosa rounds lengths up
    assert np.abs(oracle[:shared] - whole[:shared]).max() < 1e-6


def test_mono_is_the_mean_of_all_channels():
    block = np.random.default_rng(2).uniform(-1, 1, (1000, 6)).astype("f4")
    assert np.allclose(mix_to_mono(block), block.mean(axis=1), atol=1e-7)
    assert np.array_equal(mix_to_mono(block[:, :1]), block[:, 0])
    assert not mix_to_mono(np.stack([block[:, 0], -block[:, 0]], axis=1)).any()
