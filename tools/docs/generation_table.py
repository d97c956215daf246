"""The README's table of the generation branch: the original, PCA, ours, real music, aims."""

from collections.abc import Iterator
from typing import Any

from takht.report.page.generation_measures import MODELS, ROWS, full_names, shown


def table(title: str, results: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a corpus's table, in Markdown; what is not reached is named below."""
    metrics, seconds = results["metrics"], results["cpu_s"]
    chance = metrics["reference"]["composer_accuracy_chance"]
    yield f"**{title}**, scale {results['scale']}, measured at {results['commit']}."
    yield ""
    yield "| on recordings never trained on | to reach | original | PCA | ours | real music | |"
    yield "|---|---|---|---|---|---|---|"
    missed = []
    for row, name in zip(ROWS, full_names(), strict=True):
        cells = [shown(row.find(metrics[model]), row.digits) for model in MODELS]
        mark = ""
        if row.reached is not None:
            mark = "reached" if row.reached(metrics) else "**missed**"
        if mark == "**missed**":
            missed.append(name)
        yield f"| {row.name} | {row.aim} | {' | '.join(cells)} | {mark} |"
    factor, minutes = results["real_time_factor"], results["branch_cpu_s"] / 60
    for name, aim, cells, good in (
        ("time to generate, of the piece's, start-up included", "≤ .2",
         ["–", "–", shown(factor, 3), "–"], factor <= 0.2),
        ("training, CPU s", "",
         [shown(seconds.get(key), 0) for key in ("study_vae", "pca", "vae", "reference")], None),
        ("the whole branch, CPU minutes", "≤ 10 on the demo corpus",
         ["–", "–", shown(minutes, 1), "–"], minutes <= 10 if title.startswith("Demo") else None),
    ):  # fmt: skip
        mark = "" if good is None else "reached" if good else "**missed**"
        if mark == "**missed**":
            missed.append(name)
        yield f"| {name} | {aim} | {' | '.join(cells)} | {mark} |"
    yield ""
    verdict = f"Missed: {'; '.join(missed)}." if missed else "Every aim is reached."
    yield f"{verdict} Chance identifies {shown(chance, 3)} of the composers."
