"""Log-mel spectrograms."""

from typing import Literal

import numpy as np

from takht.core.arrays import Frames, Waveform
from takht.features.spectrograms.mel import Bands, FftSamples, HopSamples, log_mel
from takht.features.spectrograms.recipe import FeatureRecipe, Rate


class Recipe(FeatureRecipe):
    """Log-mel spectrograms."""

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

    def compute(self, wave: Waveform) -> Frames:
        """Return the log-mel spectrogram of a segment (samples,), shape (frames, bands), dB."""
        return self.log_mel(wave)

    def log_mel(self, wave: Waveform) -> Frames:
        """Return the log-mel spectrogram of a sound (samples,), shape (frames, bands), dB."""
        how = self.model_dump(include={"sample_rate_hz", "n_fft", "hop_samples", "bands"})
        return log_mel(wave, **how)

    def as_stored(self, mel_db: Frames) -> Frames:
        """Return the features of a log-mel spectrogram (frames, bands), dB, as a folder has them.

        Shape (frames, columns).
        """
        return mel_db.astype(self.dtype).astype(np.float32)
