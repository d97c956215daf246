"""Drum cycles are as long as their time signature, and every stroke lies on the grid."""

import numpy as np
import pytest

from takht.core.randomness import rng_for
from takht.demo.iqaat import IQAAT, list_hits

EIGHTHS = {
    "maqsum": 8,
    "baladi": 8,
    "saidi": 8,
    "wahda": 8,
    "malfuf": 4,
    "ayyub": 4,
    "samai_thaqil": 10,
    "samai_darij": 6,
    "dawr_hindi": 7,
    "aqsaq": 9,
}


@pytest.mark.parametrize("name", IQAAT)
def test_cycle_is_as_long_as_its_time_signature(name):
    iqa = IQAAT[name]
    assert len(iqa.strokes) == iqa.beats * iqa.slots_per_beat
    assert iqa.beats * 8 / iqa.beat_unit == EIGHTHS[name]
    assert iqa.strokes[0] == "D"
    assert set(iqa.strokes) == set("DT-")


def test_samai_thaqil_has_its_dums_on_1_6_and_7_and_its_taks_on_4_and_8():
    places = {
        stroke: [slot + 1 for slot, s in enumerate(IQAAT["samai_thaqil"].strokes) if s == stroke]
        for stroke in "DT"
    }
    assert places == {"D": [1, 6, 7], "T": [4, 8]}


def test_strokes_come_on_the_grid_in_order():
    played = list_hits(IQAAT["maqsum"], 3, 0.25, 0.0, rng_for(0))
    assert "".join(hit.stroke for hit in played) == "DTTDT" * 3
    grid = np.array([0, 1, 3, 4, 6])
    expected = np.concatenate([grid, grid + 8, grid + 16]) * 0.25
    np.testing.assert_allclose([hit.start_seconds for hit in played], expected)


def test_fill_plays_the_rests_and_only_them():
    filled = list_hits(IQAAT["wahda"], 2, 0.5, 1.0, rng_for(0))
    assert "".join(hit.stroke for hit in filled) == "DkkTkkTk" * 2


def test_fill_is_the_share_of_rests_played_and_doubles_in_every_fourth_cycle():
    played = list_hits(IQAAT["wahda"], 4000, 1.0, 0.3, rng_for(1))
    fills = np.array([hit.start_seconds for hit in played if hit.stroke == "k"])
    fourth = (fills // 8) % 4 == 3
    assert np.sum(~fourth) / (3000 * 5) == pytest.approx(0.3, abs=0.02)
    assert np.sum(fourth) / (1000 * 5) == pytest.approx(0.6, abs=0.03)
