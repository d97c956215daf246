"""study_spectrogram: turn segments into the original study's log spectrograms."""

from pathlib import Path

from takht.stage import run

from takht.generation.spectrogram.spectrogram_folder import (
    ClipSettings,
    LevelSettings,
    write_spectrograms,
)
from takht.generation.study_vae.spectrogram import BINS, HOP_SAMPLES, N_FFT, log_spectrogram
from takht.runtime.atomic import atomic_folder


def study_spectrogram(
    clipping: ClipSettings, level: LevelSettings, segment_dir: Path, gains_csv: Path, out_dir: Path
) -> None:
    settings = {
        "kind": "study_spectrogram",
        "n_fft": N_FFT,
        "hop_samples": HOP_SAMPLES,
        "bands": BINS,
    }
    with atomic_folder(out_dir) as folder:
        write_spectrograms(
            folder,
            log_spectrogram,
            settings,
            segment_dir,
            gains_csv,
            clipping,
            level,
        )


if __name__ == "__main__":
    run(study_spectrogram)
