"""near_duplicates: find recordings that hold the same audio: re-encoded, cut, louder or faster."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar

from takht.stage import run

from pydantic import Field

from takht.cache.per_pair import Pair, map_pairs
from takht.cache.per_recording import RecordingCache, Task
from takht.core import tables
from takht.features.fingerprints.alignment import LEAST_PEAKS, align
from takht.features.fingerprints.candidates import Candidate, Index
from takht.features.fingerprints.files import read_landmarks, read_peaks, write_fingerprint
from takht.features.fingerprints.landmarks import combine_peaks
from takht.features.fingerprints.peaks import extract_peaks
from takht.preparation.segment_folder import list_recordings, read_sample_rate_hz, read_segments
from takht.runtime.atomic import atomic_file, scratch_folder
from takht.runtime.parallel import map_ordered
from takht.runtime.params import Section
from takht.text.names import escape

COLUMNS = (
    *("recording", "duplicate_of", "score"),
    *("seconds_alike", "start_seconds", "duplicate_start_seconds"),
)


class NearDuplicates(Section):
    at: ClassVar[str] = "near_duplicates"
    min_seconds: float = Field(ge=5, description="audio that two recordings share, in one piece")


def near_duplicates(params: NearDuplicates, segment_dir: Path, duplicates_csv: Path) -> None:
    recordings = list_recordings(segment_dir)
    rate_hz = read_sample_rate_hz(segment_dir)
    fingerprint = partial(_fingerprint, segment_dir=segment_dir, rate_hz=rate_hz)
    tasks = [Task(f"{name}.npy", (segment_dir / name,), rate_hz, name) for name in recordings]
    with scratch_folder(duplicates_csv) as scratch:
        peaks = RecordingCache(fingerprint, "fingerprint").map(tasks, scratch)
        counts = zip(recordings, peaks, strict=True)
        _report_few_peaks([name for name, count in counts if count < LEAST_PEAKS])
        files = [scratch / task.target for task in tasks]
        candidates = _find_candidates(files)
        pairs = [_pair(files[each.first], files[each.second], each) for each in candidates]
        align_files = partial(_align, min_seconds=params.min_seconds)
        matches = map_pairs(align_files, pairs, f"{params.min_seconds}", "align")
    rows = [
        (recordings[pair.first], recordings[pair.second], *map(match.get, COLUMNS[2:]))
        for pair, match in zip(candidates, matches, strict=True)
        if match
    ]
    with atomic_file(duplicates_csv) as path:
        tables.write_rows(path, COLUMNS, rows)


def _fingerprint(recording: str, path: Path, segment_dir: Path, rate_hz: int) -> int:
    peaks = extract_peaks(read_segments(segment_dir, recording), rate_hz)
    write_fingerprint(path, peaks, combine_peaks(peaks))
    return len(peaks.ms)


def _find_candidates(files: Sequence[Path]) -> list[Candidate]:
    index = Index([read_landmarks(file) for file in files])
    blocks = index.blocks()
    found = map_ordered(index.look_up, blocks, label="look up", unit="block", threads=True)
    candidates = index.choose(found)
    if rest := index.describe_rest(found, len(candidates)):
        sys.stderr.write(f"near_duplicates: {rest}\n")
    return candidates


def _pair(first: Path, second: Path, candidate: Candidate) -> Pair:
    place = candidate.ms, candidate.lag_ms
    return Pair(first, second, "{} {}".format(*place), (first, second, *place))


def _align(pair: tuple[Path, Path, int, int], min_seconds: float) -> dict[str, float] | None:
    """Return the numbers of a pair's row, or None."""
    first, second, ms, lag_ms = pair
    match = align(read_peaks(first), read_peaks(second), ms, lag_ms, min_seconds)
    return match.rounded() if match else None


def _report_few_peaks(few: Sequence[str]) -> None:
    if few:
        some = ", ".join(map(escape, few[:3]))
        rest = f" and {len(few) - 3} more" if len(few) > 3 else ""
        sys.stderr.write(
            f"near_duplicates: too little sound to find copies (fewer than {LEAST_PEAKS} peaks): "
            f"{some}{rest}\n"
        )


if __name__ == "__main__":
    run(near_duplicates)
