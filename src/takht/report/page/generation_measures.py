"""The measures of the generation branch: what each is called, should be, and whether it is."""

from collections.abc import Callable
from typing import Any, NamedTuple

MODELS = ("study_vae", "pca", "shuffled", "codec", "reference")
Values = dict[str, Any]  # numbers, None for one that was not taken, and such dictionaries


class Row(NamedTuple):
    """A measure: its name, what it should be, how to find it and when it is reached."""

    name: str
    aim: str
    find: Callable[[Values], Any]  # in a model's metrics
    reached: Callable[[Values], bool | None]  # of all metrics
    digits: int = 3


def _at(*keys: str) -> Callable[[Values], Any]:
    def find(metrics: Values) -> Any:
        value: Any = metrics
        for key in keys:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    return find


def _most(limit: float, *keys: str) -> Callable[[Values], bool]:
    return lambda metrics: bool(_at("codec", *keys)(metrics) <= limit)


def _least(limit: float, *keys: str) -> Callable[[Values], bool]:
    return lambda metrics: bool(_at("codec", *keys)(metrics) >= limit)


def _beside_real(
    key: str, is_reached: Callable[[float, float], bool]
) -> Callable[[Values], bool | None]:
    """Return an aim that compares ours with real music; without either it has no verdict."""

    def reached(metrics: Values) -> bool | None:
        ours, real = (_at(model, key)(metrics) for model in ("codec", "reference"))
        return None if ours is None or real is None else bool(is_reached(ours, real))

    return reached


def _near_real(key: str) -> Callable[[Values], bool | None]:
    return _beside_real(key, lambda ours, real: abs(ours - real) <= 0.1)


def _least_of_real(share: float, key: str) -> Callable[[Values], bool | None]:
    return _beside_real(key, lambda ours, real: ours >= share * real)


def _most_of_real(share: float, key: str) -> Callable[[Values], bool | None]:
    return _beside_real(key, lambda ours, real: ours <= share * real)


def _frechet_over_floor(metrics: Values) -> Any:
    if "frechet" not in metrics:
        return None
    return metrics["frechet"] / metrics["frechet_reference"]


def _nearest(name: str, length: str) -> Row:
    keys = "memorisation_distance_ratio", length, "min"
    return Row(name, "≥ .9", _at(*keys), _least(0.9, *keys), 2)


ROWS = (
    Row("reconstruction, log-spectral distance, dB", "≤ 8", _at("lsd_db"), _most(8, "lsd_db"), 2),
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
        "samples, Fréchet distance over that of held-out music",
        "≤ 2",
        _frechet_over_floor,
        lambda metrics: bool(_frechet_over_floor(metrics["codec"]) <= 2),
        2,
    ),
    Row("– coverage", "≥ half of real", _at("coverage"), _least_of_real(0.5, "coverage")),
    _nearest("– nearest .37 s of training music, over held-out music's", "370_ms"),
    _nearest("– nearest second, over held-out music's", "1_second"),
    Row("– pulse", "within .1 of real", _at("pulse"), _near_real("pulse"), 2),
    Row("– repetition", "within .1 of real", _at("repetition"), _near_real("repetition"), 2),
    Row(
        "– block-rate modulation",
        "≤ 1.3 × real",
        _at("block_rate_modulation"),
        _most_of_real(1.3, "block_rate_modulation"),
        2,
    ),
    Row(
        "– time on the composer's scales",
        "within .1 of real",
        _at("in_scale_share"),
        _near_real("in_scale_share"),
        2,
    ),
    Row(
        "composer identified by `best`",
        "≥ .85 × real",
        _at("composer_accuracy"),
        _least_of_real(0.85, "composer_accuracy"),
    ),
)


def verdict(row: Row, metrics: Values) -> bool | None:
    """Tell whether a measure is where it should be; None if it was not taken."""
    if row.find(metrics["codec"]) is None:
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
