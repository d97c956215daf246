"""Features of a segment of which a part is altered: only what depends on that part is computed.

The results are those of a whole computation, within the rounding of float32.
"""

from collections.abc import Callable

import numpy as np

from takht.core.arrays import Frames, Waveform
from takht.features.spectrograms.recipe import FeatureRecipe
from takht.features.statistics import intervals, summary, timbre
from takht.features.statistics.recipe import StatisticsRecipe
from takht.inference.features import compute_as_stored
from takht.recipes import mel, mfcc

Rows = Callable[[int, int], Frames]


class AlteredMel:
    """Log-mel spectrograms or MFCCs of a segment."""

    def __init__(self, recipe: mel.Recipe, wave: Waveform) -> None:
        self._recipe, self._mel_db = recipe, recipe.log_mel(wave)
        self.features = recipe.as_stored(self._mel_db)

    def alter(self, wave: Waveform, start: int, end: int) -> Frames:
        """Return the features of the wave (samples,), altered from sample `start` to `end`."""
        how = self._recipe
        changed = (start, end, how.hop_samples, how.n_fft)
        return how.as_stored(_measure_again(self._mel_db, how.log_mel, wave, *changed)[0])


class AlteredStatistics:
    """Statistics of a segment's windows."""

    def __init__(self, recipe: StatisticsRecipe, wave: Waveform) -> None:
        self._rate_hz = recipe.sample_rate_hz
        self._window_hops, self._step_hops = summary.count_hops(self._rate_hz)
        self._measured = self._measure(wave)
        self._levels = self._measure_pitches(wave)
        self._values = timbre.derive_frame_values(self._measured, _loudest_db(self._measured))
        self._pitch = intervals.derive_pitch_classes(self._levels, float(self._levels.max()))
        starts = range(0, len(self._values) - self._window_hops + 1, self._step_hops)
        self._starts = np.array(starts)
        self._windows = np.stack([self._summarize(self._values, self._pitch, n) for n in starts])
        self.features = summary.join_windows(self._windows)

    def alter(self, wave: Waveform, start: int, end: int) -> Frames:
        """Return the features of the wave (samples,), altered from sample `start` to `end`."""
        values, pitch = self._again(wave, start, end)
        ratio = intervals.HOP_SAMPLES // timbre.HOP_SAMPLES
        differ = np.zeros(len(values), bool)
        differ |= (values != self._values).any(axis=1)
        other = (pitch != self._pitch).any(axis=1).repeat(ratio)[: len(differ)]
        differ[: len(other)] |= other
        windows = self._windows.copy()
        for place, first in enumerate(self._starts):
            if differ[first : first + self._window_hops].any():
                windows[place] = self._summarize(values, pitch, first)
        return summary.join_windows(windows)

    def _again(self, wave: Waveform, start: int, end: int) -> tuple[Frames, Frames]:
        """Return values and pitch classes of every frame.

        Both depend on the loudest of the segment: where another frame is that, all are computed.
        """
        how = start, end, timbre.HOP_SAMPLES, timbre.FFT_SAMPLES
        measured, first, last = _measure_again(self._measured, self._measure, wave, *how)
        loudest_db = _loudest_db(measured)
        if loudest_db == _loudest_db(self._measured):
            reach = timbre.REACH_FRAMES
            values = _compute_again(
                self._values,
                lambda a, b: timbre.derive_frame_values(measured[a:b], loudest_db),
                max(first - reach, 0),
                min(last + reach, len(measured)),
                reach,
            )
        else:
            values = timbre.derive_frame_values(measured, loudest_db)
        how = start, end, intervals.HOP_SAMPLES, intervals.FFT_SAMPLES
        levels, first, last = _measure_again(self._levels, self._measure_pitches, wave, *how)
        loudest = float(levels.max())
        if loudest == float(self._levels.max()):
            pitch = self._pitch.copy()
            pitch[first:last] = intervals.derive_pitch_classes(levels[first:last], loudest)
        else:
            pitch = intervals.derive_pitch_classes(levels, loudest)
        return values, pitch

    def _measure(self, wave: Waveform) -> Frames:
        return timbre.measure_frames(wave, self._rate_hz)

    def _measure_pitches(self, wave: Waveform) -> Frames:
        return intervals.measure_pitches(wave, self._rate_hz)

    def _summarize(self, values: Frames, pitch: Frames, start: int) -> Frames:
        return summary.summarize_window(values, pitch, start, self._window_hops)


class AlteredFeatures:
    """Features of any other recipe, of which is not known what a part depends on."""

    def __init__(self, recipe: FeatureRecipe, wave: Waveform) -> None:
        self._recipe = recipe
        self.features = compute_as_stored(recipe, wave)

    def alter(self, wave: Waveform, _start: int, _end: int) -> Frames:
        """Return the features of the wave (samples,), all of them computed again."""
        return compute_as_stored(self._recipe, wave)


def open_segment(
    recipe: FeatureRecipe, wave: Waveform
) -> AlteredMel | AlteredStatistics | AlteredFeatures:
    """Return the features of a segment (samples,) that has at least one window."""
    if type(recipe) is StatisticsRecipe:  # others may add to it
        return AlteredStatistics(recipe, wave)
    if isinstance(recipe, mel.Recipe) and type(recipe) in (mel.Recipe, mfcc.Recipe):
        return AlteredMel(recipe, wave)
    return AlteredFeatures(recipe, wave)


def _loudest_db(measured: Frames) -> float:
    return float(measured[:, : timbre.MEL_BANDS].max())


def _measure_again(
    rows: Frames,
    measure: Callable[[Waveform], Frames],
    wave: Waveform,
    start: int,
    end: int,
    hop_samples: int,
    n_fft: int,
) -> tuple[Frames, int, int]:
    """Return the rows with those measured again that hear samples `start` to `end`; first, last.

    Row t hears the `n_fft` samples around sample `t * hop_samples`.
    """
    first = max(0, -(-(start - n_fft // 2) // hop_samples))
    last = min(len(rows), (end + n_fft // 2) // hop_samples + 1)

    def part(low: int, high: int) -> Frames:
        to = (high - 1) * hop_samples + 1 if high < len(rows) else len(wave)
        return measure(wave[low * hop_samples : to])

    margin = -(-n_fft // 2 // hop_samples)
    return _compute_again(rows, part, first, last, margin), first, last


def _compute_again(rows: Frames, part: Rows, first: int, last: int, margin: int) -> Frames:
    """Return the rows, those from `first` to before `last` computed again.

    `part(a, b)` returns rows a to b, right but for `margin` rows where neighbours are cut off.
    """
    low, high = max(0, first - margin), min(len(rows), last + margin)
    fresh = rows.copy()
    if first < last:
        fresh[first:last] = part(low, high)[first - low : last - low]
    return fresh
