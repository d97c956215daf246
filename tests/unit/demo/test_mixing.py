"""A recording is the sum of its voices, in a room, with a noise floor, from silence to silence."""

from dataclasses import replace

import numpy as np
import pytest

from takht.core.randomness import rng_for
from takht.demo import mixing
from takht.demo.mixing import Room, Voice

RATE_HZ = 22_050
DRY = Room(
    reverb_seconds=0.3,
    wet=0.0,
    first_reflection_seconds=0.01,
    low_cut_hz=20.0,
    high_cut_hz=9000.0,
    tilt_db=0.0,
    noise_dbfs=-120.0,
)


def tone(hertz, seconds=3.0):
    return np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ).astype("f4")


def impulse(seconds=3.0):
    wave = np.zeros(round(seconds * RATE_HZ), dtype=np.float32)
    wave[RATE_HZ // 2] = 1
    return wave


def level_db(wave):
    return 20 * np.log10(np.sqrt(np.mean(np.square(wave, dtype=np.float64))))


def recorded(voices, room, channels=1):
    return mixing.record(voices, room, channels, RATE_HZ, rng_for(0))


@pytest.mark.parametrize("channels", [1, 2])
def test_shape_and_peak(channels):
    mix = recorded([Voice(0.01 * tone(300), 1.0, 0.3)], DRY, channels)
    assert mix.shape == (3 * RATE_HZ, channels)
    assert np.max(np.abs(mix)) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("pan", [-0.7, 0.0, 0.4])
def test_pan_shares_one_power_between_the_sides(pan):
    voices = [Voice(tone(300), 1.0, pan), Voice(tone(2000), 1.0, 0.0)]
    mix = recorded(voices, DRY, 2)[RATE_HZ : 2 * RATE_HZ]
    spectrum = np.abs(np.fft.rfft(mix, axis=0))
    left, right = spectrum[300] / spectrum[2000]
    assert left**2 + right**2 == pytest.approx(2, rel=0.05)
    assert np.arctan2(right, left) == pytest.approx(np.pi / 4 * (1 + pan), rel=0.01)


def test_gains_set_the_balance():
    voices = [Voice(tone(300), 1.0, 0.0), Voice(tone(600), 0.25, 0.0)]
    spectrum = np.abs(np.fft.rfft(recorded(voices, DRY)[RATE_HZ : 2 * RATE_HZ, 0]))
    assert spectrum[600] / spectrum[300] == pytest.approx(0.25, rel=0.02)


def test_tilt_lifts_the_treble_only():
    voices = [Voice(tone(150), 1.0, 0.0), Voice(tone(8000), 1.0, 0.0)]
    flat, lifted = (
        np.abs(np.fft.rfft(recorded(voices, replace(DRY, tilt_db=db))[RATE_HZ : 2 * RATE_HZ, 0]))
        for db in (0.0, 6.0)
    )
    gain_db = 20 * np.log10((lifted[8000] / lifted[150]) / (flat[8000] / flat[150]))
    assert gain_db == pytest.approx(6, abs=0.5)


def test_reverberation_dies_away_in_its_time():
    room = replace(DRY, reverb_seconds=1.0, wet=0.8)
    wave = recorded([Voice(impulse(), 1.0, 0.0)], room)[:, 0]
    after = RATE_HZ // 2
    early, late = (level_db(wave[after + round(t * RATE_HZ) :][:2205]) for t in (0.2, 0.6))
    assert early - late == pytest.approx(0.4 * 60, abs=2.5)


def test_wet_is_the_share_of_the_room():
    energy = []
    for wet in (0.2, 0.4):
        wave = recorded([Voice(impulse(), 1.0, 0.0)], replace(DRY, wet=wet))[:, 0]
        energy.append(np.sum(wave[RATE_HZ // 2 + 100 :] ** 2) / np.sum(wave**2))
    assert energy[1] / energy[0] == pytest.approx(4, rel=0.35)


def test_noise_floor_is_as_low_as_asked():
    quiet, noisy = (
        recorded([Voice(impulse(), 1.0, 0.0)], replace(DRY, noise_dbfs=db)) for db in (-60, -40)
    )
    before = slice(2000, 10_000)
    assert level_db(noisy[before]) - level_db(quiet[before]) == pytest.approx(20, abs=0.5)
    assert level_db(noisy[before]) == pytest.approx(-40, abs=0.5)


def test_begins_and_ends_in_silence_without_a_click():
    steady = np.ones((2, RATE_HZ * 2), dtype=np.float32)
    faded = mixing.fade(steady, RATE_HZ)
    assert not faded[:, [0, -1]].any()
    assert np.max(np.abs(np.diff(faded))) < 2 / (mixing.FADE_IN_SECONDS * RATE_HZ)
    assert np.all(faded[:, RATE_HZ // 2 : RATE_HZ] == 1)


def test_a_recording_without_voices_is_refused():
    with pytest.raises(ValueError, match="at least one voice"):
        recorded([], DRY)
