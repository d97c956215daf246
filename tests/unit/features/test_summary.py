"""Windows of statistics stand where the other features' windows do, at any sample rate."""

import numpy as np
import pytest

from takht.features.statistics.intervals import compute_pitch_classes, summarize_intervals
from takht.features.statistics.quarter_tone_steps import summarize_steps
from takht.features.statistics.summary import GROUPS, add_context, count_hops, summarize_segment
from takht.features.statistics.timbre import (
    compute_frame_values,
    summarize_onsets,
    summarize_timbre,
)
from takht.training.experiments import STATISTICS


@pytest.mark.parametrize(("seconds", "windows"), [(5.02, 1), (7.1, 2), (60, 28), (66, 31)])
def test_windows_are_as_many_as_those_of_the_other_features(seconds, windows):
    wave = np.random.default_rng(1).normal(0, 0.1, round(seconds * 22_050)).astype(np.float32)
    found = summarize_segment(wave, 22_050)
    assert found.shape == (windows, sum(GROUPS.values()))
    assert np.isfinite(found).all()
    frames = 1 + len(wave) // 512
    assert windows == (frames - 216) // 86 + 1


@pytest.mark.parametrize("rate_hz", [16_000, 44_100])
def test_a_window_lasts_as_long_at_another_rate(rate_hz):
    window_hops, step_hops = count_hops(rate_hz)
    assert window_hops * 512 / rate_hz == pytest.approx(5.02, abs=0.02)
    assert step_hops * 512 / rate_hz == pytest.approx(2.0, abs=0.02)
    wave = np.random.default_rng(1).normal(0, 0.1, 6 * rate_hz).astype(np.float32)
    assert np.isfinite(summarize_segment(wave, rate_hz)).all()


def test_each_group_stands_where_its_name_says():
    rng = np.random.default_rng(1)
    wave = rng.normal(0, 0.1, 9 * 22_050).astype(np.float32)
    ends = np.cumsum(list(GROUPS.values()))
    found = dict(
        zip(
            GROUPS,
            np.split(summarize_segment(wave, 22_050), ends[:-1], axis=1),
            strict=True,
        )
    )
    values = compute_frame_values(wave, 22_050)[86:302]  # the second window
    pitch = compute_pitch_classes(wave, 22_050)[43:151]
    second = {
        "timbre": summarize_timbre(values),
        "intervals": summarize_intervals(pitch),
        "quarter_tone_steps": summarize_steps(pitch),
        "onsets": summarize_onsets(values),
    }
    for name, expected in second.items():
        np.testing.assert_array_equal(found[name][1], expected)
    tonal = np.hstack([found["intervals"], found["quarter_tone_steps"]])
    np.testing.assert_array_equal(found["context"], add_context(tonal))


@pytest.mark.parametrize("count", [1, 4, 5, 9, 30])
def test_context_is_the_mean_of_the_windows_around(count):
    windows = np.random.default_rng(2).normal(size=(count, 3)).astype(np.float32)
    found = add_context(windows)
    for place in range(count):
        around = windows[max(0, place - 4) : place + 5]
        np.testing.assert_allclose(found[place], around.mean(axis=0), atol=1e-6)


def test_a_segment_shorter_than_a_window_is_refused():
    with pytest.raises(ValueError, match=r"lasts 1\.00 s, less than a window \(5\.02 s\)"):
        summarize_segment(np.zeros(22_050, np.float32), 22_050)


def test_an_experiment_can_name_every_group_and_no_other():
    assert tuple(GROUPS) == STATISTICS
