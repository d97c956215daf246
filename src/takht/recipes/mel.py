"""Log-mel spectrograms."""

from typing import Literal

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
        how = self.model_dump(include={"sample_rate_hz", "n_fft", "hop_samples", "bands"})
        return log_mel(wave, **how)
