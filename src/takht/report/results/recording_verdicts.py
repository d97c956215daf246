"""Whom an experiment took each test recording for, and where it was surest."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from takht.core.tables import disarm_markup


def list_recording_predictions(
    confusion: pd.DataFrame, windows: pd.DataFrame, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return recording, actual, predicted, share, segment and start_seconds, one a recording.

    `share` is the part of its windows that said so; `segment` and `start_seconds` (in the
    recording) are of the window that gave the predicted composer the highest probability.
    """
    # The confusions are without markup; what is shown is as people wrote it.
    folders = {disarm_markup(label): folder for folder, label in labels.items()}
    of_recording = {disarm_markup(name): own for name, own in windows.groupby("recording")}
    found = []
    for row in confusion.itertuples():
        own, folder = (
            of_recording[disarm_markup(row.recording)],
            folders[disarm_markup(row.predicted)],
        )
        column = f"p_{folder}"
        surest = own.loc[own[column].astype("float64").idxmax()]
        said = float((own["predicted"] == folder).mean())
        actual = labels[folders[disarm_markup(row.actual)]]
        found.append(
            {"recording": own["recording"].iloc[0], "actual": actual, "predicted": labels[folder]}
            | {"share": said, "segment": int(surest["segment"])}
            | {"start_seconds": float(surest["start_seconds"])}
        )
    return found
