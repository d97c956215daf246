"""Which windows an experiment trains on, of those that the split allows it."""

import pandas as pd

from takht.dataset.window_selection import balance
from takht.dataset.windows import FeatureFolder
from takht.training.experiments import Experiment, NetworkExperiment, Training
from takht.training.frequency_masks import add_masked_copies


def choose_windows(
    rows: pd.DataFrame, experiment: Experiment, training: Training, features: FeatureFolder
) -> pd.DataFrame:
    """Return the training side's windows, held to the caps of "even", with their masked copies.

    Raises:
        TakhtError: masks do not fit the features.
    """
    if experiment.balance == "even":
        caps = training.model_dump(include={"recordings_per_composer", "windows_per_recording"})
        rows = balance(rows, **caps, seed=experiment.seed)
    if isinstance(experiment, NetworkExperiment) and experiment.masked_copies:
        rows = add_masked_copies(
            rows,
            unit=features.settings["unit"],
            bands=features.bands,
            mask_bands=training.mask_bands,
            seed=experiment.seed,
        )
    return rows
