"""logspec: turn segments into the original study's log spectrograms."""

from pathlib import Path

from takht.stage import run

from takht.generation.spectrogram import spectrogram_folder as spectrograms
from takht.generation.spectrogram.spectrogram_folder import Clipping, Level
from takht.generation.study_vae import spectrogram as original_spectrogram
from takht.runtime import atomic as outputs


def logspec(
    clipping: Clipping, level: Level, segment_dir: Path, gains_csv: Path, out_dir: Path
) -> None:
    settings = {
        "kind": "logspec",
        "n_fft": original_spectrogram.N_FFT,
        "hop_samples": original_spectrogram.HOP_SAMPLES,
        "bands": original_spectrogram.BANDS,
    }
    with outputs.fresh_folder(out_dir) as folder:
        spectrograms.write(
            folder,
            original_spectrogram.log_spectrogram,
            settings,
            segment_dir,
            gains_csv,
            clipping,
            level,
        )


if __name__ == "__main__":
    run(logspec)
