"""From described clips to a denoiser of blocks."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from takht.cache.checkpoint import Checkpoint
from takht.core.randomness import rng_for
from takht.errors import TakhtError
from takht.generation.codec.codec import LappedPca
from takht.generation.prior.denoised_blocks import DenoisedBlocks
from takht.generation.prior.settings import DenoiserModel, DenoiserTraining
from takht.generation.prior.styles import Styles
from takht.generation.prior.training_set import TrainingSet
from takht.generation.prior_training.loop import Known, train_denoiser
from takht.generation.prior_training.windows import cut_windows

_MOST_VALIDATED = 256  # windows; each check denoises all of them
_MEASURED_PIECES = 48  # or one of each composer: they give the deviation of what is drawn


def fit_denoised_blocks(
    train: TrainingSet,
    validation: TrainingSet,
    styles: Styles,
    style_temperature: float,
    codec: LappedPca,
    settings: DenoiserModel,
    size: DenoiserTraining,
    checkpoint: Checkpoint,
) -> tuple[DenoisedBlocks, pd.DataFrame]:
    """Return a denoiser of blocks, and its learning curve.

    Raises:
        TakhtError: no clip of a side has a window.
    """
    composers = len(styles.means)
    sides = []
    for name, side, step in (
        ("training", train, 1),
        ("validation", validation, size.window_blocks),
    ):
        windows = cut_windows(side.clips, size.window_blocks, step)
        if side is validation:
            windows = windows.thin(_MOST_VALIDATED)
        if not len(windows.starts):
            raise TakhtError(
                f"train_prior: no {name} clip has the {size.window_blocks} blocks of a window; "
                "add longer recordings or lower scales.*.generation.denoiser.window_blocks"
            )
        composer = np.eye(composers, dtype=np.float32)[side.composer]
        style = styles.standardise(styles.read_numbers(side.clips))
        sides.append((windows, Known(composer[windows.clip], style[windows.clip])))
    weights = np.sqrt(codec.basis.deviations)
    weights /= weights.mean()
    denoiser, curve = train_denoiser(sides[0], sides[1], weights, settings, size, checkpoint)
    blocks = DenoisedBlocks(
        denoiser,
        np.ones(denoiser.latents, np.float32),
        composers,
        settings.guidance,
        settings.temperature,
        settings.sampling_steps,
    )
    deviations = _measure_deviations(blocks, styles, style_temperature)
    return replace(blocks, deviations=deviations), curve


def _measure_deviations(
    blocks: DenoisedBlocks, styles: Styles, temperature: float
) -> NDArray[np.float32]:
    """Return the deviation (latents,) of what the denoiser draws, of all composers."""
    drawn = []
    for number in range(max(_MEASURED_PIECES, blocks.composers)):
        rng = rng_for(0, "deviations", number)
        composer = number % blocks.composers
        style = styles.standardise(styles.draw(composer, temperature, rng)[0])
        noise = rng.standard_normal(blocks.denoiser.variances.shape, dtype=np.float32)
        drawn.append(blocks.draw(composer, style, noise))
    return np.asarray(np.maximum(np.concatenate(drawn).std(axis=0), 0.1), np.float32)
