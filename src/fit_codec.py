"""fit_codec: find the principal components that code spectrograms in a few numbers."""

from pathlib import Path

from takht.stage import run

from takht.core import tables
from takht.core.threads import one_blas_thread
from takht.dataset.feature_folder import read_settings
from takht.generation.codec import fit
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec_folder import save_codec
from takht.generation.codec.settings import CodecSettings
from takht.runtime.atomic import atomic_folder


def fit_codec(
    settings: CodecSettings, generation_spectrogram_dir: Path, split_csv: Path, model_dir: Path
) -> None:
    split = tables.read_table(split_csv)
    clips = Clips(generation_spectrogram_dir, split, "train", least_frames=settings.block_frames)
    with one_blas_thread():
        card, codec, pca = fit.fit_codec(settings, read_settings(generation_spectrogram_dir), clips)
    with atomic_folder(model_dir) as folder:
        save_codec(folder, card, codec, pca)


if __name__ == "__main__":
    run(fit_codec)
