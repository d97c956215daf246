"""Parts of a sound are exactly its parts, and the score that hangs on one of them points there."""

import numpy as np
import pytest

from takht.inference.explanation import occlusion
from takht.inference.explanation.occlusion import Band

RATE_HZ = 22_050
SECONDS = 6
EDGES_S = np.array([0.0, 2.0, 4.0, 6.0])


@pytest.fixture
def noise():
    return np.random.default_rng(3).normal(0, 0.1, SECONDS * RATE_HZ).astype(np.float32)


def tone(hz: float) -> np.ndarray:
    now = np.arange(SECONDS * RATE_HZ) / RATE_HZ
    return np.sin(2 * np.pi * hz * now).astype(np.float32)


@pytest.mark.parametrize("rate_hz", [22_050, 8_000, 44_100])
def test_bands_meet_and_reach_from_0_to_half_the_rate(rate_hz):
    found = occlusion.frequency_bands(rate_hz)
    assert (found[0].low_hz, found[-1].high_hz) == (0, rate_hz / 2)
    assert [band.high_hz for band in found[:-1]] == [band.low_hz for band in found[1:]]


def test_a_band_holds_its_tones_and_no_others():
    mix = tone(400) + tone(2000)
    np.testing.assert_allclose(
        occlusion.extract_band(mix, RATE_HZ, Band(300, 500)), tone(400), atol=2e-3
    )
    assert np.abs(occlusion.extract_band(mix, RATE_HZ, Band(500, 1800))).max() < 2e-3


@pytest.mark.parametrize("samples", [SECONDS * RATE_HZ, SECONDS * RATE_HZ - 1])
def test_the_parts_of_all_bands_are_the_sound(noise, samples):
    wave = noise[:samples]
    parts = [
        occlusion.extract_band(wave, RATE_HZ, band) for band in occlusion.frequency_bands(RATE_HZ)
    ]
    np.testing.assert_allclose(sum(parts), wave, atol=1e-5)


def test_gates_of_neighbouring_times_sum_to_1_and_fade():
    gates = np.zeros((3, SECONDS * RATE_HZ), np.float32)
    for gate, (start, end) in zip(gates, ((0, 2), (2, 4), (4, 6)), strict=True):
        where, gain = occlusion.time_gate(SECONDS * RATE_HZ, RATE_HZ, start, end)
        gate[where] = gain
    np.testing.assert_allclose(sum(gates), 1, atol=1e-6)
    middle = gates[1]
    assert middle[round(1.98 * RATE_HZ)] == 0
    assert middle[2 * RATE_HZ] == pytest.approx(0.5, abs=0.01)
    assert middle[round(2.02 * RATE_HZ)] == 1
    assert np.abs(np.diff(middle)).max() < 0.01  # a jump would be a click
    assert gates[0][0] == gates[2][-1] == 1


def energy(low_hz: float, high_hz: float, start_s: float, end_s: float):
    """Return a score: the level, nats, of a band in a time."""

    def score(wave: np.ndarray, _start: int, _end: int) -> float:
        part = occlusion.extract_band(wave, RATE_HZ, Band(low_hz, high_hz))
        return float(np.log(np.square(part[int(start_s * RATE_HZ) : int(end_s * RATE_HZ)]).sum()))

    return score


def test_the_map_points_to_the_only_cell_that_counts_and_says_by_how_much(noise):
    score = energy(1200, 1800, 2.1, 3.9)
    cells = np.array(
        [
            occlusion.measure_drops(
                score, noise, occlusion.extract_band(noise, RATE_HZ, band), RATE_HZ, EDGES_S
            )
            for band in occlusion.frequency_bands(RATE_HZ)
        ]
    )
    number = [band.low_hz for band in occlusion.frequency_bands(RATE_HZ)].index(1200)
    expected = np.zeros_like(cells)
    expected[number, [1, 3]] = np.log(10 ** (occlusion.ATTENUATION_DB / 10))  # power, 6 dB less
    np.testing.assert_allclose(cells, expected, atol=0.01)


def test_what_speaks_against_is_negative(noise):
    score = energy(1200, 1800, 2.1, 3.9)
    sounding = occlusion.extract_band(noise, RATE_HZ, Band(1200, 1800))
    row = occlusion.measure_drops(
        lambda *altered: -score(*altered), noise, sounding, RATE_HZ, EDGES_S
    )
    assert row[1] == pytest.approx(-1.38, abs=0.01)


def test_marked_cells_are_softer_together_and_nothing_else(noise):
    bands = occlusion.frequency_bands(RATE_HZ)
    cells = np.zeros((len(bands), 3), bool)
    cells[2, 0] = cells[5, 0] = cells[5, 2] = True
    none = np.zeros_like(cells)
    left, same = occlusion.attenuate(noise, RATE_HZ, np.stack([cells, none]), EDGES_S)
    np.testing.assert_array_equal(same, noise)
    for band, marked in zip(bands, cells, strict=True):
        before, after = (occlusion.extract_band(wave, RATE_HZ, band) for wave in (noise, left))
        for time, soft in enumerate(marked):
            inside = slice(round((2 * time + 0.1) * RATE_HZ), round((2 * time + 1.9) * RATE_HZ))
            fall = 10 * np.log10(np.square(before[inside]).sum() / np.square(after[inside]).sum())
            assert fall == pytest.approx(6.0 if soft else 0.0, abs=0.1)
