"""What the page says of generated music: its measures, and players beside real music."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from takht.report.page.generation_measures import MODELS, ROWS, full_names, shown, verdict
from takht.report.page.media import Media

NAMES = {
    "reference": "real music",
    "codec": "this model",
    "pca": "PCA",
    "study_vae": "the original study’s model",
    "shuffled": "shuffled training music",
}
MARKS = {None: "", True: "reached", False: "missed"}


def list_measures(metrics: Mapping[str, Any] | None) -> list[dict[str, Any]] | None:
    """Return name, aim, values and mark of every measure; None when none was taken."""
    if metrics is None:
        return None
    every = {model: metrics.get(model, {}) for model in MODELS}
    return [
        {
            "name": row.name.removeprefix("– ").replace("`", ""),
            "full_name": full.replace("`", ""),
            "part": row.name.startswith("– "),
            "aim": row.aim,
            "figures": [shown(row.find(every[model]), row.digits) for model in MODELS],
            "mark": MARKS[verdict(row, every)],
        }
        for row, full in zip(ROWS, full_names(), strict=True)
    ]


def list_players(results: Mapping[str, Any], folder: Path, media: Media) -> dict[str, list[Any]]:
    """Return the sounds by role, each with src, seconds and name; pieces beside a recording."""
    found: dict[str, list[Any]] = {}
    for sound in results["sounds"]:
        player = media.whole(folder / sound["file"], sound["role"])
        player |= {"name": NAMES[sound["model"]], "recording": sound["recording"]}
        player["label"] = results["labels"].get(sound["composer"], "")
        player["picture"] = ""
        if sound["picture"]:
            player["picture"] = media.picture(folder / sound["picture"], sound["role"])
        if sound["role"] == "composer":
            known = results["training_recordings"].get(player["label"])
            player["example"] = media.example(known) | {"of": known} if known else None
        found.setdefault(sound["role"], []).append(player)
    return found
