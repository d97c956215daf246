"""Small generators for tests: a codec of lapped components alone, and a prior without memory."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from takht.generation.codec.basis import emphasis, fit_basis
from takht.generation.codec.block_pca import fit_block_pca
from takht.generation.codec.codec import VaeCodec
from takht.generation.codec.pca import fit_pca
from takht.generation.codec.residual_noise import BAND_GROUPS, LEVELS, ResidualNoise
from takht.generation.spectrogram.log_mel import HOP_SAMPLES, SAMPLE_RATE_HZ, log_mel

BLOCK_FRAMES, LATENTS, WIDTH = 8, 24, 4


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
    """Log-mel spectrograms of melodies."""
    return [log_mel(melody(seed)) for seed in range(count)]


@cache
def codec() -> VaeCodec:
    """A codec whose networks add nothing to the lapped components."""
    music = clips()
    basis = fit_basis(
        music, emphasis(256, low=0.0, level=0.0), block_frames=BLOCK_FRAMES, components=LATENTS + 8
    )
    spectrum_pca = fit_pca(np.stack([clip.mean(axis=0) for clip in music]), 4)
    components, codes = len(basis.deviations), len(spectrum_pca.axes)
    eye = np.eye(components, LATENTS, dtype=np.float32)
    weights = {"encode_linear/kernel": eye, "decode_linear/kernel": eye.T}
    for name, size in (("encode_linear", LATENTS), ("decode_linear", components)):
        weights[f"{name}/bias"] = np.zeros(size, np.float32)
    for context, size in (("encode", components), ("decode", LATENTS + codes)):
        for number, channels in enumerate((size, WIDTH)):
            place = f"{context}_context/"
            weights[f"{place}conv{number}/kernel"] = np.zeros((3, channels, WIDTH), np.float32)
            weights[f"{place}conv{number}/bias"] = np.zeros(WIDTH, np.float32)
            weights[f"{place}norm{number}/gamma"] = np.ones(WIDTH, np.float32)
            weights[f"{place}norm{number}/beta"] = np.zeros(WIDTH, np.float32)
    for name, size in (
        ("encode_more", LATENTS),
        ("encode_spread", LATENTS),
        ("decode_more", components),
    ):
        weights[f"{name}/kernel"] = np.zeros((WIDTH, size), np.float32)
        weights[f"{name}/bias"] = np.full(size, -3.0 if name == "encode_spread" else 0, np.float32)
    return VaeCodec(basis, spectrum_pca, weights)


@cache
def pca():
    """Principal components of the same melodies."""
    return fit_block_pca(clips(), block_frames=BLOCK_FRAMES, latents=LATENTS)


@dataclass(frozen=True)
class Forgetful:
    """A prior that draws every latent by itself."""

    codec: VaeCodec
    composers: tuple[str, ...] = ("qasabgi", "umm")
    labels: tuple[str, ...] = ("القصبجي", "أم كلثوم")

    def draw(self, composer, seconds, rng):
        blocks = int(seconds * SAMPLE_RATE_HZ / HOP_SAMPLES / BLOCK_FRAMES) + 2
        shift = 0.0 if composer is None else 0.01 * composer
        latents = rng.standard_normal((blocks, LATENTS)).astype(np.float32)
        quiet = np.full(LEVELS, -20, np.float32)
        quiet[BAND_GROUPS:] = 0
        residual = ResidualNoise(quiet, np.zeros(blocks * BLOCK_FRAMES, np.float32), seed=1)
        return self.codec.spectrum_pca.mean + np.float32(shift), latents, residual


class Quarters:
    """A window model of four latents: the mean of each quarter of a window."""

    def encode(self, windows):
        means = windows.reshape(len(windows), 256, 4, -1).mean(axis=(1, 3))
        return means, np.full_like(means, -4.0)

    def decode(self, latents):
        wide = np.repeat(np.clip(latents, 0, 1), 128, axis=1)[:, None]
        return np.broadcast_to(wide, (len(latents), 256, 512)).astype(np.float32)
