"""normalize: measure every recording's peak and loudness, and from them its gain."""

from pathlib import Path

from takht.stage import run

import pandas as pd

from takht.cache.per_recording import RecordingCache, Task
from takht.core import tables
from takht.preparation.gain import compute_gain_db, measure_recording
from takht.preparation.settings import NormalizeSettings
from takht.runtime.atomic import atomic_file, scratch_folder


def normalize(
    params: NormalizeSettings, wav_dir: Path, catalogue_csv: Path, gains_csv: Path
) -> None:
    """`segment` applies the gains, so the audio is not copied once more here."""
    names = list(tables.read_table(catalogue_csv)["recording"])
    tasks = [Task(name, (wav_dir / name,), None, wav_dir / name) for name in names]
    with scratch_folder(gains_csv) as scratch:
        cache = RecordingCache(measure_recording, "measure", threads=True)
        levels = cache.map_notes(tasks, scratch)
    peaks, loudness = zip(*levels, strict=True)
    gains = [compute_gain_db(params, peak, lufs) for peak, lufs in levels]
    table = pd.DataFrame(
        {"recording": names, "peak_dbfs": peaks, "loudness_lufs": loudness, "gain_db": gains}
    )
    with atomic_file(gains_csv) as path:
        tables.write_table(table.round(4), path)


if __name__ == "__main__":
    run(normalize)
