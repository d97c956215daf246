"""An explanation in words for people, and as JSON."""

import json
from dataclasses import asdict
from itertools import pairwise
from typing import Any

import numpy as np

from takht.inference.explanation.explanation import Explanation
from takht.inference.explanation.occlusion import ATTENUATION_DB, Band, Drops
from takht.inference.formats import make_encodable
from takht.text import names
from takht.text.clock import format_clock
from takht.text.columns import clean_cell, format_table

_PLACES = 3
_DECIMALS = 4


def format_text(found: Explanation) -> str:
    """Return what was answered, the strongest evidence for it and against it, a line each."""
    edges = found.edges_seconds
    label = clean_cell(found.composer.label)
    answered = clean_cell(found.prediction.decision.label)
    lines = [
        f"{names.escape(found.prediction.file)}: {answered}; explained for {label}, probability "
        f"{found.composer.probability:.2f}",
        f"{_span(edges[0], edges[-1])} of {format_clock(found.prediction.seconds)}: log-odds of "
        f"{label} {found.log_odds:.2f} per window; "
        f"attenuating a part by {ATTENUATION_DB:g} dB lowers them by",
    ]
    rows = [(kind, what, f"{drop:+.2f}") for kind, what, drop in _strongest(found)]
    lines += ["  " + line for line in format_table(rows).splitlines()]
    check = found.check
    lines.append(
        f"the {check.cells} strongest of {found.cells.size} parts together: "
        f"{check.strongest_drop:+.2f}; as many random parts: {check.random_drop:+.2f}"
    )
    return "\n".join(lines)


def format_json(found: Explanation, model: dict[str, Any], picture: str) -> str:
    """Return an object: model, answer, span, every band, time and cell with its drop, picture."""
    edges = _rounded(found.edges_seconds, 2)
    bands = [asdict(band) for band in found.bands]
    times = [{"start_seconds": start, "end_seconds": end} for start, end in pairwise(edges)]
    everything = {
        "model": model,
        "recording": asdict(found.prediction),
        "explained": asdict(found.composer),
        "start_seconds": edges[0],
        "end_seconds": edges[-1],
        "log_odds": round(found.log_odds, _DECIMALS),
        "bands": _with_drops(bands, found.whole_bands),
        "times": _with_drops(times, found.times),
        "cells": [_rounded(row, _DECIMALS) for row in found.cells],
        "check": {name: round(value, _DECIMALS) for name, value in asdict(found.check).items()},
        "picture": picture,
    }
    return make_encodable(json.dumps(everything, ensure_ascii=False, indent=2))


def format_hertz(band: Band) -> str:
    """Return the band in words."""
    return f"{band.low_hz:g}–{band.high_hz:g} Hz"


def _strongest(found: Explanation) -> list[tuple[str, str, float]]:
    """Return the times, bands and cells that are the strongest evidence, for and against."""
    edges = found.edges_seconds
    times = [_span(start, end) for start, end in pairwise(edges)]
    bands = [format_hertz(band) for band in found.bands]
    cells = [f"{time}, {band}" for band in bands for time in times]
    rows = []
    for kind, whats, drops in (
        ("time", times, found.times),
        ("band", bands, found.whole_bands),
        ("both", cells, found.cells.ravel()),
    ):
        best = np.argsort(-drops, kind="stable")[:_PLACES]
        rows += [(kind, whats[n], float(drops[n])) for n in best if drops[n] > 0]
        worst = int(drops.argmin())
        if drops[worst] < 0:
            rows.append((f"{kind}, against", whats[worst], float(drops[worst])))
    return rows


def _span(start: float, end: float) -> str:
    return f"{format_clock(start)}–{format_clock(end)}"


def _with_drops(parts: list[dict[str, Any]], drops: Drops) -> list[dict[str, Any]]:
    values = _rounded(drops, _DECIMALS)
    return [part | {"drop": drop} for part, drop in zip(parts, values, strict=True)]


def _rounded(values: Drops, decimals: int) -> list[float]:
    rounded: list[float] = values.round(decimals).tolist()
    return rounded
