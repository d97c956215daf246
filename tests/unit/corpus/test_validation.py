"""Each rule lets in what is at its limit and keeps out what is past it."""

import math

import pytest

from takht.audio.probe import Probe
from takht.corpus.scan import FoundFile
from takht.corpus.validation import find_fault, find_same_audio, validate


def held(seconds=10.0, peak=0.5, audio="x", half_range=None):
    half_range = peak if half_range is None else half_range
    what = (seconds, seconds, 44_100, 2, "mp3", 0, peak, half_range)
    return Probe(*what, sha256="file", audio_sha256=audio)


def found(name):
    composer, _, _ = name.partition("/")
    return FoundFile(name, composer, f"{name}.mp3")


@pytest.mark.parametrize(
    ("probe", "rule"),
    [
        (held(seconds=0.0, peak=0.0), "is empty, 0 s"),
        (held(seconds=5.99), "too short, 5.99 s, at least 6 s"),
        (held(peak=0.0), "silent, its mono mix peaks at -inf dBFS"),
        (held(peak=10 ** (-70.1 / 20)), "silent, its mono mix peaks at -70.1 dBFS, below -70"),
        (held(peak=0.5, half_range=0.0), "silent apart from a constant offset of -6.0 dBFS"),
        (held(peak=math.nan), "NaN or infinite"),
        (held(peak=math.inf), "NaN or infinite"),
        (held(peak=32767.0), "beyond full scale, its mono mix peaks at 90.3 dBFS"),
    ],
)
def test_rejected(probe, rule):
    reason = find_fault(probe, 6.0, -70.0)
    assert rule in reason
    assert "; " in reason


@pytest.mark.parametrize("probe", [held(6.0), held(peak=10 ** (-69.9 / 20)), held(peak=1.5)])
def test_let_in(probe):
    assert find_fault(probe, 6.0, -70.0) is None


def test_of_copies_by_one_composer_the_first_is_kept():
    copies = find_same_audio({found("a/2"): "x", found("a/1"): "x", found("b/1"): "y"})
    assert [(each.file, each.reason) for each in copies] == [
        ("a/2.mp3", "same audio as a/1.mp3; remove one of the two")
    ]


def test_of_copies_by_two_composers_none_is_kept():
    items = [found("a/1"), found("a/2"), found("b/1"), found("b/2")]
    probes = [held(audio="x"), held(audio="x"), held(audio="x"), held(audio="y")]
    kept, rejected = validate(items, probes, 6.0, -70.0)
    assert [each.recording for each in kept] == ["b/2"]
    assert [each.file for each in rejected] == ["a/1.mp3", "a/2.mp3", "b/1.mp3"]
    assert all("under another composer" in each.reason for each in rejected)


def test_a_rejected_file_is_nobodys_copy():
    kept, rejected = validate([found("a/1"), found("b/1")], [held(1.0), held(9.0)], 6.0, -70.0)
    assert [each.recording for each in kept] == ["b/1"]
    assert "too short" in rejected[0].reason
