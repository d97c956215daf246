"""What an experiment predicted for each test recording, and where it was surest."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from takht.classifiers.calibration import apply_temperature
from takht.core.tables import disarm_markup


def list_recording_predictions(
    confusion: pd.DataFrame,
    windows: pd.DataFrame,
    labels: Mapping[str, str],
    temperature: float = 1.0,
) -> list[dict[str, Any]]:
    """Return a dictionary per test recording: what an experiment predicted, and where.

    It holds recording, actual and predicted; `probability`, the predicted composer's mean over the
    windows, at the model's temperature; `share`, the part of the windows that said so; `segment`
    and `start_seconds` (in the recording) of the window that gave the highest probability.
    """
    # The confusions are without markup; what is shown is as people wrote it.
    folders = {disarm_markup(label): folder for folder, label in labels.items()}
    of_recording = {disarm_markup(name): own for name, own in windows.groupby("recording")}
    found = []
    composers = [name for name in windows.columns if name.startswith("p_")]
    for row in confusion.itertuples():
        own, folder = (
            of_recording[disarm_markup(row.recording)],
            folders[disarm_markup(row.predicted)],
        )
        column = f"p_{folder}"
        probabilities = own[composers].astype("float64")
        surest = own.loc[probabilities[column].idxmax()]
        calibrated = apply_temperature(probabilities.mean().to_numpy()[None], temperature)[0]
        said = float((own["predicted"] == folder).mean())
        actual = labels[folders[disarm_markup(row.actual)]]
        found.append(
            {"recording": own["recording"].iloc[0], "actual": actual, "predicted": labels[folder]}
            | {"probability": float(calibrated[composers.index(column)]), "share": said}
            | {"segment": int(surest["segment"])}
            | {"start_seconds": float(surest["start_seconds"])}
        )
    return found
