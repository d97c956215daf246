"""The original study's model, which needs TensorFlow."""

from pathlib import Path
from typing import TYPE_CHECKING

from takht.core import tensorflow_setup
from takht.core.model_files import read_card
from takht.generation.study_vae.card import StudyVaeCard

if TYPE_CHECKING:
    from takht.generation.study_vae.model import StudyVae


def load_study_vae(folder: Path) -> "StudyVae":
    """Return the original's VAE, its TensorFlow set up as it was for training.

    Raises:
        TakhtError: the folder holds no such model of this version; one line.
    """
    card = read_card(StudyVaeCard, folder)
    tensorflow_setup.set_up(card.threads)
    from takht.generation.study_vae.model import StudyVae

    return StudyVae.load(folder, card)
