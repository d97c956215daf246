"""Whom an experiment took each test recording for, and where it was surest."""

from collections.abc import Mapping
from typing import Any

import pandas as pd


def list_recording_predictions(
    confusion: pd.DataFrame, windows: pd.DataFrame, labels: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return recording, actual, predicted, share, segment and start_seconds, one a recording.

    `share` is the part of its windows that said so; `segment` and `start_seconds` (in the
    recording) are of the window that gave the predicted composer the highest probability.
    """
    folders = {label: folder for folder, label in labels.items()}
    of_recording = dict(list(windows.groupby("recording")))
    found = []
    for row in confusion.itertuples():
        own, column = of_recording[row.recording], f"p_{folders[row.predicted]}"
        surest = own.loc[own[column].astype("float64").idxmax()]
        said = float((own["predicted"] == folders[row.predicted]).mean())
        found.append(
            {"recording": row.recording, "actual": row.actual, "predicted": row.predicted}
            | {"share": said, "segment": int(surest["segment"])}
            | {"start_seconds": float(surest["start_seconds"])}
        )
    return found
