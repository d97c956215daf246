"""The recipe of the features that a model learnt from, by its model card."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from takht.core.arrays import Frames, Waveform
from takht.errors import TakhtError
from takht.features.spectrograms.recipe import FeatureRecipe
from takht.runtime.by_name import describe_unknown, load_by_name
from takht.runtime.error_lines import list_faults


def read_recipe(settings: Mapping[str, Any], where: Path) -> FeatureRecipe:
    """Return the recipe of the features that a model learnt from.

    `settings` are a feature folder's, as the model card in the folder `where` keeps them.

    Raises:
        TakhtError: this version does not make such features.
    """
    kind = settings.get("kind")
    if fault := describe_unknown("recipes", kind):
        raise _unknown(where, f"kind: {fault}")
    try:
        recipe: FeatureRecipe = load_by_name("recipes", str(kind)).Recipe(**settings)
    except ValidationError as error:
        raise _unknown(where, list_faults(error)) from None
    return recipe


def _unknown(where: Path, faults: str) -> TakhtError:
    return TakhtError(
        f"{where}: model.json: features: not made by this version of takht ({faults}); "
        "train the experiment again or use the version that trained it"
    )


def compute_as_stored(recipe: FeatureRecipe, wave: Waveform) -> Frames:
    """Return a segment's features, shape (frames, columns), as a feature folder gives them back.

    They have the recipe's unit, and no frame where the segment (samples,) is too short.
    """
    if len(wave) < recipe.min_samples:
        return np.empty((0, recipe.columns), np.float32)
    return np.asarray(recipe.compute(wave), recipe.dtype).astype(np.float32)


def window_seconds(recipe: FeatureRecipe, frames: int) -> float:
    """Return how long a window of so many frames is, s."""
    return ((frames - 1) * recipe.hop_samples + recipe.frame_samples) / recipe.sample_rate_hz
