"""The README's table of the generation branch: the original, PCA, ours, real music, aims."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

MODELS = ("original", "pca", "ours", "real")
Values = dict[str, float | None]


class Row(NamedTuple):
    """A measure: its name, what it should be, how to find it and when it is reached."""

    name: str
    aim: str
    find: Callable[[dict[str, Any]], float | None]  # in a model's metrics
    reached: Callable[[dict[str, Any]], bool] | None  # of all metrics
    digits: int = 3


def _at(*keys: str) -> Callable[[dict[str, Any]], float | None]:
    def find(metrics: dict[str, Any]) -> float | None:
        value: Any = metrics
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    return find


def _most(limit: float, *keys: str) -> Callable[[dict[str, Any]], bool]:
    return lambda metrics: _at("ours", *keys)(metrics) <= limit


def _least(limit: float, *keys: str) -> Callable[[dict[str, Any]], bool]:
    return lambda metrics: _at("ours", *keys)(metrics) >= limit


def _near_real(metrics: dict[str, Any]) -> bool:
    key = "autocorrelation_half_second"
    return abs(metrics["ours"][key] - metrics["real"][key]) <= 0.1


def _below_pca(metrics: dict[str, Any]) -> bool:
    error = metrics["ours"]["recon_mse"]
    return error <= 0.0065 and error < metrics["pca"]["recon_mse"]


def _frechet_over_floor(metrics: dict[str, Any]) -> float | None:
    if "frechet" not in metrics:
        return None
    return metrics["frechet"] / metrics["frechet_floor"]


def _told_as_real(metrics: dict[str, Any]) -> bool:
    ours, real = (metrics[model]["composer_accuracy"] for model in ("ours", "real"))
    return ours >= 0.85 * real


ROWS = (
    Row("reconstruction, squared error", "≤ .0065, < PCA", _at("recon_mse"), _below_pca, 4),
    Row("– log-spectral distance, dB", "≤ 8", _at("lsd_db"), _most(8, "lsd_db"), 2),
    Row("– multi-resolution STFT distance", "≤ 1.3", _at("mr_stft"), _most(1.3, "mr_stft"), 2),
    Row("– chroma cosine", "≥ .90", _at("chroma"), _least(0.9, "chroma")),
    Row("– onset correlation", "≥ .75", _at("onset"), _least(0.75, "onset")),
    Row("– buzz at the frame rate", "≤ .03", _at("hop_buzz"), _most(0.03, "hop_buzz")),
    Row(
        "phase alone, log-spectral distance, dB",
        "≤ 3.2",
        _at("phase_alone", "lsd_db"),
        _most(3.2, "phase_alone", "lsd_db"),
        2,
    ),
    Row(
        "– chroma cosine",
        "≥ .97",
        _at("phase_alone", "chroma"),
        _least(0.97, "phase_alone", "chroma"),
    ),
    Row("latents a second", "", _at("latents_per_second"), None, 0),
    Row("– active units", "", _at("active_units"), None, 0),
    Row("– bits a second", "", _at("bits_per_second"), None, 0),
    Row("samples, Fréchet distance over that of held-out music", "≤ 2", _frechet_over_floor,
        lambda metrics: _frechet_over_floor(metrics["ours"]) <= 2, 2),
    Row("– windows of a set", "", _at("windows"), None, 0),
    Row("– density", "", _at("density"), None),
    Row("– coverage", "", _at("coverage"), None),
    Row("– diversity", "≥ .5", _at("diversity"), _least(0.5, "diversity"), 2),
    Row("– autocorrelation at half a second", "within .1 of real",
        _at("autocorrelation_half_second"), _near_real),
    Row("– nearest 3 s of training music, over held-out music's: least", "≥ .9",
        _at("copying_ratio", "3_seconds", "min"), _least(0.9, "copying_ratio", "3_seconds", "min"),
        2),
    Row("– the same, median", "", _at("copying_ratio", "3_seconds", "median"), None, 2),
    Row("– nearest second of training music: least", "≥ .9",
        _at("copying_ratio", "1_second", "min"), _least(0.9, "copying_ratio", "1_second", "min"),
        2),
    Row("– the same, median", "", _at("copying_ratio", "1_second", "median"), None, 2),
    Row("– clipped samples", "0", _at("clipped_samples"), _most(0, "clipped_samples"), 0),
    Row("composer told by `best`", "≥ .85 × real", _at("composer_accuracy"), _told_as_real),
    Row("longest piece, s", "≥ 60", _at("longest_piece_seconds"),
        _least(60, "longest_piece_seconds"), 0),
    Row("– seam ratio", "≤ 1.5", _at("seam_ratio"), _most(1.5, "seam_ratio"), 2),
)  # fmt: skip


def table(title: str, results: dict[str, Any]) -> Iterator[str]:
    """Yield the lines of a corpus's table, in Markdown; what is not reached is named below."""
    metrics, seconds = results["metrics"], results["cpu_s"]
    chance = metrics["real"]["composer_accuracy_chance"]
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
         [shown(seconds.get(key), 0) for key in ("original", "pca", "ours", "real")], None),
        ("the whole branch, CPU minutes", "≤ 10 at demo scale",
         ["–", "–", shown(minutes, 1), "–"], minutes <= 10 if title.startswith("Demo") else None),
    ):  # fmt: skip
        mark = "" if good is None else "reached" if good else "**missed**"
        if mark == "**missed**":
            missed.append(name)
        yield f"| {name} | {aim} | {' | '.join(cells)} | {mark} |"
    yield ""
    verdict = f"Missed: {'; '.join(missed)}." if missed else "Every aim is reached."
    yield f"{verdict} Guessing tells {shown(chance, 3)} of the composers."


def full_names() -> list[str]:
    """Return the rows' names, those that begin with a dash after what they belong to."""
    names, head = [], ""
    for row in ROWS:
        if row.name.startswith("– "):
            names.append(f"{head}: {row.name[2:]}")
        else:
            head = row.name.partition(",")[0]
            names.append(row.name)
    return names


def shown(value: float | None, digits: int) -> str:
    """Return a number as the README shows it, a dash for none."""
    if value is None:
        return "–"
    text = f"{value:.{digits}f}"
    for sign in ("", "-"):
        if text.startswith(f"{sign}0."):
            return sign + text[len(sign) + 1 :]
    return text
