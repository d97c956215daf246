"""How the statistics of windows are made, as settings.json of a feature folder says."""

from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from takht.core.arrays import Frames, Waveform
from takht.features.spectrograms.recipe import FeatureRecipe
from takht.features.statistics.summary import GROUPS, MIN_RATE_HZ, count_hops, summarize_segment
from takht.features.statistics.timbre import HOP_SAMPLES
from takht.runtime.renamed import RENAMED


class StatisticsRecipe(FeatureRecipe):
    """336 statistics per window; a frame of these features is a window."""

    dtype: ClassVar[type[np.floating]] = np.float32  # in a feature folder
    own: ClassVar[int] = 0  # statistics beside the 336
    kind: str = "statistics"
    frame: Literal["window"] = "window"
    unit: Literal["statistics"] = "statistics"
    sample_rate_hz: Annotated[int, Field(ge=MIN_RATE_HZ, le=96_000, description="Hz")]
    hop_samples: int
    window_samples: int
    groups: dict[str, int]

    @classmethod
    def at_rate(cls, sample_rate_hz: int, **settings: Any) -> Self:
        """Return the recipe for audio of this sample rate."""
        kind = str(settings.get("kind", "statistics"))
        window_hops, step_hops = count_hops(sample_rate_hz)
        return cls(
            sample_rate_hz=sample_rate_hz,
            hop_samples=step_hops * HOP_SAMPLES,
            window_samples=window_hops * HOP_SAMPLES,
            groups=cls.list_groups(kind),
            **settings,
        )

    @classmethod
    def list_groups(cls, kind: str) -> dict[str, int]:
        """Return how many statistics each group has, in the order of the columns."""
        return GROUPS | ({kind: cls.own} if cls.own else {})

    @model_validator(mode="after")
    def _check_definition(self) -> Self:
        """The statistics are code, not settings: another version's are others."""
        for name in self.groups:
            if RENAMED.get(name) in GROUPS:
                raise ValueError(f"groups: {name!r} is now called {RENAMED[name]!r}")
        ours = [count * HOP_SAMPLES for count in count_hops(self.sample_rate_hz)]
        groups = self.list_groups(self.kind)
        if [self.window_samples, self.hop_samples] != ours or self.groups != groups:
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


class OwnStatisticsRecipe(StatisticsRecipe):
    """The same, and behind them `own` more: a group with the name of the recipe's file."""

    @abstractmethod
    def summarize(self, window: Waveform) -> Frames:
        """Return the own statistics of a window (samples,), shape (own,)."""

    def compute(self, wave: Waveform) -> Frames:
        """Return the statistics of a segment's windows, each in its own unit.

        Raises:
            ValueError: the segment (samples,) is shorter than a window.
        """
        usual = super().compute(wave)
        starts = range(0, len(usual) * self.hop_samples, self.hop_samples)
        own = [self.summarize(wave[start : start + self.window_samples]) for start in starts]
        return np.hstack([usual, np.asarray(own, np.float32).reshape(len(usual), self.own)])
