"""How to load every generation model; only the original's needs TensorFlow."""

from pathlib import Path
from typing import TYPE_CHECKING

from takht.core import tensorflow_setup
from takht.core.model_files import read_card
from takht.generation.codec import codec_folder
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import LappedPca
from takht.generation.prior import prior_folder
from takht.generation.prior.prior import Prior
from takht.generation.study_vae.card import StudyVaeCard

if TYPE_CHECKING:
    from takht.generation.study_vae.model import StudyVae


def load_codec(folder: Path) -> LappedPca:
    """Return the codec of a model folder.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    return codec_folder.load_codec(folder)


def load_pca(folder: Path) -> BlockPca:
    """Return the baseline that is kept beside the codec.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    return codec_folder.load_pca(folder)


def load_prior(folder: Path) -> Prior:
    """Return the prior of a model folder.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    return prior_folder.load_prior(folder)


def load_study_vae(folder: Path) -> "StudyVae":
    """Return the original's VAE, its TensorFlow set up as it was for training.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    card = read_card(StudyVaeCard, folder)
    tensorflow_setup.set_up(card.threads)
    from takht.generation.study_vae.model import StudyVae

    return StudyVae.load(folder, card)
