"""From clips to a temporal VAE's folder: components, mean spectra, network and baseline."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from takht.cache.checkpoint import Checkpoint
from takht.generation.codec.basis import emphasis, fit_basis
from takht.generation.codec.block_pca import fit_block_pca
from takht.generation.codec.clips import Clips
from takht.generation.codec.codec_folder import (
    VaeCard,
    components_alone,
    equal_latents,
    reconstruction_error,
    save_codec,
)
from takht.generation.codec.pca import fit_pca
from takht.generation.codec.settings import LappedVaeModel, LappedVaeTraining
from takht.generation.vae_training.loop import train_vae


def fit_vae(
    model: LappedVaeModel,
    training: LappedVaeTraining,
    features: dict[str, Any],
    clips: Clips,
    validation: Clips,
    checkpoint: Checkpoint,
) -> tuple[Callable[[Path], None], pd.DataFrame]:
    """Return what saves the fitted model into a folder, and the learning curve.

    `features` are the settings of the spectrograms. The curve has two constants too:
    components_mse, the validation error of its components alone, and pca_mse, the baseline's.
    """
    weighting = emphasis(
        clips[0].shape[1], low=model.low_frequency_weight, level=model.level_weight
    )
    basis = fit_basis(
        clips, weighting, block_frames=model.block_frames, components=model.components
    )
    spectrum_pca = fit_pca(
        np.stack([clip.mean(axis=0) for clip in clips]), model.spectrum_components
    )
    codec, curve = train_vae(
        clips, validation, basis, spectrum_pca, model, epochs=training.epochs, checkpoint=checkpoint
    )
    pca = fit_block_pca(
        clips,
        block_frames=model.block_frames,
        latents=equal_latents(clips, block_frames=model.block_frames, latents=codec.latents),
    )
    alone = components_alone(basis, codec.latents)
    curve["components_mse"] = reconstruction_error(alone, validation)
    curve["pca_mse"] = reconstruction_error(pca.reconstruct, validation)
    card = VaeCard(
        features=features,
        model=model.model_dump(),
        training=training.model_dump(),
        parameters=sum(array.size for array in codec.weights.values()),
        libraries={"tensorflow": tf.__version__, "keras": keras.__version__},
        block_frames=codec.block_frames,
        latents=codec.latents,
        pca_latents=pca.components.shape[1],
        clips=len(clips),
        validation_mse=float(curve["validation_mse"].min()),
        validation_mse_components=float(curve["components_mse"].iloc[0]),
        validation_mse_pca=float(curve["pca_mse"].iloc[0]),
    )
    return lambda folder: save_codec(folder, card, codec, pca), curve
