"""From a sheet of spectrograms to its files: a WAV of each and one picture."""

from pathlib import Path

import pandas as pd

from takht.features.spectrograms import figures as spectrogram_plots
from takht.generation.pieces.plan import Sheet
from takht.generation.sound import pictures
from takht.generation.sound import wav_files as sound_files
from takht.generation.spectrogram.log_mel import SAMPLE_RATE_HZ


def sound_sheet(sheet: Sheet, folder: Path) -> pd.DataFrame:
    """Write the sheet's sounds below `folder` and its picture; return a row of the index each.

    Columns: file, kind, model, composer, recording, seconds.
    """
    waves, rows = {}, []
    for item in sheet.items:
        wave = item.wave()
        sound_files.write(wave, folder / f"{item.file}.wav")
        waves[f"{item.file}: {item.kind}, {item.model}"] = wave
        rows.append(
            {
                "file": f"{item.file}.wav",
                "kind": item.kind,
                "model": item.model,
                "composer": item.composer,
                "recording": item.recording,
                "seconds": round(len(wave) / SAMPLE_RATE_HZ, 3),
            }
        )
    picture = folder / f"{sheet.file}.png"
    picture.parent.mkdir(parents=True, exist_ok=True)
    spectrogram_plots.save(pictures.figure(waves), picture)
    return pd.DataFrame(rows)
