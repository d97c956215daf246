"""How to load every generation model; only the original's needs TensorFlow."""

from pathlib import Path
from typing import TYPE_CHECKING

from takht.core import tensorflow_setup
from takht.generation.codec import codec_folder as temporal_model
from takht.generation.codec import model_folder as model_folders
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import VaeCodec
from takht.generation.prior import prior_folder as prior_model
from takht.generation.prior.prior import StylePrior
from takht.generation.study_vae.card import OriginalCard

if TYPE_CHECKING:
    from takht.generation.study_vae.model import OriginalVae


def load_codec(folder: Path) -> VaeCodec:
    """Return the temporal VAE of a model folder.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    return temporal_model.load_codec(folder)


def load_pca(folder: Path) -> BlockPca:
    """Return the yardstick that is kept beside the temporal VAE.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    return temporal_model.load_pca(folder)


def load_prior(folder: Path) -> StylePrior:
    """Return the prior of a model folder.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    return prior_model.load_prior(folder)


def load_original(folder: Path) -> "OriginalVae":
    """Return the original's VAE, its TensorFlow set up as it was for training.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    card = model_folders.read_card(OriginalCard, folder)
    tensorflow_setup.set_up(card.threads)
    from takht.generation.study_vae.model import OriginalVae

    return OriginalVae.load(folder, card)
