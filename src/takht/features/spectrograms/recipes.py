"""How log-mel spectrograms and MFCCs of a segment are made, as settings.json of a folder says."""

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from takht.core.arrays import Frames, Waveform
from takht.features.spectrograms.mel import Bands, FftSamples, HopSamples, log_mel, mfcc
from takht.runtime.params import Section

Rate = Annotated[int, Field(ge=8_000, le=96_000, description="of the audio, Hz")]


class MelRecipe(Section):
    """Log-mel spectrograms."""

    dtype: ClassVar[type[np.floating]] = np.float16  # in a feature folder
    min_samples: ClassVar[int] = 0
    kind: Literal["mel"] = "mel"
    unit: Literal["dB"] = "dB"
    sample_rate_hz: Rate
    n_fft: FftSamples
    hop_samples: HopSamples
    bands: Bands

    @property
    def columns(self) -> int:
        """Numbers per frame."""
        return self.bands

    @property
    def frame_samples(self) -> int:
        """Samples of sound that one frame stands for."""
        return self.hop_samples

    def compute(self, wave: Waveform) -> Frames:
        """Return the log-mel spectrogram of a segment (samples,), shape (frames, bands), dB."""
        how = self.model_dump(include={"sample_rate_hz", "n_fft", "hop_samples", "bands"})
        return log_mel(wave, **how)


class MfccRecipe(MelRecipe):
    """Mel-frequency cepstral coefficients of the log-mel spectrograms that a folder keeps."""

    kind: Literal["mfcc"] = "mfcc"  # type: ignore[assignment]
    unit: Literal["cepstrum of dB"] = "cepstrum of dB"  # type: ignore[assignment]
    coefficients: int = Field(ge=1, le=512)

    @property
    def columns(self) -> int:
        """Numbers per frame."""
        return self.coefficients

    def compute(self, wave: Waveform) -> Frames:
        """Return the MFCCs (of dB) of a segment (samples,), shape (frames, coefficients)."""
        return self.from_mel(super().compute(wave).astype(self.dtype).astype(np.float32))

    def from_mel(self, mel_db: Frames) -> Frames:
        """Return the MFCCs (frames, coefficients) of a log-mel spectrogram (frames, bands), dB."""
        return mfcc(mel_db, self.coefficients)
