"""Scales have the intervals that the theory books give, quarter tones included."""

import itertools

import pytest

from takht.demo.maqamat import MAQAMAT, cents_of, scale_of

# Steps in quarter tones from tonic to octave.
STEPS = {
    "rast": (4, 3, 3, 4, 4, 3, 3),
    "suznak": (4, 3, 3, 4, 2, 6, 2),
    "bayati": (3, 3, 4, 4, 2, 4, 4),
    "hijaz": (2, 6, 2, 4, 2, 4, 4),
    "saba": (3, 3, 2, 6, 2, 4, 4),
    "nahawand": (4, 2, 4, 4, 2, 6, 2),
    "kurd": (2, 4, 4, 4, 2, 4, 4),
    "sikah": (3, 4, 4, 3, 3, 4, 3),
    "huzam": (3, 4, 2, 6, 2, 4, 3),
    "ajam": (4, 4, 2, 4, 4, 4, 2),
    "nikriz": (4, 2, 6, 2, 4, 2, 4),
}


def test_every_maqam_is_checked():
    assert set(MAQAMAT) == set(STEPS)


@pytest.mark.parametrize("name", STEPS)
def test_intervals(name):
    scale = (*MAQAMAT[name].scale, 1200)
    assert tuple((b - a) // 50 for a, b in itertools.pairwise(scale)) == STEPS[name]


@pytest.mark.parametrize("name", ["bayati", "saba"])
def test_second_degree_is_half_flat(name):
    assert cents_of(MAQAMAT[name].scale, 1) == 150


def test_third_of_rast_lies_between_minor_and_major():
    assert cents_of(MAQAMAT["rast"].scale, 2) == 350


@pytest.mark.parametrize("name", STEPS)
def test_a_turn_keeps_the_lower_jins_and_changes_the_upper(name):
    maqam = MAQAMAT[name]
    for turn in maqam.turns:
        assert maqam.turned(turn)[: maqam.ghammaz + 1] == maqam.scale[: maqam.ghammaz + 1]
        assert maqam.turned(turn) != maqam.scale


@pytest.mark.parametrize(
    ("degree", "cents"), [(0, 0), (7, 1200), (-7, -1200), (-1, -150), (9, 1550)]
)
def test_degrees_go_on_in_other_octaves(degree, cents):
    assert cents_of(MAQAMAT["rast"].scale, degree) == cents


def test_ajnas_that_leave_a_gap_are_refused():
    with pytest.raises(ValueError, match=r"sikah on degree 1 of rast makes .* not 7 pitches"):
        scale_of("rast", 1, "sikah")
