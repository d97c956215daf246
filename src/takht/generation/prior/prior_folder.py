"""The prior's folder: arrays and a card."""

from dataclasses import asdict, replace
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
from takht.errors import TakhtError
from takht.generation.cards.generation_card import GenerationCard
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.residual_noise import LEVELS
from takht.generation.prior.denoised_blocks import DenoisedBlocks
from takht.generation.prior.denoiser import Denoiser
from takht.generation.prior.prior import Prior
from takht.generation.prior.pulses import Pulses
from takht.generation.prior.styles import Styles


class PriorCard(GenerationCard):
    """What a prior says about itself."""

    kind: Literal["style_prior"] = "style_prior"
    composers: tuple[str, ...] = Field(min_length=1)
    labels: tuple[str, ...]
    codec_sha256: str = Field(
        pattern="^[0-9a-f]{64}$", description="of the codec whose latents it draws"
    )
    clips: int = Field(ge=1, description="trained on")
    residual_noise: float = Field(gt=0, le=2)
    style_temperature: float = Field(ge=0, le=2)
    guidance: float = Field(ge=1, le=20)
    temperature: float = Field(gt=0, le=2)
    sampling_steps: int = Field(ge=3, le=1000)


def save_prior(folder: Path, card: PriorCard, prior: Prior) -> None:
    """Write prior and card into an empty folder."""
    write_arrays(folder, "styles", asdict(prior.styles))
    write_arrays(folder, "pulses", asdict(prior.pulses))
    blocks = prior.blocks
    write_arrays(folder, "network", blocks.denoiser.weights)
    arrays = {"variances": blocks.denoiser.variances, "deviations": blocks.deviations}
    write_arrays(folder, "blocks", arrays)
    write_card(card, folder)


def load_prior(folder: Path, codec: LappedPca) -> Prior:
    """Return the prior of a folder, over a codec's latents.

    Raises:
        TakhtError: the folder is missing, of another version or another codec, or its files are not
            of one model.
    """
    card = read_card(PriorCard, folder)
    if card.codec_sha256 != codec.sha256:
        raise TakhtError(
            f"{folder}: was trained on another codec; run `dvc repro generation/dvc.yaml`"
        )
    try:
        prior = Prior(
            composers=card.composers,
            labels=card.labels,
            codec=codec,
            styles=Styles(**read_arrays(folder, "styles")),
            pulses=Pulses(**read_arrays(folder, "pulses")),
            blocks=_load_blocks(folder, card),
            residual_noise=card.residual_noise,
            style_temperature=card.style_temperature,
        )
        found = (
            len(prior.styles.means),
            len(prior.labels),
            len(np.unique(prior.pulses.composer)),
            len(prior.styles.mean) - LEVELS,
            prior.blocks.denoiser.latents,
        )
        if found != (*3 * (len(card.composers),), *2 * (codec.latents,)):
            raise ValueError(f"composers, labels, pulses and latents {found}")
        quick = replace(prior, blocks=replace(prior.blocks, sampling_steps=3))
        quick.draw(0, 1.0, np.random.default_rng(0))
    except TakhtError:  # of one file
        raise
    except (IndexError, KeyError, MemoryError, TypeError, ValueError) as error:
        raise mismatch_error(folder, error) from None
    return prior


def _load_blocks(folder: Path, card: PriorCard) -> DenoisedBlocks:
    arrays = read_arrays(folder, "blocks")
    return DenoisedBlocks(
        Denoiser(arrays["variances"], read_arrays(folder, "network")),
        arrays["deviations"],
        composers=len(card.composers),
        guidance=card.guidance,
        temperature=card.temperature,
        sampling_steps=card.sampling_steps,
    )
