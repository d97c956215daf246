"""segment: apply the gain and cut every recording into pieces of equal length."""

from pathlib import Path

from takht.stage import run

from takht.cache.per_recording import RecordingCache, Task
from takht.core import tables
from takht.preparation.segmentation import Segmentation, segment_recording
from takht.preparation.settings import SegmentSettings
from takht.runtime.atomic import atomic_folder


def segment(params: SegmentSettings, wav_dir: Path, gains_csv: Path, out_dir: Path) -> None:
    tasks = []
    for recording, gain_db in tables.read_rows(gains_csv, {"recording": str, "gain_db": float}):
        source = wav_dir / recording
        item = Segmentation(source, gain_db, params.seconds, params.min_seconds)
        tasks.append(Task(recording, (source,), [gain_db, params.model_dump()], item))
    with atomic_folder(out_dir) as folder:
        RecordingCache(segment_recording, "segment", threads=True).map(tasks, folder)


if __name__ == "__main__":
    run(segment)
