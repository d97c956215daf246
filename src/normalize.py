"""normalize: measure every recording's peak and loudness, and from them its gain."""

from pathlib import Path
from typing import ClassVar, Literal

import pandas as pd
from pydantic import Field

from takht import jobs, outputs, stage, tables
from takht.loudness import gain_to_loudness, gain_to_peak
from takht.measuring import measure_recording
from takht.schema import Section


class Normalize(Section):
    at: ClassVar[str] = "normalize"
    method: Literal["loudness", "peak"] = Field(description="what is made equal")
    target_lufs: float = Field(ge=-60, le=0, description="loudness of all recordings, LUFS")
    peak_dbfs: float = Field(ge=-30, le=0, description="no peak passes this, dBFS")


def normalize(params: Normalize, wav_dir: Path, catalogue_csv: Path, gains_csv: Path) -> None:
    """`segment` applies the gains, so the audio is not copied once more here."""
    recordings = list(tables.read_table(catalogue_csv)["recording"])
    levels = jobs.each(measure_recording, [wav_dir / name for name in recordings], label="measure")
    peaks, loudness = zip(*levels, strict=True)
    if params.method == "peak":
        gains = [gain_to_peak(peak, params.peak_dbfs) for peak in peaks]
    else:
        target, limit = params.target_lufs, params.peak_dbfs
        gains = [gain_to_loudness(peak, lufs, target, limit) for peak, lufs in levels]
    table = pd.DataFrame(
        {"recording": recordings, "peak_dbfs": peaks, "loudness_lufs": loudness, "gain_db": gains}
    )
    with outputs.fresh_file(gains_csv) as path:
        tables.write_table(table.round(4), path)


if __name__ == "__main__":
    stage.run(normalize)
