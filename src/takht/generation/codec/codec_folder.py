"""The codec's folder: codec and baseline."""

from dataclasses import asdict
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
from takht.generation.codec.basis import LappedBasis
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.fine_detail import BANDS
from takht.generation.codec.pca import Pca


class CodecCard(GenerationCard):
    """What a codec says about itself."""

    kind: Literal["lapped_pca"] = "lapped_pca"
    block_frames: int = Field(ge=4, le=512)
    latents: int = Field(ge=1, le=1024)
    pca_latents: int = Field(ge=1, le=65_536, description="per block of the baseline")
    clips: int = Field(ge=1, description="that it was fitted to")


def save_codec(folder: Path, card: CodecCard, codec: LappedPca, pca: BlockPca) -> None:
    """Write codec, baseline and card into an empty folder."""
    write_arrays(folder, "basis", asdict(codec.basis))
    write_arrays(folder, "mean_spectrum", asdict(codec.spectrum_pca))
    write_arrays(folder, "fine_detail", {"gains": codec.fine_gains})
    write_arrays(folder, "pca", asdict(pca))
    write_card(card, folder)


def load_codec(folder: Path) -> LappedPca:
    """Return the codec of a folder.

    Raises:
        TakhtError: the folder is missing, of another version, or its files are not of one model.
    """
    card = read_card(CodecCard, folder)
    try:
        basis = LappedBasis(**read_arrays(folder, "basis"))
        spectrum_pca = Pca(**read_arrays(folder, "mean_spectrum"))
        codec = LappedPca(basis, spectrum_pca, read_arrays(folder, "fine_detail")["gains"])
        found = (codec.block_frames, codec.latents, codec.fine_gains.shape)
        if found != (card.block_frames, card.latents, (BANDS,)):
            raise ValueError(f"blocks, latents and gains {found}")
        silence = np.zeros((card.block_frames, len(codec.spectrum_pca.mean)), np.float32)
        codec.decode(*codec.encode(silence))
    except TakhtError:  # of one file
        raise
    except (IndexError, KeyError, MemoryError, TypeError, ValueError) as error:
        raise mismatch_error(folder, error) from None
    return codec


def load_pca(folder: Path) -> BlockPca:
    """Return the baseline of a folder.

    Raises:
        TakhtError: the folder is missing, of another version, or its files are not of one model.
    """
    card = read_card(CodecCard, folder)
    try:
        pca = BlockPca(**read_arrays(folder, "pca"))
        if pca.components.shape != (len(pca.centre), card.pca_latents):
            raise ValueError(f"components of shape {pca.components.shape}")
    except TakhtError:  # of one file
        raise
    except (IndexError, MemoryError, TypeError, ValueError) as error:
        raise mismatch_error(folder, error) from None
    return pca
