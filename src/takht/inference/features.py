"""The recipe of the features that a model learnt from, by its model card."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError

from takht.core.arrays import Frames, Waveform
from takht.errors import TakhtError
from takht.features.spectrograms.recipes import MelRecipe, MfccRecipe
from takht.features.statistics.recipe import StatisticsRecipe

Recipe = MelRecipe | MfccRecipe | StatisticsRecipe
_RECIPE: TypeAdapter[Recipe] = TypeAdapter(Annotated[Recipe, Field(discriminator="kind")])


def read_recipe(settings: Mapping[str, Any], where: Path) -> Recipe:
    """Return the recipe of the features that a model learnt from.

    `settings` are a feature folder's, as the model card in the folder `where` keeps them.

    Raises:
        TakhtError: this version does not make such features.
    """
    try:
        return _RECIPE.validate_python(dict(settings))
    except ValidationError as error:
        faults = ", ".join(
            f"{'.'.join(map(str, each['loc'])) or 'kind'}: {each['msg']}" for each in error.errors()
        )
        raise TakhtError(
            f"{where}: model.json: features: not made by this version of takht ({faults}); "
            "train the experiment again or use the version that trained it"
        ) from None


def compute_as_stored(recipe: Recipe, wave: Waveform) -> Frames:
    """Return a segment's features, shape (frames, columns), as a feature folder gives them back.

    They have the recipe's unit, and no frame where the segment (samples,) is too short.
    """
    if len(wave) < recipe.min_samples:
        return np.empty((0, recipe.columns), np.float32)
    return np.asarray(recipe.compute(wave).astype(recipe.dtype), np.float32)


def window_seconds(recipe: Recipe, frames: int) -> float:
    """Return how long a window of so many frames is, s."""
    return ((frames - 1) * recipe.hop_samples + recipe.frame_samples) / recipe.sample_rate_hz
