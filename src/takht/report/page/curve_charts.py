"""A chart of each experiment's learning: training and validation accuracy by epoch."""

from collections.abc import Iterable, Mapping
from typing import Any

LINES = {"accuracy": "training", "validation_accuracy": "validation"}
KINDS = list(LINES.values())


def draw_curve(curve: Iterable[Mapping[str, float | None]]) -> dict[str, Any] | None:
    """Return a chart of window accuracy by epoch; None for a fit of fewer than two epochs.

    The lines differ in dashes as well as in colour.
    """
    rows = [
        {"epoch": epoch["epoch"], "of": name, "value": epoch[column]}
        for epoch in curve
        for column, name in LINES.items()
        if epoch.get(column) is not None
    ]
    if len({row["epoch"] for row in rows}) < 2:
        return None
    return {
        "data": {"values": rows},
        "width": "container",
        "height": 150,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "mark": {"type": "line", "strokeWidth": 2, "point": {"filled": True, "size": 22}},
        "encoding": {
            "x": {
                "field": "epoch",
                "type": "quantitative",
                "axis": {"tickMinStep": 1, "tickCount": 6, "format": "d", "title": "epoch"},
                "scale": {"nice": False},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "scale": {"domain": [0, 1]},
                "title": "window accuracy",
            },
            "color": _scaled(["var(--warn)", "var(--accent)"]),
            "strokeDash": _scaled([[5, 4], [1, 0]]),
            "tooltip": [
                {"field": "of", "title": "windows of"},
                {"field": "epoch"},
                {"field": "value", "title": "right", "format": ".3f"},
            ],
        },
    }


def _scaled(values: list[Any]) -> dict[str, Any]:
    return {
        "field": "of",
        "type": "nominal",
        "scale": {"domain": KINDS, "range": values},
        "legend": {"title": None, "orient": "top", "symbolType": "stroke", "symbolSize": 400},
    }
