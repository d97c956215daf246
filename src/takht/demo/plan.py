"""Which recordings there are: how many a composer has, how long they are, and in which format."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from takht.core.randomness import rng_for
from takht.demo.composers import COMPOSERS
from takht.demo.style import Profile

MIN_RECORDINGS = 5  # recordings of a composer
SHORTEST, LONGEST = 20.0, 150.0  # seconds, before they are scaled to the total asked for
MEAN_MINUTES = 0.85
FORMATS = {"wav": 0.24, "flac": 0.34, "ogg": 0.24, "mp3": 0.18}
RATES_HZ = {22_050: 0.2, 32_000: 0.15, 44_100: 0.45, 48_000: 0.2}
STEREO = 0.4
KINDS = (
    ("samai", "سماعي"),
    ("bashraf", "بشرف"),
    ("longa", "لونغا"),
    ("dulab", "دولاب"),
    ("tahmila", "تحميلة"),
)

Choice = TypeVar("Choice", str, int)


@dataclass(frozen=True)
class Recording:
    """A recording to be made: `stem` names it within its composer's folder."""

    profile: Profile
    stem: str
    seconds: float
    extension: str
    rate_hz: int
    channels: int
    peak_dbfs: float


def plan_recordings(minutes: float, seed: int) -> list[Recording]:
    """Return the corpus as a list, composer by composer; their lengths add up to `minutes`.

    A shorter corpus has fewer recordings, down to FEWEST a composer, and then shorter ones.
    """
    recordings = max(MIN_RECORDINGS * len(COMPOSERS), round(minutes / MEAN_MINUTES))
    rng = rng_for(seed, "corpus")
    counts = _counts(recordings, rng)
    lengths = iter(_lengths(recordings, minutes, rng))
    return [
        _recording(seed, profile, number, next(lengths))
        for profile, count in zip(COMPOSERS, counts, strict=True)
        for number in range(1, count + 1)
    ]


def _counts(recordings: int, rng: np.random.Generator) -> list[int]:
    """FEWEST each, the rest shared out by a square law (largest remainders), in a drawn order."""
    weights = np.linspace(0, 1, len(COMPOSERS)) ** 2
    shares = (recordings - MIN_RECORDINGS * len(COMPOSERS)) * weights / weights.sum()
    extra = np.floor(shares).astype(int)
    missing = round(shares.sum()) - int(extra.sum())
    extra[np.argsort(extra - shares, kind="stable")[:missing]] += 1
    return [MIN_RECORDINGS + int(count) for count in rng.permutation(extra)]


def _lengths(recordings: int, minutes: float, rng: np.random.Generator) -> list[float]:
    places = (np.arange(recordings) + 0.5) / recordings
    shape = SHORTEST + (LONGEST - SHORTEST) * places**3
    return [float(length) for length in rng.permutation(shape * 60 * minutes / shape.sum())]


def _recording(seed: int, profile: Profile, number: int, seconds: float) -> Recording:
    rng = rng_for(seed, profile.folder, number, "format")
    kind, arabic = KINDS[int(rng.integers(len(KINDS)))]
    in_arabic = rng.random() < 0.35
    return Recording(
        profile=profile,
        stem=f"{arabic} {number:02d}" if in_arabic else f"{kind}-{number:02d}",
        seconds=seconds,
        extension=_drawn(FORMATS, rng),
        rate_hz=_drawn(RATES_HZ, rng),
        channels=2 if rng.random() < STEREO else 1,
        peak_dbfs=float(rng.uniform(-14, -1.2)),
    )


def _drawn(chances: dict[Choice, float], rng: np.random.Generator) -> Choice:
    return list(chances)[int(rng.choice(len(chances), p=list(chances.values())))]
