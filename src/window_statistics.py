"""window_statistics: sum up every window in 336 numbers, of timbre, melody and onsets."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from takht.stage import run

import numpy as np

from takht.cache.per_recording import RecordingCache, Task
from takht.dataset.feature_folder import FeaturePiece, IndexRows, write_index, write_pieces
from takht.errors import TakhtError
from takht.features.statistics.summary import GROUPS, MIN_RATE_HZ, count_hops, summarize_segment
from takht.features.statistics.timbre import HOP_SAMPLES
from takht.preparation.segment_folder import list_recordings, read_numbered, read_sample_rate_hz
from takht.runtime.atomic import atomic_folder


def window_statistics(segment_dir: Path, out_dir: Path) -> None:
    rate_hz = read_sample_rate_hz(segment_dir)
    if rate_hz < MIN_RATE_HZ:
        raise TakhtError(
            "params.yaml: audio.sample_rate_hz: window statistics need at least "
            f"{MIN_RATE_HZ}, got {rate_hz}; raise it"
        )
    window_hops, step_hops = count_hops(rate_hz)
    names = list_recordings(segment_dir)
    tasks = [Task(f"{name}.npy", (segment_dir / name,), rate_hz, name) for name in names]
    with atomic_folder(out_dir) as folder:
        extract = partial(_extract, segment_dir=segment_dir, rate_hz=rate_hz)
        rows = RecordingCache(extract, "statistics").map(tasks, folder)
        settings = {
            "kind": "statistics",
            "frame": "window",  # each row stands for a whole window
            "unit": "statistics",
            "sample_rate_hz": rate_hz,
            "hop_samples": step_hops * HOP_SAMPLES,
            "window_samples": window_hops * HOP_SAMPLES,
            "groups": GROUPS,
        }
        write_index(folder, dict(zip(names, rows, strict=True)), settings)


def _extract(recording: str, path: Path, segment_dir: Path, rate_hz: int) -> IndexRows:
    return write_pieces(path, _pieces(recording, segment_dir, rate_hz), np.float32)


def _pieces(recording: str, segment_dir: Path, rate_hz: int) -> Iterator[FeaturePiece]:
    for number, start_seconds, wave in read_numbered(segment_dir, recording):
        try:
            statistics = summarize_segment(wave, rate_hz)
        except ValueError as error:
            raise TakhtError(
                f"{segment_dir}/{recording}: segment {number} {error}; raise "
                "catalogue.min_seconds and segment.min_seconds"
            ) from None
        yield FeaturePiece(0, number, start_seconds, statistics)


if __name__ == "__main__":
    run(window_statistics)
