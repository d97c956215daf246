"""convert: decode every recording to mono WAV parts at one sample rate."""

from pathlib import Path
from typing import ClassVar

from pydantic import Field

from takht import jobs, outputs, stage, tables
from takht.conversion import Conversion, convert_recording
from takht.schema import Section


class Audio(Section):
    at: ClassVar[str] = "audio"
    sample_rate_hz: int = Field(ge=8_000, le=96_000, description="of all audio from here on, Hz")


class Convert(Section):
    at: ClassVar[str] = "convert"
    part_minutes: float = Field(gt=0, le=30, description="longest part of a recording, minutes")


def convert(audio: Audio, params: Convert, root: Path, catalogue_csv: Path, out_dir: Path) -> None:
    table = tables.read_table(catalogue_csv, {"seconds": "float64"})
    longest_first = table.sort_values("seconds", ascending=False, kind="stable")
    part_samples = max(1, round(params.part_minutes * 60 * audio.sample_rate_hz))
    with outputs.fresh_folder(out_dir) as folder:
        items = [
            Conversion(root / file, folder / recording, audio.sample_rate_hz, part_samples)
            for file, recording in longest_first[["file", "recording"]].to_numpy()
        ]
        jobs.each(convert_recording, items, label="convert")


if __name__ == "__main__":
    stage.run(convert)
