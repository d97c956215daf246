"""The corpus is uneven on purpose, and nothing but the music belongs to a composer."""

import unicodedata
from collections import Counter

import numpy as np
import pytest

from takht.demo.composers import COMPOSERS
from takht.demo.iqaat import IQAAT
from takht.demo.maqamat import MAQAMAT
from takht.demo.plan import FORMATS, RATES_HZ, plan_recordings

PLAN = plan_recordings(75.0, 1)
ARABIC = range(0x600, 0x700)


def is_arabic(text):
    return any(ord(letter) in ARABIC for letter in text)


@pytest.mark.parametrize("minutes", [15.0, 75.0, 300.0])
@pytest.mark.parametrize("seed", [1, 2])
def test_lengths_add_up_and_every_composer_has_five_recordings(minutes, seed):
    plan = plan_recordings(minutes, seed)
    counts = Counter(recording.profile.folder for recording in plan)
    assert sum(recording.seconds for recording in plan) == pytest.approx(60 * minutes)
    assert min(recording.seconds for recording in plan) > 6
    assert len(counts) == len(COMPOSERS) == 11
    assert min(counts.values()) == 5


def test_default_corpus_is_uneven():
    counts = Counter(recording.profile.folder for recording in PLAN)
    assert 85 <= len(PLAN) <= 95
    assert max(counts.values()) >= 12
    lengths = [recording.seconds for recording in PLAN]
    assert 19 < min(lengths) < 22
    assert 130 < max(lengths) < 155


def test_names_are_usable_distinct_and_partly_arabic():
    names = [(recording.profile.folder, recording.stem) for recording in PLAN]
    assert len(set(names)) == len(PLAN)
    for text in {text for name in names for text in name}:
        assert text == unicodedata.normalize("NFC", text)
        assert text.isprintable()
        assert not set(text) & set('/\\:*?"<>|')
    assert sum(is_arabic(profile.folder) for profile in COMPOSERS) >= 2
    assert all(is_arabic(profile.label) for profile in COMPOSERS)
    assert 0.2 < np.mean([is_arabic(recording.stem) for recording in PLAN]) < 0.5


def test_formats_rates_and_channels_are_all_used_and_belong_to_nobody():
    plan = plan_recordings(1500.0, 3)
    for trait, values in (
        ("extension", set(FORMATS)),
        ("rate_hz", set(RATES_HZ)),
        ("channels", {1, 2}),
    ):
        assert {getattr(recording, trait) for recording in PLAN} == values
        overall = Counter(getattr(recording, trait) for recording in plan)
        for profile in COMPOSERS:
            own = [getattr(r, trait) for r in plan if r.profile is profile]
            for value, count in Counter(own).items():
                expected = overall[value] / len(plan)
                spread = np.sqrt(expected * (1 - expected) / len(own))
                assert abs(count / len(own) - expected) < 4 * spread


def test_peaks_stay_below_full_scale_and_vary():
    peaks = [recording.peak_dbfs for recording in PLAN]
    assert max(peaks) <= -1.2
    assert np.ptp(peaks) > 8


def test_profiles_name_what_exists_and_share_it():
    for profile in COMPOSERS:
        assert set(profile.maqamat) <= set(MAQAMAT)
        assert set(profile.iqaat) <= set(IQAAT)
    for maqam in MAQAMAT:
        assert sum(maqam in profile.maqamat for profile in COMPOSERS) >= 2
    for iqa in IQAAT:
        assert sum(iqa in profile.iqaat for profile in COMPOSERS) >= 2


def test_another_seed_is_another_corpus():
    assert plan_recordings(75.0, 1) == PLAN
    assert plan_recordings(75.0, 2) != PLAN
