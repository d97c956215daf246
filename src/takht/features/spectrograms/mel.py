"""Log-mel spectrograms and MFCCs of waveforms: mono float32 in [-1, 1], shape (samples,)."""

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from takht.core.arrays import FLOOR_POWER, TOP_DB, Frames, Waveform
from takht.core.spectra import block_spectra, centred_starts, hann
from takht.runtime.params import Section

if TYPE_CHECKING:  # scipy takes a quarter of a second to import, and a store may have all
    import scipy.sparse

FftSamples = Annotated[
    int, Field(ge=64, le=16384, multiple_of=2, description="length of a frame, samples")
]
HopSamples = Annotated[int, Field(ge=16, le=8192, description="from frame to frame, samples")]
Bands = Annotated[int, Field(ge=8, le=512, description="mel bands")]


class MelSettings(Section):
    """How a log-mel spectrogram is made."""

    at: ClassVar[str] = "scales.{scale}.mel"
    n_fft: FftSamples
    hop_samples: HopSamples
    bands: Bands


def log_mel(
    wave: Waveform, *, sample_rate_hz: int, n_fft: int, hop_samples: float, bands: int
) -> Frames:
    """Return mel-band powers in dB, shape (1 + samples // hop_samples, bands), not below -100.

    Frame t is centred on the sample next to t * hop_samples, as in librosa, whose mel filters
    (Slaney's) these are; within 1e-3 dB of librosa.feature.melspectrogram in a third of its time,
    because blocks of frames stay in cache and the filters are sparse.
    """
    filters = mel_filters(sample_rate_hz, n_fft, bands)
    starts = centred_starts(len(wave), hop_samples)
    power = np.empty((len(starts), bands), dtype=np.float32)
    for part, spectrum in block_spectra(np.pad(wave, n_fft // 2), starts, hann(n_fft)):
        energy = spectrum.real**2 + spectrum.imag**2
        power[part] = (filters @ energy.T).T
    return np.asarray(10 * np.log10(np.maximum(power, FLOOR_POWER)), dtype=np.float32)


def mfcc(mel_db: Frames, coefficients: int) -> Frames:
    """Return the first mel-frequency cepstral coefficients, shape (frames, coefficients).

    The orthonormal DCT-II over the bands of `mel_db` (dB), which is first held to the 80 dB below
    its maximum, so that digital silence does not dominate the first coefficient. Davis &
    Mermelstein 1980.
    """
    import scipy.fft

    held = np.maximum(mel_db, mel_db.max() - TOP_DB)
    return np.asarray(scipy.fft.dct(held, axis=1, norm="ortho")[:, :coefficients], np.float32)


@lru_cache(maxsize=4)
def mel_filters(sample_rate_hz: int, n_fft: int, bands: int) -> "scipy.sparse.csr_array":
    """Return triangles of equal area on Slaney's mel scale, shape (bands, 1 + n_fft // 2).

    As librosa.filters.mel, without the two seconds that importing librosa takes. Slaney 1998,
    "Auditory Toolbox".
    """
    import scipy.sparse

    hz = _hz(np.linspace(0, float(hz_to_mels(np.array(sample_rate_hz / 2))), bands + 2))
    bins_hz = np.fft.rfftfreq(n_fft, 1 / sample_rate_hz)
    rising = (bins_hz - hz[:-2, None]) / np.diff(hz)[:-1, None]
    falling = (hz[2:, None] - bins_hz) / np.diff(hz)[1:, None]
    triangles = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    triangles *= (2 / (hz[2:] - hz[:-2]))[:, None]
    return scipy.sparse.csr_array(triangles)


# Slaney's scale: linear to 1 kHz, 15 mels, from there on 27 mels for each factor of 6.4.
_LINEAR_HZ, _KNEE_HZ, _KNEE_MELS, _LOG_STEP = 200 / 3, 1000.0, 15.0, np.log(6.4) / 27


def hz_to_mels(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return frequencies in Hz as mels of Slaney's scale, in the shape given."""
    above = _KNEE_MELS + np.log(np.maximum(hz, _KNEE_HZ) / _KNEE_HZ) / _LOG_STEP
    return np.where(hz < _KNEE_HZ, hz / _LINEAR_HZ, above)


def _hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    above = _KNEE_HZ * np.exp(_LOG_STEP * (mels - _KNEE_MELS))
    return np.where(mels < _KNEE_MELS, _LINEAR_HZ * mels, above)
