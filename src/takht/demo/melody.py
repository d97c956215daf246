"""Phrases: degrees of a scale on the slots of an iqa', before anyone plays them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from takht.demo.iqaat import Iqa
from takht.demo.style import Profile


@dataclass(frozen=True)
class Tone:
    """A degree that sounds for `slots` slots from `slot` on."""

    slot: float
    slots: float
    degree: int


Phrase = tuple[Tone, ...]

CONTOURS: dict[str, Callable[[float], float]] = {
    "arch": lambda t: math.sin(math.pi * t),
    "fall": lambda t: 1 - t,
    "rise": lambda t: t * t,
    "wave": lambda t: 0.6 * math.sin(2 * math.pi * t),
}
HELD = 0.2  # share of a phrase that its last tone holds


def compose_phrase(
    profile: Profile, iqa: Iqa, cycles: int, ends: tuple[int, int], rng: np.random.Generator
) -> Phrase:
    """Return a phrase of `cycles` cycles that goes from the first of `ends` to the second.

    Tones fall on the drum's strokes more often than between them. An end on the tonic takes the
    composer's cadence.
    """
    total = cycles * len(iqa.strokes)
    onsets = _onsets(profile, iqa.strokes * cycles, rng)
    degrees = _walk(profile, [onset / total for onset in onsets], ends, rng)
    if ends[1] % 7 == 0:
        close = [ends[1] + step for step in profile.cadence][-len(degrees) :]
        degrees[-len(close) :] = close
    stops = [*onsets[1:], total - 0.5]
    return tuple(
        Tone(onset, stop - onset, degree)
        for onset, stop, degree in zip(onsets, stops, degrees, strict=True)
    )


def vary(given: Phrase, chance: float, rng: np.random.Generator) -> Phrase:
    """Return the phrase with inner tones moved by a step, each with `chance`; its ends stay."""
    return tuple(
        replace(tone, degree=tone.degree + int(rng.choice((-1, 1))))
        if 0 < index < len(given) - 3 and rng.random() < chance
        else tone
        for index, tone in enumerate(given)
    )


def _onsets(profile: Profile, strokes: str, rng: np.random.Generator) -> list[float]:
    onsets = []
    for slot, stroke in enumerate(strokes[: max(2, math.ceil(len(strokes) * (1 - HELD)))]):
        on_stroke = 0.45 * (1 - profile.density) * (stroke != "-")
        draw, split = rng.random(), rng.random()
        if slot == 0 or draw < profile.density + on_stroke:
            onsets += [float(slot), slot + 0.5] if split < profile.split else [float(slot)]
    return onsets


def _walk(
    profile: Profile, times: Sequence[float], ends: tuple[int, int], rng: np.random.Generator
) -> list[int]:
    lowest, highest = profile.degrees
    contour = CONTOURS[str(rng.choice(profile.contours, p=_weights(len(profile.contours))))]
    height = rng.uniform(0.3, 0.8) * (highest - max(ends))
    degrees = [ends[0]]
    for t in times[1:]:
        target = ends[0] + (ends[1] - ends[0]) * t + height * contour(t) + rng.normal(0, 1)
        size = int(rng.integers(2, 4)) if rng.random() < profile.leap else 1
        if rng.random() < profile.repeat:
            size = 0
        step = size if target >= degrees[-1] else -size
        degrees.append(min(highest, max(lowest, degrees[-1] + step)))
    degrees[-1] = ends[1]
    return degrees


def _weights(count: int) -> list[float]:
    weights = [2.0**-place for place in range(count)]
    return [weight / sum(weights) for weight in weights]
