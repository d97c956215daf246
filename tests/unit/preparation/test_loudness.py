"""The meter agrees with the standard's own cases and with an independent implementation."""

import math
import subprocess
import sys
import warnings

import numpy as np
import pyloudnorm
import pytest

from takht.preparation.gain import compute_gain_db
from takht.preparation.loudness import Meter, gain_to_loudness, gain_to_peak
from takht.preparation.settings import NormalizeSettings


def sine(hz, dbfs, seconds, rate_hz):
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    return (10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * time)).astype("f4")


def measured(wave, rate_hz, block=7_777):
    meter = Meter(rate_hz)
    for start in range(0, len(wave), block):
        meter.add(wave[start : start + block])
    return meter


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
def test_full_scale_997_hz_measures_minus_3_01(rate_hz):
    """BS.1770-4, annex 1: a 0 dB 997 Hz sine in one channel."""
    assert measured(sine(997, 0, 10, rate_hz), rate_hz).loudness_lufs() == pytest.approx(
        -3.01,
        abs=0.05,  # the bilinear transform bends the shelf a little at 22,050 Hz
    )


ALONE = """
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
import numpy as np
from takht.preparation import loudness
from takht.preparation.loudness import Meter, k_weighting

wave = np.random.default_rng(1).uniform(-1, 1, 10_000).astype("f4")
together, loads, load = Barrier(8), [], loudness.module_from_spec

def load_slowly(spec):
    loads.append(spec)
    time.sleep(0.2)
    return load(spec)

loudness.module_from_spec = load_slowly

def measure(_):
    meter = Meter(22_050)
    together.wait()
    meter.add(wave[:7_000])
    meter.add(wave[7_000:])
    return meter

with ThreadPoolExecutor(8) as pool:
    *_, meter = pool.map(measure, range(8))
assert len(loads) == 1
assert "scipy.signal" not in sys.modules
from scipy.signal import sosfilt

steps = sosfilt(k_weighting(22_050), wave)[:8_820].reshape(4, 2_205)
energies = np.einsum("ij,ij->i", steps, steps) / 2_205
assert np.array_equal(np.concatenate(meter._energies), energies)
"""


def test_the_filter_is_scipys_bit_for_bit_without_its_package():
    subprocess.run([sys.executable, "-c", ALONE], check=True)


@pytest.mark.parametrize("dbfs", [-23.0, -33.0])
def test_level_moves_loudness_one_for_one(dbfs):
    """EBU Tech 3341, cases 1 and 2, in mono: 3.01 LU below its stereo ones."""
    wave = sine(1000, dbfs, 20, 48_000)
    assert measured(wave, 48_000).loudness_lufs() == pytest.approx(dbfs - 3.01, abs=0.1)


def test_quiet_passages_are_gated():
    """EBU Tech 3341, case 3: 10 s at -36, 60 s at -23, 10 s at -36 dBFS measure as the middle."""
    parts = [
        sine(1000, level, seconds, 48_000) for level, seconds in [(-36, 10), (-23, 60), (-36, 10)]
    ]
    assert measured(np.concatenate(parts), 48_000).loudness_lufs() == pytest.approx(-26.01, abs=0.1)


@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 48_000])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_pyloudnorm(rate_hz, seed):
    rng = np.random.default_rng(seed)
    noise = rng.standard_normal(rate_hz * 12)
    colour = np.cumsum(noise) if seed == 0 else noise
    swell = np.interp(
        np.arange(len(noise)), np.linspace(0, len(noise), 13), rng.uniform(0, 1, 13) ** 3
    )
    wave = (0.9 * colour / np.abs(colour).max() * swell).astype("f4")
    oracle = pyloudnorm.Meter(rate_hz, filter_class="DeMan").integrated_loudness(wave.astype("f8"))
    usual = pyloudnorm.Meter(rate_hz).integrated_loudness(wave.astype("f8"))
    lufs = measured(wave, rate_hz).loudness_lufs()
    assert lufs == pytest.approx(oracle, abs=0.02)
    assert lufs == pytest.approx(usual, abs=0.1)


def test_blocks_do_not_change_the_measure():
    wave = np.random.default_rng(3).uniform(-1, 1, 50_000).astype("f4")
    one, many = measured(wave, 22_050, 50_000), measured(wave, 22_050, 123)
    assert many.loudness_lufs() == pytest.approx(one.loudness_lufs(), abs=1e-9)
    assert many.peak_dbfs() == one.peak_dbfs() == 20 * math.log10(float(np.abs(wave).max()))


@pytest.mark.parametrize("wave", [[], [0.0], [0.0] * 30_000, [1e-5, -1e-5] * 15_000])
def test_what_no_block_of_measures_is_minus_infinity_without_a_warning(wave):
    with warnings.catch_warnings(action="error"):
        assert measured(np.array(wave, dtype="f4"), 22_050).loudness_lufs() == -math.inf


def test_gain_reaches_the_target_unless_a_peak_would_pass_the_limit():
    assert gain_to_loudness(-20.0, -30.0, -23.0, -1.0) == pytest.approx(7.0)
    assert gain_to_loudness(-3.0, -30.0, -23.0, -1.0) == pytest.approx(2.0)
    assert gain_to_loudness(0.0, -10.0, -23.0, -1.0) == pytest.approx(-13.0)
    assert gain_to_loudness(-60.0, -math.inf, -23.0, -1.0) == pytest.approx(59.0)
    assert gain_to_peak(-6.0, -1.0) == pytest.approx(5.0)
    assert gain_to_loudness(-math.inf, -math.inf, -23.0, -1.0) == 0.0


def test_the_gain_is_that_of_the_chosen_method_with_four_decimals():
    levels = {"target_lufs": -23.0, "peak_dbfs": -1.0}
    loudness, peak = (NormalizeSettings(method=m, **levels) for m in ("loudness", "peak"))
    assert (
        compute_gain_db(
            loudness,
            -20.0,
            -30.123456,
        )
        == 7.1235
    )
    assert compute_gain_db(loudness, -3.0, -30.0) == 2.0
    assert compute_gain_db(peak, -3.45678, -30.0) == 2.4568


def test_four_hundred_milliseconds_are_a_block_and_fewer_are_none():
    wave = sine(997, 0, 0.4, 48_000)
    assert measured(wave, 48_000).loudness_lufs() == pytest.approx(-3.01, abs=0.1)
    assert measured(wave[:-1], 48_000).loudness_lufs() == -math.inf
