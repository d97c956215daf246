"""near_duplicates: find recordings that hold the same audio: re-encoded, cut, louder or faster."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from takht.stage import run

import pandas as pd
from pydantic import Field

from takht.cache.per_recording import RecordingCache, Task
from takht.core import tables
from takht.features.fingerprints.alignment import align
from takht.features.fingerprints.candidates import Candidate, Index, group_by_first
from takht.features.fingerprints.files import read_landmarks, read_peaks, write_fingerprint
from takht.features.fingerprints.landmarks import combine_peaks
from takht.features.fingerprints.peaks import extract_peaks
from takht.preparation.segment_folder import list_recordings, read_sample_rate_hz, read_segments
from takht.runtime.atomic import atomic_file, scratch_folder
from takht.runtime.parallel import map_ordered
from takht.runtime.params import Section

COLUMNS = (
    *("recording", "duplicate_of", "score", "offset_seconds"),
    *("seconds_alike", "start_seconds", "duplicate_start_seconds"),
)


class NearDuplicates(Section):
    at: ClassVar[str] = "near_duplicates"
    min_seconds: float = Field(ge=5, description="audio that two recordings share, in one piece")


def near_duplicates(params: NearDuplicates, segment_dir: Path, duplicates_csv: Path) -> None:
    recordings = list_recordings(segment_dir)
    rate_hz = read_sample_rate_hz(segment_dir)
    fingerprint = partial(_fingerprint, segment_dir=segment_dir, rate_hz=rate_hz)
    tasks = [Task(f"{name}.npz", (segment_dir / name,), rate_hz, name) for name in recordings]
    with scratch_folder(duplicates_csv) as scratch:
        RecordingCache(fingerprint, "fingerprint").map(tasks, scratch)
        files = [scratch / task.target for task in tasks]
        candidates = group_by_first(_find_candidates(files))
        alignments = [_task(files, each, params.min_seconds) for each in candidates.values()]
        notes = RecordingCache(_align, "align").map_notes(alignments, scratch / ".aligned")
    rows = [
        {"recording": recordings[pair.first], "duplicate_of": recordings[pair.second], **match}
        for pairs, matches in zip(candidates.values(), notes, strict=True)
        for pair, match in zip(pairs, matches, strict=True)
        if match
    ]
    with atomic_file(duplicates_csv) as path:
        tables.write_table(pd.DataFrame(rows, columns=list(COLUMNS)), path)


def _fingerprint(recording: str, path: Path, segment_dir: Path, rate_hz: int) -> int:
    peaks = extract_peaks(read_segments(segment_dir, recording), rate_hz)
    write_fingerprint(path, peaks, combine_peaks(peaks))
    return len(peaks.ms)


def _find_candidates(files: Sequence[Path]) -> list[Candidate]:
    index = Index([read_landmarks(file) for file in files])
    blocks = index.blocks()
    found = map_ordered(index.look_up, blocks, label="look up", unit="block", threads=True)
    if rest := index.describe_rest(found):
        sys.stderr.write(f"near_duplicates: {rest}\n")
    return [candidate for block in found for candidate in block.candidates]


def _task(files: Sequence[Path], candidates: Sequence[Candidate], min_seconds: float) -> Task:
    """Return the task of aligning a recording with its candidates; their names do not matter."""
    inputs = files[candidates[0].first], *(files[each.second] for each in candidates)
    places = [[each.ms, each.lag_ms] for each in candidates]
    item = inputs, candidates, min_seconds
    return Task(f"{candidates[0].first}", inputs, [places, min_seconds], item)


def _align(
    item: tuple[Sequence[Path], Sequence[Candidate], float], _: Path
) -> list[dict[str, float] | None]:
    """Return for each candidate the numbers of its row, or nothing."""
    (own, *others), candidates, min_seconds = item
    peaks = read_peaks(own)
    matches = (
        align(peaks, read_peaks(other), candidate, min_seconds)
        for other, candidate in zip(others, candidates, strict=True)
    )
    return [match.rounded() if match else None for match in matches]


if __name__ == "__main__":
    run(near_duplicates)
