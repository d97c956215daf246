"""prior_train: learn how pieces of each composer begin, go on and sound, in latents."""

from pathlib import Path

from takht.stage import run

from takht.core import tables
from takht.core.threads import one_blas_thread
from takht.generation.codec import codec_folder
from takht.generation.codec.settings import PriorModel, PriorTraining
from takht.generation.prior.prior_folder import save_prior
from takht.generation.prior.training_set import train_prior
from takht.runtime.atomic import atomic_file, atomic_folder


def prior_train(
    settings: PriorModel,
    training: PriorTraining,
    vae_dir: Path,
    feature_dir: Path,
    split_csv: Path,
    model_dir: Path,
    neighbours_csv: Path,
) -> None:
    split = tables.read_table(split_csv)
    codec = codec_folder.load_codec(vae_dir)
    with one_blas_thread():
        card, prior, tried = train_prior(settings, training, codec, feature_dir, split)
    with atomic_folder(model_dir) as folder:
        save_prior(folder, card, prior)
    with atomic_file(neighbours_csv) as path:
        tables.write_table(tried, path)


if __name__ == "__main__":
    run(prior_train)
