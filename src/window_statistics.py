"""window_statistics: sum up every window in 336 numbers, of timbre, melody and onsets."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from takht.stage import run

import numpy as np

from takht.cache.per_recording import Task, Work
from takht.dataset import feature_folder as features
from takht.dataset.feature_folder import Rows
from takht.errors import TakhtError
from takht.features.statistics import summary as window_summary
from takht.features.statistics import timbre as timbre_statistics
from takht.preparation import segment_folder as segments
from takht.runtime import atomic as outputs


def window_statistics(segment_dir: Path, out_dir: Path) -> None:
    rate_hz = segments.sample_rate_hz(segment_dir)
    if rate_hz < window_summary.LEAST_RATE_HZ:
        raise TakhtError(
            "params.yaml: audio.sample_rate_hz: window statistics need at least "
            f"{window_summary.LEAST_RATE_HZ}, got {rate_hz}; raise it"
        )
    window_hops, step_hops = window_summary.hops(rate_hz)
    names = segments.recordings(segment_dir)
    tasks = [Task(f"{name}.npy", (segment_dir / name,), rate_hz, name) for name in names]
    with outputs.fresh_folder(out_dir) as folder:
        extract = partial(_extract, segment_dir=segment_dir, rate_hz=rate_hz)
        rows = Work(extract, "statistics").products(tasks, folder)
        settings = {
            "kind": "statistics",
            "frame": "window",  # each row stands for a whole window
            "unit": "statistics",
            "sample_rate_hz": rate_hz,
            "hop_samples": step_hops * timbre_statistics.HOP_SAMPLES,
            "window_samples": window_hops * timbre_statistics.HOP_SAMPLES,
            "groups": window_summary.GROUPS,
        }
        features.write_index(folder, dict(zip(names, rows, strict=True)), settings)


def _extract(recording: str, path: Path, segment_dir: Path, rate_hz: int) -> Rows:
    return features.write_pieces(path, _pieces(recording, segment_dir, rate_hz), np.float32)


def _pieces(recording: str, segment_dir: Path, rate_hz: int) -> Iterator[features.Piece]:
    for number, start_seconds, wave in segments.numbered(segment_dir, recording):
        try:
            statistics = window_summary.of_segment(wave, rate_hz)
        except ValueError as error:
            raise TakhtError(
                f"{segment_dir}/{recording}: segment {number} {error}; raise "
                "catalogue.min_seconds and segment.min_seconds"
            ) from None
        yield features.Piece(0, number, start_seconds, statistics)


if __name__ == "__main__":
    run(window_statistics)
