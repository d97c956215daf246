"""Two composers, of whom one is told by a tone alone: their music, and models that learnt it."""

from functools import cache
from pathlib import Path

import keras
import models
import numpy as np
import soundfile

from takht.classifiers import networks
from takht.classifiers.discriminant_classifier import DiscriminantCard, DiscriminantClassifier
from takht.classifiers.network_classifier import NetworkCard, NetworkClassifier
from takht.dataset.windows import limit_range
from takht.discriminants.shrinkage_lda import fit_discriminant
from takht.features.spectrograms.mel import log_mel
from takht.features.statistics.summary import GROUPS, summarize_segment

RATE_HZ = models.RATE_HZ
TONE_HZ = 1500  # of the second composer, who is otherwise as noisy as the first
BAND = 5  # 1200 to 1800 Hz
TONE = 1  # the number of the composer
LESSONS = 12  # of 20 s, with the tone and without
SECONDS = 38.0  # two segments of 20 and 18 s
TONE_S = (27.0, 33.0)
TWO = {"composers": ("noise", "tone"), "labels": ("ضجيج", "نغمة")}


def music(seconds: float, seed: int, sounding: tuple[float, float] | None = None) -> np.ndarray:
    """Return noise whose level and colour drift, with a tone in a time of it."""
    rng = np.random.default_rng(seed)
    now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = np.concatenate([coloured(rng, len(part)) for part in np.array_split(now, seconds // 2)])
    if sounding:
        inside = (now >= sounding[0]) & (now < sounding[1])
        wave += inside * 0.1 * np.sin(2 * np.pi * TONE_HZ * now)
    return wave.astype(np.float32)


def coloured(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Return noise with up to 8 dB more or less at twelve frequencies and in between."""
    spectrum = np.fft.rfft(rng.normal(0, 0.05, samples))
    place = np.linspace(0, 11, len(spectrum)) ** 0.5 * 11**0.5  # denser at low frequencies
    gain_db = np.interp(place, np.arange(12), rng.uniform(-8, 8, 12))
    return np.fft.irfft(spectrum * 10 ** (gain_db / 20), samples)


def lessons(features, seconds: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    """Return features of segments without and with a tone, and which is which."""
    windows, truth = [], []
    for seed in range(LESSONS):
        for number, sounding in enumerate((None, (0.0, seconds))):
            found = features(music(seconds, 10 * seed + number, sounding))
            windows.append(found)
            truth += [number] * len(found)
    return np.concatenate(windows), np.array(truth)


@cache
def learnt_discriminant() -> DiscriminantClassifier:
    """Return a discriminant that learnt the tone from window statistics of timbre."""
    windows, truth = lessons(lambda wave: summarize_segment(wave, RATE_HZ))
    count = GROUPS["timbre"]
    fitted = fit_discriminant(windows[:, :count].astype(np.float64), truth)
    card = {"frames": 1, "step_frames": 1, "bands": models.COUNT, "statistics": ("timbre",)}
    card |= {"features": models.SETTINGS["statistics"], **TWO}
    return DiscriminantClassifier(DiscriminantCard(**(models.CARD | card)), fitted)


def learnt_network() -> NetworkClassifier:
    """Return a network that learnt the tone from log-mel windows."""
    settings = models.SETTINGS["mel"]
    shape = {key: settings[key] for key in ("sample_rate_hz", "n_fft", "hop_samples", "bands")}

    def windows(wave: np.ndarray) -> np.ndarray:
        frames = log_mel(wave, **shape)
        cut = [frames[start : start + 108] for start in range(0, len(frames) - 107, 21)]
        return limit_range(np.stack(cut), "dB")

    inputs, truth = lessons(windows)
    mean, std = inputs.mean(axis=(0, 1)), inputs.std(axis=(0, 1))
    keras.utils.set_random_seed(5)
    net = networks.build_network(
        "mfcc_two_blocks", frames=108, bands=64, composers=2, width=0.125, seed=5
    )
    net.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy")
    net.fit((inputs - mean) / std, truth, epochs=12, batch_size=16, verbose=0)
    card = {"frames": 108, "step_frames": 43, "bands": 64, "features": settings, **TWO}
    card |= {"network": "mfcc_two_blocks", "width": 0.125, "threads": 1}
    card |= {"mean": tuple(map(float, mean)), "std": tuple(map(float, std))}
    return NetworkClassifier(NetworkCard(**(models.CARD | card)), net)


def write(here: Path) -> Path:
    """Write the model `best` and a recording of two segments, the tone in the second."""
    (here / "models/best").mkdir(parents=True)
    learnt_discriminant().save(here / "models/best")
    soundfile.write(here / "لحن.flac", music(SECONDS, 77, TONE_S), RATE_HZ)
    return here
