"""train_prior: learn how pieces of each composer sound and go on, in latents."""

from pathlib import Path

from takht.stage import run

from takht.cache.checkpoint import Checkpoint
from takht.core import tables
from takht.generation.prior.prior_folder import save_prior
from takht.generation.prior.settings import DenoiserModel, DenoiserTraining, PriorModel
from takht.generation.prior_training.dispatch import fit_to_features
from takht.runtime.atomic import atomic_file, atomic_folder


def train_prior(
    settings: PriorModel,
    denoiser: DenoiserModel,
    size: DenoiserTraining,
    codec_dir: Path,
    feature_dir: Path,
    split_csv: Path,
    model_dir: Path,
    curve_csv: Path,
) -> None:
    checkpoint, split = Checkpoint("train_prior", "step"), tables.read_table(split_csv)
    card, prior, curve = fit_to_features(
        settings, denoiser, size, codec_dir, feature_dir, split, checkpoint
    )
    with atomic_folder(model_dir) as folder:
        save_prior(folder, card, prior)
    with atomic_file(curve_csv) as path:
        tables.write_table(curve, path)
    checkpoint.remove()


if __name__ == "__main__":
    run(train_prior)
