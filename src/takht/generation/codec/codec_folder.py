"""The temporal VAE's folder: codec and baseline, from clips to files and back."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field

from takht.core.arrays import Frames
from takht.core.model_files import (
    mismatch_error,
    read_arrays,
    read_card,
    write_arrays,
    write_card,
)
from takht.generation.codec.basis import LappedBasis
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import VaeCodec
from takht.generation.codec.generation_card import GenerationCard
from takht.generation.codec.pca import Pca


class VaeCard(GenerationCard):
    """What a temporal VAE says about itself."""

    kind: Literal["temporal_vae"] = "temporal_vae"
    block_frames: int = Field(ge=4, le=512)
    latents: int = Field(ge=1, le=1024)
    pca_latents: int = Field(ge=1, le=65_536, description="per block of the baseline")
    clips: int = Field(ge=1, description="trained on")
    validation_mse: float = Field(ge=0)
    validation_mse_components: float = Field(ge=0, description="of its lapped components alone")
    validation_mse_pca: float = Field(ge=0, description="of the baseline")


def save_codec(folder: Path, card: VaeCard, codec: VaeCodec, pca: BlockPca) -> None:
    """Write codec, baseline and card into an empty folder."""
    basis, spectrum_pca = codec.basis, codec.spectrum_pca
    write_arrays(
        folder,
        "basis",
        {
            "analysis": basis.analysis,
            "synthesis": basis.synthesis,
            "temporal_components": basis.temporal_components,
            "deviations": basis.deviations,
            "floor": np.array(basis.floor),
        },
    )
    write_arrays(
        folder,
        "mean_spectrum",
        {
            "mean": spectrum_pca.mean,
            "axes": spectrum_pca.axes,
            "deviations": spectrum_pca.deviations,
        },
    )
    write_arrays(folder, "network", codec.weights)
    write_arrays(
        folder,
        "pca",
        {
            "mean": pca.mean,
            "spectra": pca.spectra,
            "centre": pca.centre,
            "components": pca.components,
        },
    )
    write_card(card, folder)


def load_codec(folder: Path) -> VaeCodec:
    """Return the codec of a folder.

    Raises:
        TakhtError: the folder is missing, of another version, or its files are not of one model.
    """
    card = read_card(VaeCard, folder)
    basis = {**read_arrays(folder, "basis")}
    try:
        floor = float(basis.pop("floor"))
        codec = VaeCodec(
            LappedBasis(**basis, floor=floor),
            Pca(**read_arrays(folder, "mean_spectrum")),
            read_arrays(folder, "network"),
        )
        found = (codec.block_frames, codec.latents)
        if found != (card.block_frames, card.latents):
            raise ValueError(f"blocks and latents {found}")
        codec.decode(
            *codec.encode(np.zeros((card.block_frames, len(codec.spectrum_pca.mean)), "f"))[:2]
        )
    except (IndexError, KeyError, MemoryError, TypeError, ValueError) as error:
        raise mismatch_error(folder, error) from None
    return codec


def load_pca(folder: Path) -> BlockPca:
    """Return the baseline of a folder.

    Raises:
        TakhtError: the folder is missing, of another version, or its files are not of one model.
    """
    card = read_card(VaeCard, folder)
    try:
        pca = BlockPca(**read_arrays(folder, "pca"))
        if pca.components.shape != (len(pca.centre), card.pca_latents):
            raise ValueError(f"components of shape {pca.components.shape}")
    except (IndexError, MemoryError, TypeError, ValueError) as error:
        raise mismatch_error(folder, error) from None
    return pca


def equal_latents(clips: Sequence[Frames], *, block_frames: int, latents: int) -> int:
    """Return the baseline's count of latents per block: they carry the mean spectra too.

    `clips` have shape (frames, bands) each.
    """
    bands = clips[0].shape[1]
    mean_blocks = np.mean([len(clip) for clip in clips]) / block_frames
    return latents + int(np.ceil(bands / mean_blocks))


def reconstruction_error(reconstruct: Callable[[Frames], Frames], clips: Sequence[Frames]) -> float:
    """Return the mean squared error of clips (frames, bands) in [0, 1] after `reconstruct`."""
    errors: list[Any] = []
    for clip in clips:
        decoded = reconstruct(clip)
        errors.append(np.mean((decoded - clip[: len(decoded)]) ** 2))
    return float(np.mean(errors))


def components_alone(basis: LappedBasis, latents: int) -> Callable[[Frames], Frames]:
    """Return a function that rebuilds a clip from its mean spectrum and leading coefficients.

    It takes and returns frames (frames, bands) in [0, 1].
    """

    def reconstruct(frames: Frames) -> Frames:
        mean_spectrum = frames.mean(axis=0)
        coefficients = basis.analyse(frames - mean_spectrum)
        coefficients[:, latents:] = 0
        return np.asarray(np.clip(basis.synthesise(coefficients) + mean_spectrum, 0, 1), np.float32)

    return reconstruct
