"""Which windows an experiment trains on, of those that the split allows it."""

import pandas as pd

from takht.dataset import window_selection as selection
from takht.dataset.windows import Features
from takht.training import frequency_masks as masking
from takht.training.experiments import Experiment, NetworkExperiment, Training


def chosen(
    rows: pd.DataFrame, experiment: Experiment, training: Training, features: Features
) -> pd.DataFrame:
    """Return the training side's windows, held to the caps of "even", with their masked copies.

    Raises:
        TakhtError: masks do not fit the features.
    """
    if experiment.balance == "even":
        caps = training.model_dump(include={"recordings_per_composer", "windows_per_recording"})
        rows = selection.evened(rows, **caps, seed=experiment.seed)
    if isinstance(experiment, NetworkExperiment) and experiment.masked_copies:
        rows = masking.with_masked_copies(
            rows,
            unit=features.settings["unit"],
            bands=features.bands,
            mask_bands=training.mask_bands,
            seed=experiment.seed,
        )
    return rows
