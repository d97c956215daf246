"""near_duplicates: find recordings that hold the same audio: re-encoded, cut, louder or faster."""

from functools import partial
from pathlib import Path
from typing import ClassVar

import pandas as pd
from pydantic import Field

from takht import jobs, outputs, segments, stage, tables
from takht.fingerprint_matching import Index
from takht.fingerprints import Landmarks, landmarks
from takht.schema import Section


class NearDuplicates(Section):
    at: ClassVar[str] = "near_duplicates"
    least_score: float = Field(gt=0, le=1, description="share of moments that twins have in common")


def near_duplicates(params: NearDuplicates, segment_dir: Path, twins_csv: Path) -> None:
    recordings = segments.recordings(segment_dir)
    rate_hz = segments.sample_rate_hz(segment_dir)
    fingerprint = partial(_fingerprint, segment_dir, rate_hz)
    index = Index(jobs.each(fingerprint, recordings, label="fingerprint"))
    matches = jobs.each(index.matches, range(len(recordings)), label="match", threads=True)
    rows = [
        (name, recordings[match.twin], round(match.score, 3), round(match.offset_seconds, 2))
        for name, found in zip(recordings, matches, strict=True)
        for match in found
        if match.score >= params.least_score
    ]
    columns = ["recording", "twin", "score", "offset_seconds"]
    with outputs.fresh_file(twins_csv) as path:
        tables.write_table(pd.DataFrame(sorted(rows), columns=columns), path)


def _fingerprint(segment_dir: Path, rate_hz: int, recording: str) -> Landmarks:
    return landmarks(segments.read(segment_dir, recording), rate_hz)


if __name__ == "__main__":
    stage.run(near_duplicates)
