"""One melody, many hands: how each player of a takht plays the line they all share."""

from dataclasses import dataclass, replace

import numpy as np

from takht.demo.score import Note
from takht.demo.style import Profile

GRACE_SECONDS = 0.055
TRILL_SECONDS = 0.085
TREMOLO_SECONDS = 0.095
LONG_SECONDS = 0.42  # from here on a note can carry a trill or a tremolo


@dataclass(frozen=True)
class Player:
    """An instrument's manners: `lag_seconds` behind the beat, `loose_seconds` around it."""

    octave: int
    lag_seconds: float
    loose_seconds: float
    sparse: float  # chance that a short note is left to the others
    tremolo: float  # how far the instrument suits repeated strokes, 0 to 1
    trill: float


def part(
    notes: tuple[Note, ...], player: Player, profile: Profile, rng: np.random.Generator
) -> list[Note]:
    """Return the line as the player plays it: notes left out, delayed, graced, shaken.

    Every pitch is still one of the note's scale, in the player's octave.
    """
    played: list[Note] = []
    for note in notes:
        left_out, delay_seconds = rng.random(), rng.normal(player.lag_seconds, player.loose_seconds)
        if left_out < player.sparse and note.seconds < LONG_SECONDS:
            continue
        here = replace(
            note,
            start_seconds=max(0.0, note.start_seconds + delay_seconds),
            degree=note.degree + 7 * player.octave,
        )
        played += _ornamented(here, player, profile, rng)
    return played


def _ornamented(
    note: Note, player: Player, profile: Profile, rng: np.random.Generator
) -> list[Note]:
    grace, shake = rng.random(), rng.random()
    long = note.seconds >= LONG_SECONDS
    if long and shake < profile.tremolo * player.tremolo:
        return _split(note, TREMOLO_SECONDS, (0, 0), 1.0)
    if long and shake > 1 - profile.trill * player.trill:
        return _split(note, TRILL_SECONDS, (0, 1), 0.5)
    if grace < profile.grace and note.seconds > 3 * GRACE_SECONDS:
        step = 1 if grace < profile.grace / 2 else -1
        return _graced(note, step)
    return [note]


def _graced(note: Note, step: int) -> list[Note]:
    start_seconds = note.start_seconds + GRACE_SECONDS
    return [
        replace(
            note, seconds=GRACE_SECONDS, degree=note.degree + step, strength=0.7 * note.strength
        ),
        replace(note, start_seconds=start_seconds, seconds=note.seconds - GRACE_SECONDS),
    ]


def _split(note: Note, every_seconds: float, steps: tuple[int, int], share: float) -> list[Note]:
    """Play the first `share` of the note as strokes that alternate between two steps."""
    count = max(2, round(note.seconds * share / every_seconds))
    stroke_seconds = note.seconds * share / count
    strokes = [
        replace(
            note,
            start_seconds=note.start_seconds + index * stroke_seconds,
            seconds=stroke_seconds,
            degree=note.degree + steps[index % 2],
            strength=note.strength * (0.9 if index % 2 else 1.0),
        )
        for index in range(count)
    ]
    if share == 1:
        return strokes
    start_seconds = note.start_seconds + note.seconds * share
    return [
        *strokes,
        replace(note, start_seconds=start_seconds, seconds=note.seconds * (1 - share)),
    ]
