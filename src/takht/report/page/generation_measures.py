"""The measures of the generation branch: what each is called, should be, and whether it is."""

from collections.abc import Callable
from typing import Any, NamedTuple

MODELS = ("study_vae", "pca", "vae", "reference")
Values = dict[str, Any]  # numbers, None for one that was not taken, and such dictionaries


class Row(NamedTuple):
    """A measure: its name, what it should be, how to find it and when it is reached."""

    name: str
    aim: str
    find: Callable[[Values], Any]  # in a model's metrics
    reached: Callable[[Values], bool] | None  # of all metrics
    digits: int = 3


def _at(*keys: str) -> Callable[[Values], Any]:
    def find(metrics: Values) -> Any:
        value: Any = metrics
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    return find


def _most(limit: float, *keys: str) -> Callable[[Values], bool]:
    return lambda metrics: bool(_at("vae", *keys)(metrics) <= limit)


def _least(limit: float, *keys: str) -> Callable[[Values], bool]:
    return lambda metrics: bool(_at("vae", *keys)(metrics) >= limit)


def _near_real(metrics: Values) -> bool:
    key = "autocorrelation_half_second"
    return bool(abs(metrics["vae"][key] - metrics["reference"][key]) <= 0.1)


def _below_pca(metrics: Values) -> bool:
    error = metrics["vae"]["recon_mse"]
    return bool(error <= 0.0065 and error < metrics["pca"]["recon_mse"])


def _frechet_over_floor(metrics: Values) -> Any:
    if "frechet" not in metrics:
        return None
    return metrics["frechet"] / metrics["frechet_reference"]


def _near_accuracy(metrics: Values) -> bool:
    ours, real = (metrics[model]["composer_accuracy"] for model in ("vae", "reference"))
    return bool(ours >= 0.85 * real)


ROWS = (
    Row("reconstruction, squared error", "≤ .0065, < PCA", _at("recon_mse"), _below_pca, 4),
    Row("– log-spectral distance, dB", "≤ 8", _at("lsd_db"), _most(8, "lsd_db"), 2),
    Row("– multi-resolution STFT distance", "≤ 1.3", _at("mr_stft"), _most(1.3, "mr_stft"), 2),
    Row("– chroma cosine", "≥ .90", _at("chroma"), _least(0.9, "chroma")),
    Row("– onset correlation", "≥ .75", _at("onset"), _least(0.75, "onset")),
    Row(
        "– frame-rate energy",
        "≤ .03",
        _at("frame_rate_energy"),
        _most(0.03, "frame_rate_energy"),
    ),
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
    Row("latents per second", "", _at("latents_per_second"), None, 0),
    Row("– active units", "", _at("active_units"), None, 0),
    Row("– bits per second", "", _at("bits_per_second"), None, 0),
    Row(
        "samples, Fréchet distance over that of held-out music",
        "≤ 2",
        _frechet_over_floor,
        lambda metrics: bool(_frechet_over_floor(metrics["vae"]) <= 2),
        2,
    ),
    Row("– windows per set", "", _at("windows"), None, 0),
    Row("– density", "", _at("density"), None),
    Row("– coverage", "", _at("coverage"), None),
    Row("– diversity", "≥ .5", _at("diversity"), _least(0.5, "diversity"), 2),
    Row(
        "– autocorrelation at half a second",
        "within .1 of real",
        _at("autocorrelation_half_second"),
        _near_real,
    ),
    Row(
        "– nearest 3 s of training music, over held-out music's: minimum",
        "≥ .9",
        _at("memorisation_distance_ratio", "3_seconds", "min"),
        _least(0.9, "memorisation_distance_ratio", "3_seconds", "min"),
        2,
    ),
    Row(
        "– the same, median", "", _at("memorisation_distance_ratio", "3_seconds", "median"), None, 2
    ),
    Row(
        "– nearest second of training music: minimum",
        "≥ .9",
        _at("memorisation_distance_ratio", "1_second", "min"),
        _least(0.9, "memorisation_distance_ratio", "1_second", "min"),
        2,
    ),
    Row(
        "– the same, median", "", _at("memorisation_distance_ratio", "1_second", "median"), None, 2
    ),
    Row("– clipped samples", "0", _at("clipped_samples"), _most(0, "clipped_samples"), 0),
    Row("composer identified by `best`", "≥ .85 × real", _at("composer_accuracy"), _near_accuracy),
    Row(
        "longest piece, s",
        "≥ 60",
        _at("longest_piece_seconds"),
        _least(60, "longest_piece_seconds"),
        0,
    ),
    Row(
        "– block-boundary flux ratio",
        "≤ 1.5",
        _at("block_boundary_flux_ratio"),
        _most(1.5, "block_boundary_flux_ratio"),
        2,
    ),
)


def verdict(row: Row, metrics: Values) -> bool | None:
    """Tell whether a measure is where it should be; None if it has no aim or was not taken."""
    if row.reached is None or row.find(metrics["vae"]) is None:
        return None
    return row.reached(metrics)


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
