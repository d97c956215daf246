"""normalize: measure every recording's peak and loudness, and from them its gain."""

from pathlib import Path

import pandas as pd

from takht import jobs, outputs, stage, tables
from takht.gains import gain_db
from takht.measuring import measure_recording
from takht.preparation import Normalize


def normalize(params: Normalize, wav_dir: Path, catalogue_csv: Path, gains_csv: Path) -> None:
    """`segment` applies the gains, so the audio is not copied once more here."""
    recordings = list(tables.read_table(catalogue_csv)["recording"])
    levels = jobs.each(measure_recording, [wav_dir / name for name in recordings], label="measure")
    peaks, loudness = zip(*levels, strict=True)
    gains = [gain_db(params, peak, lufs) for peak, lufs in levels]
    table = pd.DataFrame(
        {"recording": recordings, "peak_dbfs": peaks, "loudness_lufs": loudness, "gain_db": gains}
    )
    with outputs.fresh_file(gains_csv) as path:
        tables.write_table(table.round(4), path)


if __name__ == "__main__":
    stage.run(normalize)
