"""How the statistics of windows are made, as settings.json of a feature folder says."""

from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from takht.core.arrays import Frames, Waveform
from takht.features.statistics.summary import GROUPS, MIN_RATE_HZ, count_hops, summarize_segment
from takht.features.statistics.timbre import HOP_SAMPLES
from takht.runtime.params import Section
from takht.runtime.renamed import RENAMED


class StatisticsRecipe(Section):
    """336 statistics per window; a frame of these features is a window."""

    dtype: ClassVar[type[np.floating]] = np.float32  # in a feature folder
    kind: Literal["statistics"] = "statistics"
    frame: Literal["window"] = "window"
    unit: Literal["statistics"] = "statistics"
    sample_rate_hz: Annotated[int, Field(ge=MIN_RATE_HZ, le=96_000, description="Hz")]
    hop_samples: int
    window_samples: int
    groups: dict[str, int]

    @classmethod
    def at_rate(cls, sample_rate_hz: int) -> Self:
        """Return the recipe for audio of this sample rate."""
        window_hops, step_hops = count_hops(sample_rate_hz)
        return cls(
            sample_rate_hz=sample_rate_hz,
            hop_samples=step_hops * HOP_SAMPLES,
            window_samples=window_hops * HOP_SAMPLES,
            groups=GROUPS,
        )

    @model_validator(mode="after")
    def _check_definition(self) -> Self:
        """The statistics are code, not settings: another version's are others."""
        for name in self.groups:
            if RENAMED.get(name) in GROUPS:
                raise ValueError(f"groups: {name!r} is now called {RENAMED[name]!r}")
        ours = [count * HOP_SAMPLES for count in count_hops(self.sample_rate_hz)]
        if [self.window_samples, self.hop_samples] != ours or self.groups != GROUPS:
            raise ValueError("other statistics than this version computes")
        return self

    @property
    def columns(self) -> int:
        """Numbers per window."""
        return sum(self.groups.values())

    @property
    def frame_samples(self) -> int:
        """Samples of sound that one window stands for."""
        return self.window_samples

    @property
    def min_samples(self) -> int:
        """Samples of the shortest segment that has a window."""
        return self.window_samples - HOP_SAMPLES

    def compute(self, wave: Waveform) -> Frames:
        """Return the statistics of a segment's windows, each in its own unit, shape (windows, 336).

        Raises:
            ValueError: the segment (samples,) is shorter than a window.
        """
        return summarize_segment(wave, self.sample_rate_hz)
