"""What is written down: notes of a scale in seconds, over the cycles of an iqa'."""

from dataclasses import dataclass

from takht.demo.maqamat import Scale, cents_of

FREE = -1  # the passage before the drums come in


@dataclass(frozen=True)
class Note:
    """A degree of a scale: when and how long (s), how strong (0 to 1), in which passage."""

    start_seconds: float
    seconds: float
    degree: int
    scale: Scale
    strength: float
    passage: int

    @property
    def cents(self) -> int:
        """Return the pitch, cents above the tonic."""
        return cents_of(self.scale, self.degree)


@dataclass(frozen=True)
class Piece:
    """A melody in a maqam over drum cycles; `opening_seconds` of it are free, without drums."""

    maqam: str
    iqa: str
    slot_seconds: float
    opening_seconds: float
    cycles: int
    notes: tuple[Note, ...]
