"""A composer as a style: what is taken how often, and how a line moves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    """How one composer writes. Chances are between 0 and 1; lists go from most to least taken."""

    folder: str
    label: str
    maqamat: tuple[str, ...]
    iqaat: tuple[str, ...]
    tempo_bpm: tuple[float, float]  # quarter notes, slowest and fastest
    degrees: tuple[int, int]  # lowest and highest, the tonic being 0 and its octave 7
    contours: tuple[str, ...]
    forms: tuple[str, ...]
    cadence: tuple[int, ...]  # the last degrees of a phrase that ends on the tonic
    phrase_slots: int
    density: float  # chance of a note on a weak slot
    split: float  # chance that a note of one slot is played as two
    repeat: float  # chance that a note repeats the last one
    leap: float  # chance of a third or a fourth instead of a step
    grace: float
    trill: float
    tremolo: float
    slide: float  # share of a note spent gliding into it, on nay and violin
    turn: float  # chance that a passage turns to another upper jins
    taqsim: float  # chance that the piece opens with a free passage
    fill: float  # chance of a soft stroke on an empty slot
    unison: float  # chance that all play a phrase, otherwise one does
    drums: tuple[float, float]  # chance of a darbuka, of a riqq
    band: tuple[int, int]  # fewest and most melody players
    players: tuple[str, ...]
