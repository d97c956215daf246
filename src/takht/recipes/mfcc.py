"""Mel-frequency cepstral coefficients, as `takht.recipes.mel` makes log-mel spectrograms."""

from typing import Literal

from pydantic import Field

from takht.core.arrays import Frames, Waveform
from takht.features.spectrograms.mel import mfcc
from takht.recipes import mel


class Recipe(mel.Recipe):
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
        return self.from_mel(super().as_stored(self.log_mel(wave)))

    def as_stored(self, mel_db: Frames) -> Frames:
        """Return the MFCCs (frames, coefficients) of a log-mel spectrogram (frames, bands), dB."""
        return super().as_stored(self.from_mel(super().as_stored(mel_db)))

    def from_mel(self, mel_db: Frames) -> Frames:
        """Return the MFCCs (frames, coefficients) of a log-mel spectrogram (frames, bands), dB."""
        return mfcc(mel_db, self.coefficients)
