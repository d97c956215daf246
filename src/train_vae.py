"""train_vae: train the original study's VAE of spectrograms."""

from pathlib import Path

from takht.stage import run

from takht.cache.checkpoint import Checkpoint
from takht.core import tables
from takht.generation.study_vae.dispatch import fit_to_features
from takht.generation.study_vae.settings import StudyVaeModel, StudyVaeTraining
from takht.runtime.atomic import atomic_file, atomic_folder


def train_vae(
    model: StudyVaeModel,
    training: StudyVaeTraining,
    study_spectrogram_dir: Path,
    split_csv: Path,
    model_dir: Path,
    curve_csv: Path,
) -> None:
    checkpoint, split = Checkpoint("train_vae"), tables.read_table(split_csv)
    fitted, curve = fit_to_features(model, training, study_spectrogram_dir, split, checkpoint)
    with atomic_folder(model_dir) as folder:
        fitted.save(folder)
    with atomic_file(curve_csv) as path:
        tables.write_table(curve, path)
    checkpoint.remove()


if __name__ == "__main__":
    run(train_vae)
