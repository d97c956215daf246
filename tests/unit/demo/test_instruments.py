"""Every instrument sounds at the pitch asked for, when asked, and as its description says."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.signal import hilbert

from takht.core.randomness import rng_for
from takht.demo import instruments, percussion, plucked, sustained
from takht.demo.iqaat import Hit
from takht.demo.voice import Sounding

RATE_HZ = 32_000
STRINGS = {name: instruments.string(name, rng_for(1, name)) for name in ("oud", "qanun")}
TUBES = {name: instruments.tube(name, 0.3, rng_for(1, name)) for name in ("nay", "violin")}
DARBUKA, RIQQ = (instruments.drum(name, rng_for(1, name)) for name in ("darbuka", "riqq"))


def pitch_hz(wave, near_hz):
    """The fundamental: least-squares over the harmonics' peaks, each by parabolic interpolation."""
    size = 2**18
    level = np.log(np.abs(np.fft.rfft(wave * np.hanning(len(wave)), size)) + 1e-12)
    step_hz = RATE_HZ / size
    orders, found_hz = [], []
    for order in range(1, 5):
        low, high = (int(order * near_hz * 2 ** (c / 1200) / step_hz) for c in (-60, 60))
        peak = low + int(np.argmax(level[low:high]))
        a, b, c = level[peak - 1 : peak + 2]
        orders.append(order)
        found_hz.append((peak + 0.5 * (a - c) / (a - 2 * b + c)) * step_hz)
    return np.dot(orders, found_hz) / np.dot(orders, orders)


def cents(hertz, reference_hz):
    return 1200 * np.log2(hertz / reference_hz)


def strength_between(wave, low_hz, high_hz):
    power = np.abs(np.fft.rfft(wave)) ** 2
    hertz = np.fft.rfftfreq(len(wave), 1 / RATE_HZ)
    return power[(hertz >= low_hz) & (hertz < high_hz)].sum() / power.sum()


class TestPlucked:
    @pytest.mark.parametrize("name", STRINGS)
    @pytest.mark.parametrize("frequency_hz", [98.0, 146.83, 233.08, 349.23, 701.3])
    def test_sounds_at_the_frequency_asked_for(self, name, frequency_hz):
        string = replace(STRINGS[name], detuned_cents=0.0)
        wave = plucked.plucked(frequency_hz, 1.0, string, RATE_HZ, rng_for(0))
        assert abs(cents(pitch_hz(wave, frequency_hz), frequency_hz)) < 1.0

    def test_a_course_beats_around_the_frequency(self):
        string = replace(STRINGS["qanun"], detuned_cents=30.0, decay_seconds=20.0)
        wave = plucked.plucked(300.0, 4.0, string, RATE_HZ, rng_for(0))
        level = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
        hertz = np.fft.rfftfreq(len(wave), 1 / RATE_HZ)
        for sign in (1, -1):
            side = (hertz - 300) * sign > 0.5
            near = side & (np.abs(hertz - 300) < 8)
            peak_hz = hertz[near][np.argmax(level[near])]
            assert cents(peak_hz, 300) == pytest.approx(sign * 15, abs=2)

    def test_falls_to_a_thousandth_in_its_decay_time(self):
        string = replace(STRINGS["oud"], bright=1.0, decay_seconds=1.6, detuned_cents=0.0)
        wave = plucked.plucked(200.0, 1.5, string, RATE_HZ, rng_for(0))
        early, late = (np.sqrt(np.mean(wave[round(t * RATE_HZ) :][:3200] ** 2)) for t in (0.2, 1.2))
        assert 20 * np.log10(early / late) == pytest.approx(60 / 1.6, rel=0.01)

    def test_a_brighter_string_keeps_its_high_harmonics_longer(self):
        dull, bright = (
            plucked.plucked(150.0, 1.0, replace(STRINGS["oud"], bright=value), RATE_HZ, rng_for(0))[
                RATE_HZ // 2 :
            ]
            for value in (0.1, 0.9)
        )
        assert strength_between(bright, 1500, 16_000) > 10 * strength_between(dull, 1500, 16_000)

    def test_starts_at_once_and_does_not_wrap_round(self):
        string = replace(STRINGS["qanun"], decay_seconds=5.0)
        wave = plucked.plucked(220.0, 0.5, string, RATE_HZ, rng_for(0))
        longer = plucked.plucked(220.0, 3.0, string, RATE_HZ, rng_for(0))
        assert np.max(np.abs(wave - longer[: len(wave)])) < 1e-3
        assert np.max(np.abs(wave)) == pytest.approx(1.0)

    def test_line_places_each_note_to_the_sample(self):
        notes = [Sounding(0.25, 0.2, 220.0, 0.8), Sounding(0.75, 0.1, 330.0, 0.4)]
        wave = plucked.synthesize_plucked(notes, 1.5, STRINGS["oud"], RATE_HZ, rng_for(0))
        assert len(wave) == 1.5 * RATE_HZ
        assert not wave[: RATE_HZ // 4].any()
        assert wave[RATE_HZ // 4 : RATE_HZ // 4 + 20].any()
        ends = round((0.85 + STRINGS["oud"].release_seconds) * RATE_HZ)
        assert wave[ends - 200 : ends].any()
        assert not wave[ends:].any()
        peaks = [np.max(np.abs(part)) for part in np.split(wave[:RATE_HZ], [24_000])]
        assert peaks == [pytest.approx(0.8, abs=0.01), pytest.approx(0.4, abs=0.01)]

    def test_a_note_at_the_end_is_cut_not_wrapped(self):
        wave = plucked.synthesize_plucked(
            [Sounding(0.9, 1, 220, 1)], 1.0, STRINGS["oud"], RATE_HZ, rng_for(0)
        )
        assert len(wave) == RATE_HZ
        assert not wave[: round(0.9 * RATE_HZ)].any()

    def test_too_high_a_string_is_refused(self):
        with pytest.raises(ValueError, match=r"5000.0 Hz needs a rate above 40000.0 Hz"):
            plucked.plucked(5000.0, 1.0, STRINGS["oud"], RATE_HZ, rng_for(0))


class TestSustained:
    @pytest.mark.parametrize("name", TUBES)
    @pytest.mark.parametrize("frequency_hz", [196.0, 293.66, 440.0, 701.3])
    def test_sounds_at_the_frequency_asked_for(self, name, frequency_hz):
        tube = replace(TUBES[name], vibrato_cents=0.0, noise=0.01)
        notes = [Sounding(0.0, 1.0, frequency_hz, 0.8)]
        wave = sustained.synthesize_sustained(notes, 1.0, tube, RATE_HZ, rng_for(0))
        assert abs(cents(pitch_hz(wave, frequency_hz), frequency_hz)) < 1.0

    def test_vibrato_has_the_rate_and_depth_asked_for(self):
        tube = replace(TUBES["nay"], vibrato_hz=5.0, vibrato_cents=30.0, noise=0.0, slope_db=60.0)
        wave = sustained.synthesize_sustained(
            [Sounding(0, 4, 400, 0.8)], 4.0, tube, RATE_HZ, rng_for(0)
        )
        turns = np.unwrap(np.angle(hilbert(wave))) / (2 * np.pi)
        bend = cents(np.gradient(turns)[RATE_HZ : 3 * RATE_HZ] * RATE_HZ, 400)
        spectrum = np.abs(np.fft.rfft(bend)) / len(bend)
        assert np.argmax(spectrum[1:]) + 1 == 5 * 2
        assert 2 * spectrum[10] == pytest.approx(30, rel=0.02)

    def test_a_glide_leaves_the_last_note_and_reaches_the_next(self):
        tube = replace(TUBES["violin"], vibrato_cents=0.0, noise=0.0, glide_seconds=0.15)
        notes = [Sounding(0, 1, 300, 0.8), Sounding(1, 1, 400, 0.8)]
        wave = sustained.synthesize_sustained(notes, 2.0, tube, RATE_HZ, rng_for(0))
        assert abs(cents(pitch_hz(wave[16_000:31_000], 300), 300)) < 1
        assert abs(cents(pitch_hz(wave[40_000:60_000], 400), 400)) < 1
        between = pitch_hz(wave[32_000:33_600], 330)
        assert 305 < between < 395

    def test_nothing_sounds_between_the_notes(self):
        notes = [Sounding(0.5, 0.5, 300, 0.8), Sounding(1.5, 0.3, 350, 0.8)]
        wave = sustained.synthesize_sustained(notes, 2.5, TUBES["nay"], RATE_HZ, rng_for(0))
        margin = RATE_HZ // sustained.CONTROL_HZ * 2
        for first, last in ((0, 0.5), (1.0, 1.5), (1.8, 2.5)):
            quiet = wave[round(first * RATE_HZ) + margin : round(last * RATE_HZ) - margin]
            assert not quiet.any()
        assert np.sqrt(np.mean(wave[19_200:28_800] ** 2)) == pytest.approx(0.25, rel=0.3)

    def test_breath_is_as_loud_as_asked_beside_the_tone(self):
        still, breathy = (
            sustained.synthesize_sustained(
                [Sounding(0, 3, 300, 0.9)],
                3.0,
                replace(TUBES["nay"], noise=noise, vibrato_cents=0.0),
                RATE_HZ,
                rng_for(0),
            )
            for noise in (0.0, 0.2)
        )
        loud = slice(RATE_HZ, 2 * RATE_HZ)
        ratio = np.std((breathy - still)[loud]) / np.std(still[loud])
        assert ratio == pytest.approx(0.2, rel=0.1)

    def test_highest_note_does_not_alias(self):
        tube = replace(TUBES["violin"], noise=0.0, vibrato_cents=0.0, slope_db=0.0)
        wave = sustained.synthesize_sustained(
            [Sounding(0, 1, 1234.5, 1)], 1.0, tube, RATE_HZ, rng_for(0)
        )
        middle = wave[6400:25_600] * np.hanning(19_200)
        level = np.abs(np.fft.rfft(middle))
        hertz = np.fft.rfftfreq(len(middle), 1 / RATE_HZ)
        off = np.abs(hertz / 1234.5 - np.round(hertz / 1234.5)) * 1234.5 > 50
        assert 20 * np.log10(level[off].max() / level.max()) < -45

    def test_a_player_with_nothing_to_play_is_silent(self):
        assert not sustained.synthesize_sustained([], 0.5, TUBES["nay"], RATE_HZ, rng_for(0)).any()

    def test_a_note_without_room_for_harmonics_is_refused(self):
        with pytest.raises(ValueError, match="9000 Hz needs a rate above 36000 Hz"):
            sustained.synthesize_sustained(
                [Sounding(0, 1, 9000, 1)], 1.0, TUBES["nay"], RATE_HZ, rng_for(0)
            )


class TestPercussion:
    def test_each_stroke_begins_on_its_sample(self):
        hits = [Hit(0.1, "D", 1.0), Hit(0.73, "T", 0.5), Hit(1.31, "k", 0.9)]
        wave = percussion.play(hits, 2.0, DARBUKA, RATE_HZ, rng_for(0))
        sounds = np.flatnonzero(np.abs(wave) > 1e-7)
        starts = sounds[np.flatnonzero(np.diff(sounds, prepend=-9999) > 2000)] / RATE_HZ
        np.testing.assert_allclose(starts, [0.1, 0.73, 1.31], atol=2 / RATE_HZ)
        peaks = [np.max(np.abs(part)) for part in np.split(wave, [16_000, 36_800])]
        np.testing.assert_allclose(peaks, [1.0, 0.5, 0.63], rtol=1e-5)

    def test_a_dum_rings_at_the_skins_pitch(self):
        drum = replace(DARBUKA, snap=0.0, decay_seconds=0.4)
        late = percussion.synthesize_stroke("D", drum, RATE_HZ, rng_for(0))[4800:]
        level = np.abs(np.fft.rfft(late * np.hanning(len(late)), 2**17))
        assert np.argmax(level) * RATE_HZ / 2**17 == pytest.approx(drum.skin_hz, rel=0.02)

    def test_dum_is_low_tak_is_high_and_riqq_jingles(self):
        dum, tak = (
            percussion.synthesize_stroke(letter, DARBUKA, RATE_HZ, rng_for(0)) for letter in "DT"
        )
        riqq = percussion.synthesize_stroke("T", RIQQ, RATE_HZ, rng_for(0))
        assert strength_between(dum, 0, 250) > 0.9
        assert strength_between(tak, 0, 250) < 0.1
        assert strength_between(riqq, 3400, 10_500) > 3 * strength_between(tak, 3400, 10_500)

    def test_an_unknown_stroke_is_refused(self):
        with pytest.raises(KeyError, match="S"):
            percussion.synthesize_stroke("S", DARBUKA, RATE_HZ, rng_for(0))


@pytest.mark.parametrize("name", ["oud", "qanun"])
def test_makes_differ_from_recording_to_recording(name):
    assert len({instruments.string(name, rng_for(take)) for take in range(8)}) == 8
    assert instruments.string(name, rng_for(3)) == instruments.string(name, rng_for(3))
