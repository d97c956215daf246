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
    table = tables.read_table(catalogue_csv, {"seconds": "float64"})
    longest_first = table.sort_values("seconds", ascending=False, kind="stable")
    tasks = [
        conversion.conversion_task(root / file, recording, audio, params)
        for file, recording in longest_first[["file", "recording"]].to_numpy()
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
