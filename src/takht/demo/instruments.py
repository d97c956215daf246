"""The instruments of one recording: their make and their players' habits, drawn again each time."""

import numpy as np

from takht.demo.heterophony import Player
from takht.demo.percussion import Drum
from takht.demo.plucked import String
from takht.demo.sustained import Tube

TONIC_HZ = 261.63  # C4 at A4 = 440 Hz, as maqamat are written
OCTAVES = {"oud": -1, "qanun": 0, "nay": 0, "violin": 0}
PLUCKED = ("oud", "qanun")


def player(instrument: str, rng: np.random.Generator) -> Player:
    """Return a player of the instrument."""
    plucks = instrument in PLUCKED
    return Player(
        octave=OCTAVES[instrument],
        lag_seconds=rng.uniform(0, 0.025),
        loose_seconds=rng.uniform(0.003, 0.014),
        sparse=rng.uniform(0, 0.15),
        tremolo=1.0 if plucks else 0.2,
        trill=0.6 if plucks else 1.0,
    )


def string(instrument: str, rng: np.random.Generator) -> String:
    """Return an oud's gut course, or a qanun's thinner and longer-ringing one."""
    if instrument == "oud":
        return String(
            decay_seconds=rng.uniform(1.1, 2.0),
            bright=rng.uniform(0.15, 0.5),
            noisy=rng.uniform(0.2, 0.6),
            position=rng.uniform(0.13, 0.27),
            body_hz=rng.uniform(150, 280),
            release_seconds=rng.uniform(0.08, 0.18),
            detuned_cents=rng.uniform(1, 4),
        )
    return String(
        decay_seconds=rng.uniform(1.5, 2.7),
        bright=rng.uniform(0.4, 0.8),
        noisy=rng.uniform(0.15, 0.5),
        position=rng.uniform(0.08, 0.2),
        body_hz=rng.uniform(330, 620),
        release_seconds=rng.uniform(0.2, 0.35),
        detuned_cents=rng.uniform(2, 6),
    )


def tube(instrument: str, slide: float, rng: np.random.Generator) -> Tube:
    """Return a nay or a violin; `slide` (0 to 1) is how slowly its player reaches a note."""
    glide_seconds = 0.02 + 0.16 * slide * rng.uniform(0.75, 1.25)
    if instrument == "nay":
        return Tube(
            even=rng.uniform(0.5, 0.8),
            slope_db=rng.uniform(9, 14),
            formant_hz=rng.uniform(800, 1400),
            formant_db=rng.uniform(1, 5),
            noise=rng.uniform(0.07, 0.2),
            noise_band_hz=(rng.uniform(750, 1350), rng.uniform(3500, 6500)),
            vibrato_hz=rng.uniform(4.5, 5.7),
            vibrato_cents=rng.uniform(15, 35),
            glide_seconds=glide_seconds,
            attack_seconds=rng.uniform(0.05, 0.08),
        )
    return Tube(
        even=rng.uniform(0.85, 1.0),
        slope_db=rng.uniform(4.5, 7.5),
        formant_hz=rng.uniform(1200, 2500),
        formant_db=rng.uniform(3, 8),
        noise=rng.uniform(0.015, 0.05),
        noise_band_hz=(rng.uniform(1700, 2800), rng.uniform(6800, 10_000)),
        vibrato_hz=rng.uniform(5.3, 6.7),
        vibrato_cents=rng.uniform(12, 30),
        glide_seconds=glide_seconds,
        attack_seconds=rng.uniform(0.03, 0.06),
    )


def drum(name: str, rng: np.random.Generator) -> Drum:
    """Return a darbuka, or a riqq with its cymbals."""
    riqq = name == "riqq"
    return Drum(
        skin_hz=rng.uniform(150, 210) if riqq else rng.uniform(85, 120),
        decay_seconds=rng.uniform(0.2, 0.45),
        edge_hz=rng.uniform(430, 720),
        snap=rng.uniform(0.5, 1.3),
        jingle=rng.uniform(0.7, 1.3) if riqq else 0.0,
    )
