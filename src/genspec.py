"""genspec: turn segments into the log-mel spectrograms that music is generated from."""

from pathlib import Path

from takht.stage import run

from takht.generation.spectrogram import log_mel
from takht.generation.spectrogram import spectrogram_folder as spectrograms
from takht.generation.spectrogram.spectrogram_folder import Clipping, Level
from takht.runtime import atomic as outputs


def genspec(
    clipping: Clipping, level: Level, segment_dir: Path, gains_csv: Path, out_dir: Path
) -> None:
    settings = {
        "kind": "genspec",
        "n_fft": log_mel.N_FFT,
        "hop_samples": log_mel.HOP_SAMPLES,
        "bands": log_mel.BANDS,
    }
    with outputs.fresh_folder(out_dir) as folder:
        spectrograms.write(
            folder, log_mel.log_mel, settings, segment_dir, gains_csv, clipping, level
        )


if __name__ == "__main__":
    run(genspec)
