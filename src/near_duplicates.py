"""near_duplicates: find recordings that hold the same audio: re-encoded, cut, louder or faster."""

from functools import partial
from pathlib import Path
from typing import ClassVar

from takht.stage import run

import numpy as np
import pandas as pd
from pydantic import Field

from takht.cache.per_recording import RecordingCache, Task
from takht.core import tables
from takht.features.fingerprints.landmarks import Landmarks, extract_landmarks
from takht.features.fingerprints.matching import Index
from takht.preparation.segment_folder import list_recordings, read_sample_rate_hz, read_segments
from takht.runtime.atomic import atomic_file, scratch_folder
from takht.runtime.parallel import map_ordered
from takht.runtime.params import Section


class NearDuplicates(Section):
    at: ClassVar[str] = "near_duplicates"
    least_score: float = Field(gt=0, le=1, description="share of moments that twins have in common")


def near_duplicates(params: NearDuplicates, segment_dir: Path, twins_csv: Path) -> None:
    recordings = list_recordings(segment_dir)
    rate_hz = read_sample_rate_hz(segment_dir)
    fingerprint = partial(_fingerprint, segment_dir=segment_dir, rate_hz=rate_hz)
    tasks = [Task(f"{name}.npz", (segment_dir / name,), rate_hz, name) for name in recordings]
    with scratch_folder(twins_csv) as scratch:
        RecordingCache(fingerprint, "fingerprint").map(tasks, scratch)
        index = Index([_read(scratch / task.target) for task in tasks])
    match = partial(index.matches, least_score=params.least_score)
    matches = map_ordered(match, range(len(recordings)), label="match", threads=True)
    rows = [
        (name, recordings[twin.twin], round(twin.score, 3), round(twin.offset_seconds, 2))
        for name, found in zip(recordings, matches, strict=True)
        for twin in found
    ]
    columns = ["recording", "twin", "score", "offset_seconds"]
    with atomic_file(twins_csv) as path:
        tables.write_table(pd.DataFrame(sorted(rows), columns=columns), path)


def _fingerprint(recording: str, path: Path, segment_dir: Path, rate_hz: int) -> int:
    found = extract_landmarks(read_segments(segment_dir, recording), rate_hz)
    with path.open("wb") as file:
        np.savez(file, hashes=found.hashes, seconds=found.seconds)
    return len(found.hashes)


def _read(path: Path) -> Landmarks:
    with np.load(path, allow_pickle=False) as arrays:
        return Landmarks(arrays["hashes"], arrays["seconds"])


if __name__ == "__main__":
    run(near_duplicates)
