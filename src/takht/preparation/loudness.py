"""Peak and integrated loudness of a mono stream (ITU-R BS.1770-4), and the gain to a target."""

import math
import sys
import threading
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ABSOLUTE_GATE_LUFS = -70.0
RELATIVE_GATE_LU = -10.0
_STEPS_PER_BLOCK = 4  # gating blocks last 400 ms and begin every 100 ms
_loading = threading.Lock()  # recordings are measured in threads


class Meter:
    """Measures a stream that is added block by block; the filters' state is carried over."""

    def __init__(self, sample_rate_hz: int) -> None:
        self.peak = 0.0
        self._step = round(sample_rate_hz / 10)
        self._sos = k_weighting(sample_rate_hz)
        self._state = np.zeros((1, len(self._sos), 2))
        self._rest = np.zeros(0)
        self._energies: list[NDArray[np.float64]] = []

    def add(self, wave: NDArray[np.float32]) -> None:
        """Measure the next samples of the stream, in [-1, 1], shape (samples,)."""
        if not len(wave):
            return
        self.peak = max(self.peak, float(wave.max()), -float(wave.min()))
        weighted = np.array(wave[None], np.float64)
        _filter_module()._sosfilt(self._sos, weighted, self._state)  # both in place
        stream = np.concatenate([self._rest, weighted[0]])
        whole = len(stream) // self._step * self._step
        steps = stream[:whole].reshape(-1, self._step)
        self._energies.append(np.einsum("ij,ij->i", steps, steps) / self._step)
        self._rest = stream[whole:]

    def peak_dbfs(self) -> float:
        """Return the level of the largest sample, dBFS; -inf for digital silence."""
        return 20 * math.log10(self.peak) if self.peak > 0 else -math.inf

    def loudness_lufs(self) -> float:
        """Return the integrated loudness, LUFS; -inf where no 400 ms pass the absolute gate."""
        steps = np.concatenate([np.zeros(0), *self._energies])
        if len(steps) < _STEPS_PER_BLOCK:
            return -math.inf
        blocks = np.convolve(steps, np.full(_STEPS_PER_BLOCK, 1 / _STEPS_PER_BLOCK), "valid")
        blocks = blocks[blocks > _energy(ABSOLUTE_GATE_LUFS)]
        if not len(blocks):
            return -math.inf
        # Never empty: some block is at least as loud as the mean.
        blocks = blocks[blocks > np.mean(blocks) * 10 ** (RELATIVE_GATE_LU / 10)]
        return -0.691 + 10 * math.log10(np.mean(blocks))


def gain_to_loudness(
    peak_dbfs: float, loudness_lufs: float, target_lufs: float, limit_dbfs: float
) -> float:
    """Return the gain (dB) to `target_lufs`, lowered where a peak would pass `limit_dbfs`.

    What is too quiet for the gates is brought to the limit by its peak, digital silence left as it
    is.
    """
    if math.isinf(loudness_lufs):
        return gain_to_peak(peak_dbfs, limit_dbfs)
    return min(target_lufs - loudness_lufs, limit_dbfs - peak_dbfs)


def gain_to_peak(peak_dbfs: float, limit_dbfs: float) -> float:
    """Return the gain (dB) that brings the peak to `limit_dbfs`; 0 for digital silence."""
    return 0.0 if math.isinf(peak_dbfs) else limit_dbfs - peak_dbfs


def k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    """Return BS.1770's filter coefficients for a sample rate (Hz): high shelf, high pass, (2, 6).

    The standard gives coefficients for 48 kHz only; these come from the analogue filters behind
    them. De Man 2014, "Evaluation of implementations of the EBU R128 loudness measurement".
    """
    k, q = math.tan(math.pi * 1681.974450955533 / sample_rate_hz), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    shelf = [high + band * k / q + k * k, 2 * (k * k - high), high - band * k / q + k * k]
    shelf_feedback = [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    k, q = math.tan(math.pi * 38.13547087602444 / sample_rate_hz), 0.5003270373238773
    low_feedback = [1 + k / q + k * k, 2 * (k * k - 1), 1 - k / q + k * k]
    shelf_sos = np.array([*shelf, *shelf_feedback]) / shelf_feedback[0]
    low_sos = np.array([*low_feedback]) / low_feedback[0]
    return np.array([shelf_sos, [1.0, -2.0, 1.0, *low_sos]])


def _filter_module() -> Any:
    """Return the module behind `scipy.signal.sosfilt`, whose package takes a second to import."""
    name = "scipy.signal._sosfilt"
    with _loading:
        if name not in sys.modules:
            import scipy

            spec: Any = PathFinder.find_spec(name, [str(Path(scipy.__file__).parent / "signal")])
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            sys.modules[name] = module  # where the package looks, if it is imported later
        return sys.modules[name]


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs + 0.691) / 10))
