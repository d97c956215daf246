"""What every kind of feature says of itself, in settings.json of its folder and in model cards."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field

from takht.core.arrays import Frames, Waveform
from takht.runtime.params import Section

Rate = Annotated[int, Field(ge=8_000, le=96_000, description="of the audio, Hz")]


class FeatureRecipe(Section, ABC):
    """How a segment's features are made: by a stage, and by `takht predict`.

    A file in `takht.recipes` has one, called `Recipe`. Its fields are settings.
    """

    dtype: ClassVar[type[np.floating]] = np.float16  # in a feature folder
    kind: str = Field(description="the name of the recipe's file")
    if TYPE_CHECKING:  # each recipe declares these itself, in the order of settings.json
        unit: str
        sample_rate_hz: int
        hop_samples: int

    @classmethod
    def at_rate(cls, sample_rate_hz: int, **settings: Any) -> Self:
        """Return the recipe for audio of this sample rate."""
        return cls(sample_rate_hz=sample_rate_hz, **settings)

    @property
    @abstractmethod
    def columns(self) -> int:
        """Numbers per frame."""

    @property
    def min_samples(self) -> int:
        """Samples of the shortest segment that has a frame."""
        return 0

    @property
    def frame_samples(self) -> int:
        """Samples of sound that one frame stands for."""
        return self.hop_samples

    @abstractmethod
    def compute(self, wave: Waveform) -> Frames:
        """Return the features of a segment (samples,), shape (frames, columns), in `unit`."""
