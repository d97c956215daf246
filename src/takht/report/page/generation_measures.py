"""The measures of the generation branch: what each is called, should be, and whether it is."""

from collections.abc import Callable
from typing import Any, NamedTuple

from takht.runtime.yaml_files import look_up

MODELS = ("study_vae", "pca", "shuffled", "codec", "reference")
Values = dict[str, Any]  # numbers, None for one that was not taken, and such dictionaries


class Row(NamedTuple):
    """A measure: its name, what it should be, and where a model's metrics have it."""

    name: str
    aim: str  # for people
    rule: str  # a key of _RULES
    limit: float
    keys: tuple[str, ...]
    digits: int = 3
    over: str = ""  # the key of what it is divided by

    def find(self, metrics: Values) -> Any:
        """Return the measure in a model's metrics, or None."""
        value = look_up(metrics, *self.keys)
        return value / metrics[self.over] if self.over and value is not None else value


# Whether ours is as it should be, beside real music's.
_RULES: dict[str, Callable[[float, float, float], bool]] = {
    "at most": lambda ours, _real, limit: ours <= limit,
    "at least": lambda ours, _real, limit: ours >= limit,
    "near real": lambda ours, real, limit: abs(ours - real) <= limit,
    "at least of real": lambda ours, real, limit: ours >= limit * real,
    "at most of real": lambda ours, real, limit: ours <= limit * real,
}
_NEAREST = "memorisation_distance_ratio"
ROWS = (
    Row("reconstruction, log-spectral distance, dB", "≤ 8", "at most", 8, ("lsd_db",), 2),
    Row("– onset correlation", "≥ .75", "at least", 0.75, ("onset",)),
    Row("– frame-rate energy", "≤ .03", "at most", 0.03, ("frame_rate_energy",)),
    Row(
        "phase alone, log-spectral distance, dB",
        "≤ 3.2",
        "at most",
        3.2,
        ("phase_alone", "lsd_db"),
        2,
    ),
    Row(
        "samples, Fréchet distance ÷ that of held-out music",
        "≤ 2",
        "at most",
        2,
        ("frechet",),
        2,
        "frechet_reference",
    ),
    Row("– coverage", "≥ half of real", "at least of real", 0.5, ("coverage",)),
    Row(
        "– nearest .37 s of training music ÷ held-out music's",
        "≥ .9",
        "at least",
        0.9,
        (_NEAREST, "370_ms", "min"),
        2,
    ),
    Row(
        "– nearest second ÷ held-out music's",
        "≥ .9",
        "at least",
        0.9,
        (_NEAREST, "1_second", "min"),
        2,
    ),
    Row("– pulse", "within .1 of real", "near real", 0.1, ("pulse",), 2),
    Row("– repetition", "within .1 of real", "near real", 0.1, ("repetition",), 2),
    Row(
        "– block-rate modulation",
        "≤ 1.3 × real",
        "at most of real",
        1.3,
        ("block_rate_modulation",),
        2,
    ),
    Row(
        "– time on the composer's scales",
        "within .1 of real",
        "near real",
        0.1,
        ("in_scale_share",),
        2,
    ),
    Row(
        "composer identified by `best`",
        "≥ .85 × real",
        "at least of real",
        0.85,
        ("composer_accuracy",),
    ),
)


def verdict(row: Row, metrics: Values) -> bool | None:
    """Tell whether a measure is where it should be; None if ours or the real one was not taken."""
    ours, real = (row.find(metrics.get(model, {})) for model in ("codec", "reference"))
    if ours is None or (real is None and row.rule.endswith("real")):
        return None
    return bool(_RULES[row.rule](ours, real, row.limit))


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
