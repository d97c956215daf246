"""Models that pieces are made with; only the original's needs TensorFlow."""

from pathlib import Path
from typing import TYPE_CHECKING

from takht.core import tensorflow_setup
from takht.core.model_files import read_card
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.codec_folder import load_codec
from takht.generation.prior.prior import Prior
from takht.generation.prior.prior_folder import load_prior
from takht.generation.study_vae.card import StudyVaeCard

if TYPE_CHECKING:
    from takht.generation.study_vae.model import StudyVae


def load_codec_and_prior(codec_dir: Path, prior_dir: Path) -> tuple[LappedPca, Prior]:
    """Return a codec and the prior over its latents.

    Raises:
        TakhtError: a folder holds no such model of this version, or they do not belong together.
    """
    codec = load_codec(codec_dir)
    return codec, load_prior(prior_dir, codec)


def load_study_vae(folder: Path) -> "StudyVae":
    """Return the original's VAE, its TensorFlow set up as it was for training.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    card = read_card(StudyVaeCard, folder)
    tensorflow_setup.set_up(card.threads)
    from takht.generation.study_vae.model import StudyVae

    return StudyVae.load(folder, card)
