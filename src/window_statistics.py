"""window_statistics: sum up every window in 232 numbers: 184 of timbre, 48 of intervals."""

from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from takht import features, interval_statistics, jobs, outputs, segments, stage, timbre_statistics
from takht.spectra import Waveform

WINDOW_HOPS, STEP_HOPS = 216, 86  # of 512 samples: 5.02 s every 2.00 s at 22,050 Hz


def window_statistics(segment_dir: Path, out_dir: Path) -> None:
    rate_hz = segments.sample_rate_hz(segment_dir)
    with outputs.fresh_folder(out_dir) as folder:
        extract = partial(_extract, segment_dir=segment_dir, folder=folder, rate_hz=rate_hz)
        rows = jobs.each(extract, segments.recordings(segment_dir), label="statistics")
        settings = {
            "kind": "statistics",
            "frame": "window",  # each row stands for a whole window
            "unit": "statistics",
            "sample_rate_hz": rate_hz,
            "hop_samples": STEP_HOPS * timbre_statistics.HOP_SAMPLES,
            "window_samples": WINDOW_HOPS * timbre_statistics.HOP_SAMPLES,
            "groups": {"timbre": 184, "intervals": 48},
        }
        features.write_index(folder, rows, settings)


def _extract(recording: str, segment_dir: Path, folder: Path, rate_hz: int) -> pd.DataFrame:
    pieces = [
        features.Piece(0, number, start_seconds, _statistics(wave, rate_hz))
        for number, start_seconds, wave in segments.numbered(segment_dir, recording)
    ]
    return features.write_recording(folder, recording, pieces, np.float32)


def _statistics(wave: Waveform, rate_hz: int) -> np.ndarray:
    """Return the statistics of every window of a segment, shape (windows, 232)."""
    values = timbre_statistics.frame_values(wave, rate_hz)
    pitch = interval_statistics.pitch_classes(wave, rate_hz)
    double = interval_statistics.HOP_SAMPLES // timbre_statistics.HOP_SAMPLES
    rows = [
        np.concatenate(
            [
                timbre_statistics.of_window(values[start : start + WINDOW_HOPS]),
                interval_statistics.of_window(
                    pitch[start // double : (start + WINDOW_HOPS) // double]
                ),
            ]
        )
        for start in range(0, max(1, len(values) - WINDOW_HOPS + 1), STEP_HOPS)
    ]
    return np.stack(rows)


if __name__ == "__main__":
    stage.run(window_statistics)
