"""The features of a segment as the stages make, store and read them, by a model card's settings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from takht.core.arrays import Frames, Waveform
from takht.errors import TakhtError
from takht.features.spectrograms.mel import MelSettings, log_mel, mfcc
from takht.features.statistics.summary import GROUPS, MIN_RATE_HZ, count_hops, summarize_segment
from takht.features.statistics.timbre import HOP_SAMPLES
from takht.runtime.params import Section

Rate = Annotated[int, Field(ge=8_000, le=96_000, description="of the audio, Hz")]


@dataclass(frozen=True)
class SegmentFeatures:
    """What makes features of a segment, shape (frames, bands), and what places them in time.

    `frame_samples` is how long the sound is that one frame is about.
    """

    of: Callable[[Waveform], Frames]
    unit: str
    bands: int
    sample_rate_hz: int
    hop_samples: int
    frame_samples: int

    def window_seconds(self, frames: int) -> float:
        """Return how long a window of so many frames is."""
        return ((frames - 1) * self.hop_samples + self.frame_samples) / self.sample_rate_hz


class _Mel(MelSettings):
    kind: Literal["mel"]
    unit: Literal["dB"]
    sample_rate_hz: Rate

    def made(self) -> SegmentFeatures:
        how = self.model_dump(include={"sample_rate_hz", "n_fft", "hop_samples", "bands"})
        return self._framed(lambda wave: _stored(log_mel(wave, **how)), self.bands)

    def _framed(self, of: Callable[[Waveform], Frames], bands: int) -> SegmentFeatures:
        hop = self.hop_samples
        return SegmentFeatures(of, self.unit, bands, self.sample_rate_hz, hop, hop)


class _Mfcc(_Mel):
    kind: Literal["mfcc"]  # type: ignore[assignment]
    unit: Literal["cepstrum of dB"]  # type: ignore[assignment]
    coefficients: int = Field(ge=1, le=512)

    def made(self) -> SegmentFeatures:
        levels = super().made().of
        count = self.coefficients
        return self._framed(lambda wave: _stored(mfcc(levels(wave), count)), count)


class _Statistics(Section):
    kind: Literal["statistics"]
    frame: Literal["window"]
    unit: Literal["statistics"]
    sample_rate_hz: Annotated[Rate, Field(ge=MIN_RATE_HZ)]
    hop_samples: int
    window_samples: int
    groups: dict[str, int]

    @model_validator(mode="after")
    def _check_definition(self) -> Self:
        """The statistics are code, not settings: another version's are others."""
        hops = count_hops(self.sample_rate_hz)
        ours = [count * HOP_SAMPLES for count in hops]
        if [self.window_samples, self.hop_samples] != ours or self.groups != GROUPS:
            raise ValueError("other statistics than this version computes")
        return self

    def made(self) -> SegmentFeatures:
        bands = sum(self.groups.values())
        sizes = (bands, self.sample_rate_hz, self.hop_samples, self.window_samples)
        return SegmentFeatures(self._of, self.unit, *sizes)

    def _of(self, wave: Waveform) -> Frames:
        window_hops, _ = count_hops(self.sample_rate_hz)
        if 1 + len(wave) // HOP_SAMPLES < window_hops:
            return np.empty((0, sum(self.groups.values())), np.float32)
        return summarize_segment(wave, self.sample_rate_hz)


_KINDS: TypeAdapter[_Mel | _Mfcc | _Statistics] = TypeAdapter(
    Annotated[_Mel | _Mfcc | _Statistics, Field(discriminator="kind")]
)


def features_from_settings(settings: Mapping[str, Any], where: Path) -> SegmentFeatures:
    """Return the features that a model learnt from, for any recording.

    `settings` are a feature folder's, as the model card in the folder `where` keeps them.

    Raises:
        TakhtError: this version does not make such features.
    """
    try:
        return _KINDS.validate_python(dict(settings)).made()
    except ValidationError as error:
        faults = ", ".join(
            f"{'.'.join(map(str, each['loc'])) or 'kind'}: {each['msg']}" for each in error.errors()
        )
        raise TakhtError(
            f"{where}: model.json: features: not made by this version of takht ({faults}); "
            "train the experiment again or use the version that trained it"
        ) from None


def _stored(frames: Frames) -> Frames:
    """Return frames as they come back from a feature folder, which keeps float16."""
    return frames.astype(np.float16).astype(np.float32)
