"""Maqamat: scales put together from ajnas, in cents above the tonic, quarter tones included.

Intervals follow S. Marcus, "Arab Music Theory in the Modern Period" (1989), in the 24-tone
notation.
"""

from dataclasses import dataclass

Scale = tuple[int, ...]
"""Seven ascending pitches below the octave, cents above the tonic; the first is 0."""

OCTAVE_CENTS = 1200
AJNAS: dict[str, Scale] = {
    "ajam": (0, 200, 400, 500, 700),
    "bayati": (0, 150, 300, 500, 700),
    "hijaz": (0, 100, 400, 500, 700),
    "kurd": (0, 100, 300, 500, 700),
    "nahawand": (0, 200, 300, 500, 700),
    "nikriz": (0, 200, 300, 600, 700),
    "rast": (0, 200, 350, 500, 700),
    "saba": (0, 150, 300, 400, 700),
    "sikah": (0, 150, 350),
}


@dataclass(frozen=True)
class Maqam:
    """A lower jins, the upper one on its ghammaz, and the upper ones a piece may turn to."""

    arabic: str
    tonic_semitones: float  # above C4, as it is written
    lower: str
    ghammaz: int  # degree on which the upper jins stands, the tonic being 0
    upper: str
    turns: tuple[str, ...]

    @property
    def scale(self) -> Scale:
        """Return the maqam's own scale, cents."""
        return scale_of(self.lower, self.ghammaz, self.upper)

    def turned(self, upper: str) -> Scale:
        """Return the scale after a turn to another upper jins, cents."""
        return scale_of(self.lower, self.ghammaz, upper)


def scale_of(lower: str, ghammaz: int, upper: str) -> Scale:
    """Return the seven pitches of two ajnas, the upper standing on degree `ghammaz`, cents.

    Raises:
        ValueError: the two do not make seven pitches below the octave.
    """
    root = AJNAS[lower][ghammaz]
    pitches = {*AJNAS[lower][:ghammaz], *(root + cents for cents in AJNAS[upper])}
    scale = tuple(sorted(cents for cents in pitches if cents < OCTAVE_CENTS))
    if len(scale) != 7:
        raise ValueError(
            f"jins {upper} on degree {ghammaz} of {lower} makes {scale}: not 7 pitches"
        )
    return scale


def cents_of(scale: Scale, degree: int) -> int:
    """Return the pitch of a degree, cents above the tonic; degree 7 is the octave above it."""
    octave, step = divmod(degree, len(scale))
    return octave * OCTAVE_CENTS + scale[step]


MAQAMAT: dict[str, Maqam] = {
    "rast": Maqam("رست", 0, "rast", 4, "rast", ("hijaz", "nahawand")),
    "suznak": Maqam("سوزناك", 0, "rast", 4, "hijaz", ("rast", "nahawand")),
    "bayati": Maqam("بياتي", 2, "bayati", 3, "nahawand", ("hijaz", "rast")),
    "hijaz": Maqam("حجاز", 2, "hijaz", 3, "nahawand", ("rast", "bayati")),
    "saba": Maqam("صبا", 2, "saba", 2, "hijaz", ("ajam",)),
    "nahawand": Maqam("نهاوند", 0, "nahawand", 4, "hijaz", ("kurd", "bayati")),
    "kurd": Maqam("كرد", 2, "kurd", 3, "nahawand", ("hijaz", "rast")),
    "sikah": Maqam("سيكاه", 3.5, "sikah", 2, "rast", ("hijaz",)),
    "huzam": Maqam("هزام", 3.5, "sikah", 2, "hijaz", ("rast",)),
    "ajam": Maqam("عجم", -2, "ajam", 4, "ajam", ("nahawand", "hijaz")),
    "nikriz": Maqam("نكريز", 0, "nikriz", 4, "nahawand", ("rast", "hijaz")),
}
