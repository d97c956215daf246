"""normalize: measure every recording's peak and loudness, and from them its gain."""

from pathlib import Path

from takht.stage import run

import numpy as np

from takht.cache.per_recording import RecordingCache, Task
from takht.core import tables
from takht.preparation.gain import compute_gain_db, measure_recording
from takht.preparation.settings import NormalizeSettings
from takht.runtime.atomic import atomic_file, scratch_folder


def normalize(
    params: NormalizeSettings, wav_dir: Path, catalogue_csv: Path, gains_csv: Path
) -> None:
    """`segment` applies the gains, so the audio is not copied once more here."""
    names = [name for (name,) in tables.read_rows(catalogue_csv, {"recording": str})]
    tasks = [Task(name, (wav_dir / name,), None, wav_dir / name) for name in names]
    with scratch_folder(gains_csv) as scratch:
        cache = RecordingCache(measure_recording, "measure", threads=True)
        levels = cache.map_notes(tasks, scratch)
    rows = [
        (name, *np.round((peak, lufs), 4).tolist(), compute_gain_db(params, peak, lufs))
        for name, (peak, lufs) in zip(names, levels, strict=True)
    ]
    with atomic_file(gains_csv) as path:
        tables.write_rows(path, ["recording", "peak_dbfs", "loudness_lufs", "gain_db"], rows)


if __name__ == "__main__":
    run(normalize)
