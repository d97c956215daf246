"""convert: decode every recording to mono WAV parts at one sample rate."""

from pathlib import Path

from takht.stage import run

from takht.audio import conversion
from takht.audio.conversion import AudioSettings, ConvertSettings
from takht.core import tables
from takht.errors import TakhtError
from takht.runtime.atomic import atomic_folder


def convert(
    audio: AudioSettings, params: ConvertSettings, root: Path, catalogue_csv: Path, out_dir: Path
) -> None:
    """What `catalogue` decoded a moment ago is taken from the store."""
    rows = tables.read_rows(catalogue_csv, {"seconds": float, "file": str, "recording": str})
    longest_first = sorted(rows, key=lambda row: -row[0])
    tasks = [
        conversion.conversion_task(root / file, recording, audio, params)
        for _, file, recording in longest_first
    ]
    with atomic_folder(out_dir) as folder:
        notes = conversion.conversion_cache("convert").map(tasks, folder)
        faults = [
            f"{each.item.source}: unreadable, {note}; run `dvc repro catalogue`"
            for each, note in zip(tasks, notes, strict=True)
            if isinstance(note, str)
        ]
        if faults:
            raise TakhtError("\n".join(faults))


if __name__ == "__main__":
    run(convert)
