"""The style prior's folder: arrays and a card."""

from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field

from takht.core.model_files import (
    mismatch_error,
    read_arrays,
    read_card,
    write_arrays,
    write_card,
)
from takht.generation.codec.generation_card import GenerationCard
from takht.generation.codec.mean_spectrum import SpectrumPca
from takht.generation.prior.prior import StylePrior

_ARRAYS = (
    "means", "root", "style_mean", "style_axes", "style_rest", "trajectories", "envelopes",
    "compared",
    "clip_of_block", "composer_of_clip", "fine_gains",
)  # fmt: skip


class PriorCard(GenerationCard):
    """What a prior says about itself."""

    kind: Literal["style_prior"] = "style_prior"
    composers: tuple[str, ...] = Field(min_length=1)
    labels: tuple[str, ...]
    block_frames: int = Field(ge=4, le=512)
    latents: int = Field(ge=1, le=1024)
    clips: int = Field(ge=1, description="trained on")
    residual_noise: float = Field(gt=0, le=2)
    persistence: float = Field(ge=0, lt=1)
    style_temperature: float = Field(ge=0, le=2)
    neighbours: int = Field(ge=1, le=1000)


def save_prior(folder: Path, card: PriorCard, prior: StylePrior) -> None:
    """Write prior and card into an empty folder."""
    arrays = {name: getattr(prior, name) for name in _ARRAYS}
    write_arrays(folder, "prior", arrays)
    spectrum_pca = prior.spectrum_pca
    write_arrays(
        folder,
        "mean_spectrum",
        {
            "mean": spectrum_pca.mean,
            "axes": spectrum_pca.axes,
            "deviations": spectrum_pca.deviations,
        },
    )
    write_card(card, folder)


def load_prior(folder: Path) -> StylePrior:
    """Return the prior of a folder.

    Raises:
        TakhtError: the folder is missing, of another version, or its files are not of one model.
    """
    card = read_card(PriorCard, folder)
    try:
        prior = StylePrior(
            composers=card.composers,
            labels=card.labels,
            spectrum_pca=SpectrumPca(**read_arrays(folder, "mean_spectrum")),
            residual=card.residual_noise,
            persistence=card.persistence,
            style_temperature=card.style_temperature,
            neighbours=card.neighbours,
            **read_arrays(folder, "prior"),  # two hold whole numbers
        )
        found = (
            len(prior.means),
            len(prior.labels),
            prior.block_frames,
            prior.trajectories.shape[1],
        )
        if found != (len(card.composers), len(card.composers), card.block_frames, card.latents):
            raise ValueError(f"composers, labels, frames and latents {found}")
        prior.draw(0, 1.0, np.random.default_rng(0))
    except (IndexError, KeyError, MemoryError, TypeError, ValueError) as error:
        raise mismatch_error(folder, error) from None
    return prior
