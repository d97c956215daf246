"""From clips to the codec, and to plain PCA of as many latents per second beside it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

from takht.core.arrays import Frames
from takht.generation.codec.basis import emphasis, fit_basis
from takht.generation.codec.block_pca import BlockPca, fit_block_pca
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.codec_folder import CodecCard
from takht.generation.codec.fine_detail import BANDS, detail_gains
from takht.generation.codec.pca import fit_pca
from takht.generation.codec.settings import CodecSettings


def fit_codec(
    settings: CodecSettings, features: dict[str, Any], clips: Sequence[Frames]
) -> tuple[CodecCard, LappedPca, BlockPca]:
    """Return a codec of clips (frames, bins) in [0, 1], the baseline beside it, and their card.

    `features` are the settings of the spectrograms. Clips are read one at a time.
    """
    bins = clips[0].shape[1]
    weighting = emphasis(bins, low=settings.low_frequency_weight, level=settings.level_weight)
    basis = fit_basis(
        clips, weighting, block_frames=settings.block_frames, components=settings.latents
    )
    spectra = np.stack([clip.mean(axis=0) for clip in clips])
    codec = LappedPca(
        basis, fit_pca(spectra, settings.spectrum_components), np.ones(BANDS, np.float32)
    )
    codec = replace(codec, fine_gains=_mean_gains(codec, clips))
    latents = equal_latents(clips, block_frames=settings.block_frames, latents=codec.latents)
    pca = fit_block_pca(clips, block_frames=settings.block_frames, latents=latents)
    arrays = (basis.analysis, basis.synthesis, basis.temporal_components, codec.spectrum_pca.axes)
    card = CodecCard(
        features=features,
        model=settings.model_dump(),
        training={},
        parameters=sum(array.size for array in arrays),
        libraries={"numpy": np.__version__, "scipy": scipy.__version__},
        block_frames=codec.block_frames,
        latents=codec.latents,
        pca_latents=pca.components.shape[1],
        clips=len(clips),
    )
    return card, codec, pca


def equal_latents(clips: Sequence[Frames], *, block_frames: int, latents: int) -> int:
    """Return the baseline's count of latents per block: they carry the mean spectra too.

    `clips` have shape (frames, bins) each.
    """
    bins = clips[0].shape[1]
    mean_blocks = np.mean([len(clip) for clip in clips]) / block_frames
    return latents + int(np.ceil(bins / mean_blocks))


def _mean_gains(codec: LappedPca, clips: Sequence[Frames]) -> NDArray[np.float32]:
    decoded = ((clip, codec.decode(*codec.encode(clip))) for clip in clips)
    gains = [detail_gains(clip[: len(frames)], frames) for clip, frames in decoded]
    return np.asarray(np.average(gains, axis=0, weights=[len(clip) for clip in clips]), np.float32)
