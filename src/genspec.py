"""genspec: turn segments into the log-mel spectrograms that music is generated from."""

from pathlib import Path

from takht.stage import run

from takht.generation.spectrogram import log_mel
from takht.generation.spectrogram.spectrogram_folder import (
    ClipSettings,
    LevelSettings,
    write_spectrograms,
)
from takht.runtime.atomic import atomic_folder


def genspec(
    clipping: ClipSettings, level: LevelSettings, segment_dir: Path, gains_csv: Path, out_dir: Path
) -> None:
    settings = {
        "kind": "genspec",
        "n_fft": log_mel.N_FFT,
        "hop_samples": log_mel.HOP_SAMPLES,
        "bands": log_mel.BANDS,
    }
    with atomic_folder(out_dir) as folder:
        write_spectrograms(
            folder, log_mel.log_mel, settings, segment_dir, gains_csv, clipping, level
        )


if __name__ == "__main__":
    run(genspec)
