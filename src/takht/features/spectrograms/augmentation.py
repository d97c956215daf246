"""What augmentations are given, all of them."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from pydantic import Field

from takht.core.arrays import Waveform
from takht.runtime.by_name import named_in
from takht.runtime.params import Section, Seed


class AugmentationSettings(Section):
    """How many altered copies of training segments there are, and how they are made."""

    at: ClassVar[str] = "aug"
    method: Annotated[str, named_in("augmentations")]
    factor: int = Field(ge=0, le=100, description="altered copies of each training segment")
    semitones: float = Field(gt=0, le=12, description="pitch shift, up or down")
    tempo_change: float = Field(gt=0, lt=0.5, description="share by which tempo falls or rises")
    seed: Seed


@dataclass(frozen=True)
class Segment:
    """A training segment of which altered copy 1, 2, … is to be made."""

    wave: Waveform
    recording: str
    number: int  # of the segment in its recording
    copy: int
