"""train_vae: fit a model that codes spectrograms in a few numbers, and decodes them."""

from pathlib import Path

from takht.stage import run

from takht.cache.checkpoint import Checkpoint
from takht.core import tables
from takht.generation.codec.settings import VaeModel, VaeTraining
from takht.generation.vae_training.dispatch import fit_model
from takht.runtime.atomic import atomic_file, atomic_folder


def train_vae(
    model: VaeModel,
    training: VaeTraining,
    feature_dir: Path,
    split_csv: Path,
    model_dir: Path,
    curve_csv: Path,
) -> None:
    checkpoint, split = Checkpoint("train_vae"), tables.read_table(split_csv)
    save, curve = fit_model(model, training, feature_dir, split, checkpoint)
    with atomic_folder(model_dir) as folder:
        save(folder)
    with atomic_file(curve_csv) as path:
        tables.write_table(curve, path)
    checkpoint.remove()


if __name__ == "__main__":
    run(train_vae)
