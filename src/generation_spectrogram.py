"""generation_spectrogram: compute the spectrograms that music is generated from."""

from pathlib import Path

from takht.stage import run

from takht.generation.spectrogram.level_spectrogram import (
    BINS,
    HOP_SAMPLES,
    N_FFT,
    level_spectrogram,
)
from takht.generation.spectrogram.spectrogram_folder import (
    ClipSettings,
    LevelSettings,
    write_spectrograms,
)
from takht.runtime.atomic import atomic_folder


def generation_spectrogram(
    clipping: ClipSettings, level: LevelSettings, segment_dir: Path, gains_csv: Path, out_dir: Path
) -> None:
    settings = {
        "kind": "generation_spectrogram",
        "n_fft": N_FFT,
        "hop_samples": HOP_SAMPLES,
        "bands": BINS,
    }
    with atomic_folder(out_dir) as folder:
        write_spectrograms(
            folder,
            level_spectrogram,
            settings,
            segment_dir,
            gains_csv,
            clipping,
            level,
        )


if __name__ == "__main__":
    run(generation_spectrogram)
