"""Iqa'at: the drum cycles, as strokes on an even grid of slots.

D is dum (centre of the skin), T tak (its edge), - a slot left to the player. The patterns follow
S. Marcus, "Rhythmic Modes in Middle Eastern Music" (Garland Encyclopedia of World Music 6, 2002).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Iqa:
    """A cycle of slots, `slots_per_beat` to a beat of the time signature `beats`/`beat_unit`."""

    arabic: str
    beats: int
    beat_unit: int
    slots_per_beat: int
    strokes: str


@dataclass(frozen=True)
class Hit:
    """A stroke: when (s), which (`D`, `T` or the soft `k`) and how strong (0 to 1)."""

    start_seconds: float
    stroke: str
    strength: float


def list_hits(
    iqa: Iqa, cycles: int, slot_seconds: float, fill: float, rng: np.random.Generator
) -> list[Hit]:
    """Return `cycles` cycles of strokes from time 0, on the grid; `fill` is the chance of a `k`.

    A stroke that opens a cycle is the strongest. Every fourth cycle is filled twice as densely,
    as a player leads into the next phrase.
    """
    played = []
    for cycle in range(cycles):
        chance = min(1.0, fill * (2 if cycle % 4 == 3 else 1))
        for slot, stroke in enumerate(iqa.strokes):
            draw, accent = rng.random(), rng.uniform(0.75, 1.0)
            start_seconds = (cycle * len(iqa.strokes) + slot) * slot_seconds
            if stroke != "-":
                strength = accent if slot else 1.0
                played.append(Hit(start_seconds, stroke, strength))
            elif draw < chance:
                played.append(Hit(start_seconds, "k", 0.45 * accent))
    return played


IQAAT: dict[str, Iqa] = {
    "maqsum": Iqa("مقسوم", 4, 4, 2, "DT-TD-T-"),
    "baladi": Iqa("بلدي", 4, 4, 2, "DD-TD-T-"),
    "saidi": Iqa("صعيدي", 4, 4, 2, "DT-DD-T-"),
    "wahda": Iqa("وحدة", 4, 4, 2, "D--T--T-"),
    "malfuf": Iqa("ملفوف", 2, 4, 4, "D--T--T-"),
    "ayyub": Iqa("أيوب", 2, 4, 4, "D--TD-T-"),
    "samai_thaqil": Iqa("سماعي ثقيل", 10, 8, 1, "D--T-DDT--"),
    "samai_darij": Iqa("سماعي دارج", 6, 8, 1, "DTTDT-"),
    "dawr_hindi": Iqa("دور هندي", 7, 8, 1, "DTTD-T-"),
    "aqsaq": Iqa("أقصاق", 9, 8, 1, "D-T-D-TT-"),
}
