"""A new piece in a composer's style: phrases in a form, with turns to a neighbouring jins."""

from dataclasses import dataclass

import numpy as np

from takht.demo import melody
from takht.demo.iqaat import IQAAT, Iqa
from takht.demo.maqamat import MAQAMAT, Maqam, Scale
from takht.demo.score import FREE, Note, Piece
from takht.demo.style import Profile

FAVOUR = 0.5  # weight of a list's next entry, relative to the one before
VARIATION = 0.12  # chance that a repeated phrase moves a tone
KEPT = "AR"  # phrases of a form that come back as they were, in the maqam itself, to its tonic
BREATH_SECONDS = 0.5


@dataclass(frozen=True)
class _Setting:
    profile: Profile
    maqam: Maqam
    iqa: Iqa
    slot_seconds: float

    def pivot(self, rng: np.random.Generator) -> int:
        """A degree on which a phrase may begin."""
        return int(rng.choice((0, 0, 2, self.maqam.ghammaz, self.maqam.ghammaz, 7)))


def compose(profile: Profile, seconds: float, rng: np.random.Generator) -> Piece:
    """Return a piece of `seconds` that ends on the tonic.

    The tempo drawn gives way a little, so that the last cycle is a whole one.
    """
    maqam, iqa_name = choose_favourite(profile.maqamat, rng), choose_favourite(profile.iqaat, rng)
    iqa = IQAAT[iqa_name]
    opening_seconds = 0.0
    if rng.random() < profile.taqsim:
        opening_seconds = rng.uniform(0.15, 0.35) * seconds
    measured_seconds = seconds - opening_seconds
    beat_seconds = 60 / rng.uniform(*profile.tempo_bpm) * 4 / iqa.beat_unit
    cycles = max(1, round(measured_seconds / (beat_seconds * iqa.beats)))
    slot_seconds = measured_seconds / (cycles * len(iqa.strokes))
    setting = _Setting(profile, MAQAMAT[maqam], iqa, slot_seconds)
    notes = _taqsim(setting, opening_seconds, rng)
    notes += _measured(setting, cycles, opening_seconds, rng)
    return Piece(maqam, iqa_name, slot_seconds, opening_seconds, cycles, tuple(notes))


def choose_favourite(options: tuple[str, ...], rng: np.random.Generator) -> str:
    """Return one of the options, the first ones more often."""
    weights = FAVOUR ** np.arange(len(options))
    return str(rng.choice(options, p=weights / weights.sum()))


def _measured(
    setting: _Setting, cycles: int, start_seconds: float, rng: np.random.Generator
) -> list[Note]:
    slots = len(setting.iqa.strokes)
    form = str(rng.choice(setting.profile.forms))
    usual = max(1, round(setting.profile.phrase_slots / slots))
    phrases: dict[str, tuple[melody.Phrase, Scale]] = {}
    notes: list[Note] = []
    passages = max(1, cycles // usual)
    for passage in range(passages):
        letter, first = form[passage % len(form)], passage * usual
        last = passage == passages - 1
        length = cycles - first if last else usual
        if passage % len(form) == 0:
            phrases = {kept: phrases[kept] for kept in KEPT if kept in phrases}
        if last or letter not in phrases:
            phrases[letter] = _phrase(setting, length, last or letter in KEPT, rng)
        phrase, scale = phrases[letter]
        at_seconds = start_seconds + first * slots * setting.slot_seconds
        line = melody.vary(phrase, VARIATION, rng)
        notes += [_note(tone, scale, at_seconds, passage, setting, rng) for tone in line]
    return notes


def _phrase(
    setting: _Setting, cycles: int, home: bool, rng: np.random.Generator
) -> tuple[melody.Phrase, Scale]:
    maqam, profile = setting.maqam, setting.profile
    ends = (setting.pivot(rng), 0 if home else maqam.ghammaz)
    scale = maqam.scale
    if not home and rng.random() < profile.turn:
        scale = maqam.turned(str(rng.choice(maqam.turns)))
    return melody.compose_phrase(profile, setting.iqa, cycles, ends, rng), scale


def _note(
    tone: melody.Tone,
    scale: Scale,
    at_seconds: float,
    passage: int,
    setting: _Setting,
    rng: np.random.Generator,
) -> Note:
    opens = tone.slot % len(setting.iqa.strokes) == 0
    return Note(
        start_seconds=at_seconds + tone.slot * setting.slot_seconds,
        seconds=tone.slots * setting.slot_seconds,
        degree=tone.degree,
        scale=scale,
        strength=rng.uniform(0.7, 0.85) + 0.15 * opens,
        passage=passage,
    )


def _taqsim(setting: _Setting, seconds: float, rng: np.random.Generator) -> list[Note]:
    """A free passage: phrases to the ghammaz and back to the tonic, each at a pace of its own."""
    notes: list[Note] = []
    now_seconds, goal = 0.3, setting.maqam.ghammaz
    while now_seconds < seconds - 5 * BREATH_SECONDS:
        ends = (setting.pivot(rng), goal)
        slot_seconds = rng.uniform(0.14, 0.26)
        for tone in melody.compose_phrase(setting.profile, IQAAT["wahda"], 2, ends, rng):
            held_seconds = tone.slots * slot_seconds * rng.lognormal(0, 0.35)
            held_seconds = min(held_seconds, seconds - BREATH_SECONDS - now_seconds)
            if held_seconds > 0.05:
                scale, strength = setting.maqam.scale, rng.uniform(0.55, 0.9)
                notes.append(Note(now_seconds, held_seconds, tone.degree, scale, strength, FREE))
                now_seconds += held_seconds
        now_seconds += rng.uniform(0.6, 2) * BREATH_SECONDS
        goal = 0 if goal else setting.maqam.ghammaz
    return notes
