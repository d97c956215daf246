"""From a sheet of spectrograms to its files: a WAV of each and one picture."""

from pathlib import Path

import pandas as pd

from takht.features.spectrograms.figures import save_figure
from takht.generation.pieces.plan import Figure
from takht.generation.sound import pictures
from takht.generation.sound.wav_files import write_wav
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ
from takht.text.names import isolate_parts


def render_figure(sheet: Figure, folder: Path) -> pd.DataFrame:
    """Write the sheet's sounds below `folder` and its picture; return a row of the index each.

    Columns: file, kind, model, composer, recording, seconds.
    """
    waves, rows = {}, []
    for item in sheet.items:
        wave = item.wave()
        write_wav(wave, folder / f"{item.file}.wav")
        waves[f"{isolate_parts(item.file)}: {item.kind}, {item.model}"] = wave
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
    save_figure(pictures.draw_spectrograms(waves), picture)
    return pd.DataFrame(rows)
