"""Small generators for tests: a codec, and a prior without memory."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from takht.generation.codec.basis import fit_basis
from takht.generation.codec.block_pca import fit_block_pca
from takht.generation.codec.codec import LappedPca
from takht.generation.codec.fine_detail import BANDS
from takht.generation.codec.pca import fit_pca
from takht.generation.codec.residual_noise import LEVELS
from takht.generation.prior.clip_description import describe_clip
from takht.generation.prior.denoised_blocks import DenoisedBlocks
from takht.generation.prior.denoiser import estimate_linearly, fit_variances
from takht.generation.spectrogram.level_spectrogram import (
    BINS,
    HOP_SAMPLES,
    SAMPLE_RATE_HZ,
    level_spectrogram,
)

BLOCK_FRAMES, LATENTS = 8, 24


def melody(seed: int, seconds: float = 8.0) -> np.ndarray:
    """Plucked tones of a random pitch each quarter second, with overtones; float32, (samples,)."""
    rng = np.random.default_rng(seed)
    now = np.arange(round(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    hz = 220 * 2 ** (rng.integers(0, 13, int(4 * seconds) + 1) / 12)[(now * 4).astype(int)]
    phase = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
    tones = sum(np.sin(k * phase) / k for k in range(1, 7)) * np.exp(-6 * (now % 0.25))
    return (0.1 * tones + 1e-3 * rng.standard_normal(len(now))).astype(np.float32)


@cache
def clips(count: int = 6) -> list[np.ndarray]:
    """Spectrograms of melodies."""
    return [level_spectrogram(melody(seed)) for seed in range(count)]


@cache
def codec() -> LappedPca:
    """A codec of the melodies."""
    music = clips()
    basis = fit_basis(
        music, np.eye(BINS, dtype=np.float32), block_frames=BLOCK_FRAMES, components=LATENTS
    )
    spectrum_pca = fit_pca(np.stack([clip.mean(axis=0) for clip in music]), 4)
    return LappedPca(basis, spectrum_pca, np.linspace(1, 2, BANDS, dtype=np.float32))


@cache
def pca():
    """Principal components of the same melodies."""
    return fit_block_pca(clips(), block_frames=BLOCK_FRAMES, latents=LATENTS)


@dataclass(frozen=True)
class Linear:
    """A denoiser without a network: the best linear estimate of windows of the melodies."""

    variances: np.ndarray  # (window_blocks, latents)
    window_blocks: int = 16
    latents: int = LATENTS

    @property
    def weights(self):
        """A style of one number, which it does not look at."""
        return {"style/kernel": np.zeros((1, 1), np.float32)}

    def denoise(self, noisy, sigma, _composer, _style):
        """Return the linear estimate."""
        return estimate_linearly(noisy, sigma, self.variances)[0]


@cache
def blocks() -> DenoisedBlocks:
    """Blocks that go on as those of the melodies do, as far as a linear estimate knows."""
    found = [describe_clip(codec(), clip).trajectory for clip in clips()]
    variances = fit_variances(np.stack([each[s : s + 16] for s in (0, 24)]) for each in found)
    return DenoisedBlocks(Linear(variances), np.ones(LATENTS, np.float32), 2, 1.0, 1.0, 24)


@dataclass(frozen=True)
class Forgetful:
    """A prior that draws every latent by itself."""

    codec: LappedPca
    composers: tuple[str, ...] = ("qasabgi", "umm")
    labels: tuple[str, ...] = ("القصبجي", "أم كلثوم")

    @property
    def blocks(self):
        """What makes continuations and morphs."""
        return blocks()

    def soften(self, levels):
        """Return levels of a noise that is not heard."""
        return levels - np.float32(20) * (np.arange(LEVELS) < BANDS)

    def draw(self, composer, seconds, rng):
        blocks = int(seconds * SAMPLE_RATE_HZ / HOP_SAMPLES / BLOCK_FRAMES) + 2
        shift = 0.0 if composer is None else 0.01 * composer
        latents = rng.standard_normal((blocks, LATENTS)).astype(np.float32)
        quiet = np.full(LEVELS, -20, np.float32)
        quiet[BANDS:] = 0
        return self.codec.spectrum_pca.mean + np.float32(shift), latents, quiet


class Quarters:
    """A window model of four latents: the mean of each quarter of a window."""

    def encode(self, windows):
        means = windows.reshape(len(windows), 256, 4, -1).mean(axis=(1, 3))
        return means, np.full_like(means, -4.0)

    def decode(self, latents):
        wide = np.repeat(np.clip(latents, 0, 1), 128, axis=1)[:, None]
        return np.broadcast_to(wide, (len(latents), 256, 512)).astype(np.float32)
