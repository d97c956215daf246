"""A recording session: who plays, on what, in which room, and what the microphone hears."""

import numpy as np

from takht.core.randomness import rng_for
from takht.demo import instruments, plucked, sustained
from takht.demo.composition import compose
from takht.demo.heterophony import part
from takht.demo.iqaat import IQAAT, list_hits
from takht.demo.maqamat import MAQAMAT
from takht.demo.mixing import Mix, Room, Voice, record
from takht.demo.percussion import play
from takht.demo.score import FREE, Note, Piece
from takht.demo.style import Profile
from takht.demo.voice import Sounding, Wave

TAIL_SECONDS = 1.2  # for the last note to ring
LEAD_DB = 5.0
PREFERENCE = 0.16  # weight of a composer's next instrument, relative to the one before


def perform(
    profile: Profile, recording: str, seconds: float, channels: int, rate_hz: int, seed: int
) -> Mix:
    """Return a recording of a new piece by the composer, shape (samples, channels), peak near 1.

    Every draw is keyed by seed, composer, recording and purpose, so that no other recording and
    no order of work can change it.
    """

    def rng(purpose: str) -> np.random.Generator:
        return rng_for(seed, profile.folder, recording, purpose)

    piece = compose(profile, seconds - TAIL_SECONDS, rng("piece"))
    tonic_hz = tonic(piece, rng("tuning"))
    band = ensemble(profile, rng("ensemble"))
    voices = []
    for name in band:
        notes = _heard(piece.notes, name, band, profile, rng("texture"))
        player = instruments.player(name, rng(f"{name} player"))
        line = part(notes, player, profile, rng(f"{name} part"))
        wanted = [_sounding(note, tonic_hz) for note in line]
        wave = _melody(name, wanted, seconds, profile, rate_hz, rng(f"{name} sound"))
        lead_db = LEAD_DB if name == band[0] else 0.0
        voices.append(_placed(wave, lead_db, rng(f"{name} place")))
    draw = rng("drums")
    for name, chance in zip(("darbuka", "riqq"), profile.drums, strict=True):
        if draw.random() < chance:
            wave = _drums(name, piece, profile, seconds, rate_hz, rng(f"{name} sound"))
            voices.append(_placed(wave, 0.0, rng(f"{name} place")))
    return record(voices, room(rng("room")), channels, rate_hz, rng("reverberation"))


def tonic(piece: Piece, rng: np.random.Generator) -> float:
    """Return the tonic in Hz: as written, transposed by -3 to 2 semitones, at the day's tuning."""
    semitones = MAQAMAT[piece.maqam].tonic_semitones + int(rng.integers(-3, 3))
    return float(instruments.TONIC_HZ * 2 ** ((100 * semitones + rng.uniform(-40, 40)) / 1200))


def ensemble(profile: Profile, rng: np.random.Generator) -> list[str]:
    """Return the melody instruments, the leader first."""
    weights = PREFERENCE ** np.arange(len(profile.players))
    fewest, most = profile.band
    size = int(rng.integers(fewest, most + 1))
    chosen = rng.choice(profile.players, size, replace=False, p=weights / weights.sum())
    return [str(name) for name in chosen]


def room(rng: np.random.Generator) -> Room:
    """Return a room with its microphone, from a dry studio to a distant hall."""
    return Room(
        reverb_seconds=rng.uniform(0.25, 1.2),
        wet=rng.uniform(0.1, 0.5),
        first_reflection_seconds=rng.uniform(0.004, 0.025),
        low_cut_hz=rng.uniform(35, 130),
        high_cut_hz=float(np.exp(rng.uniform(np.log(6000), np.log(14_000)))),
        tilt_db=rng.uniform(-4, 4),
        noise_dbfs=rng.uniform(-75, -50),
    )


def _heard(
    notes: tuple[Note, ...], name: str, band: list[str], profile: Profile, rng: np.random.Generator
) -> tuple[Note, ...]:
    """The passages the player takes part in: the free opening is the leader's alone."""
    passages = 1 + max(note.passage for note in notes)
    unison = rng.random(passages) < profile.unison
    soloist = rng.integers(len(band), size=passages)
    mine = {FREE} if name == band[0] else set()
    mine |= {n for n in range(passages) if unison[n] or band[soloist[n]] == name}
    return tuple(note for note in notes if note.passage in mine)


def _sounding(note: Note, tonic_hz: float) -> Sounding:
    frequency_hz = tonic_hz * 2 ** (note.cents / 1200)
    return Sounding(note.start_seconds, note.seconds, frequency_hz, note.strength)


def _melody(
    name: str,
    notes: list[Sounding],
    seconds: float,
    profile: Profile,
    rate_hz: int,
    rng: np.random.Generator,
) -> Wave:
    if name in instruments.PLUCKED:
        return plucked.synthesize_plucked(
            notes, seconds, instruments.string(name, rng), rate_hz, rng
        )
    tube = instruments.tube(name, profile.slide, rng)
    return sustained.synthesize_sustained(notes, seconds, tube, rate_hz, rng)


def _drums(
    name: str,
    piece: Piece,
    profile: Profile,
    seconds: float,
    rate_hz: int,
    rng: np.random.Generator,
) -> Wave:
    strokes = list_hits(IQAAT[piece.iqa], piece.cycles, piece.slot_seconds, profile.fill, rng)
    first = round(piece.opening_seconds * rate_hz)
    drum = instruments.drum(name, rng)
    wave = play(strokes, seconds - first / rate_hz, drum, rate_hz, rng)
    return np.concatenate([np.zeros(first, dtype=np.float32), wave])[: round(seconds * rate_hz)]


def _placed(wave: Wave, gain_db: float, rng: np.random.Generator) -> Voice:
    """A voice at a level of its own, with an RMS that does not depend on how much it plays."""
    sounding = wave[np.abs(wave) > 1e-3]
    rms = float(np.sqrt(np.mean(np.square(sounding, dtype=np.float64)))) if len(sounding) else 1.0
    gain_db += rng.uniform(-4, 0)
    return Voice(wave, 10 ** (gain_db / 20) / rms, float(rng.uniform(-0.7, 0.7)))
