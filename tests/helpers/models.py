"""Untrained model folders, of each kind of features, that listen to any recording."""

import numpy as np

from takht.classifiers import networks
from takht.classifiers.calibration import Confidence
from takht.classifiers.discriminant_classifier import DiscriminantCard, DiscriminantClassifier
from takht.classifiers.lda import Discriminant
from takht.classifiers.network_classifier import NetworkCard, NetworkClassifier
from takht.features.statistics.summary import GROUPS, count_hops
from takht.features.statistics.timbre import HOP_SAMPLES

RATE_HZ = 22_050
COUNT = sum(GROUPS.values())
HOPS = [count * HOP_SAMPLES for count in count_hops(RATE_HZ)]
SETTINGS = {
    "mel": {"kind": "mel", "unit": "dB", "sample_rate_hz": RATE_HZ}
    | {"n_fft": 1024, "hop_samples": 1024, "bands": 64},
    "mfcc": {"kind": "mfcc", "unit": "cepstrum of dB", "sample_rate_hz": RATE_HZ}
    | {"n_fft": 1024, "hop_samples": 1024, "bands": 64, "coefficients": 20},
    "statistics": {"kind": "statistics", "frame": "window", "unit": "statistics"}
    | {"sample_rate_hz": RATE_HZ, "hop_samples": HOPS[1], "window_samples": HOPS[0]}
    | {"groups": GROUPS},
}
PREPARATION = {
    "normalize": {"method": "loudness", "target_lufs": -23.0, "peak_dbfs": -1.0},
    "segment": {"seconds": 20.0, "min_seconds": 6.0},
}
CARD = {
    "composers": ("a", "b", "c"),
    "labels": ("ألف", "باء", "C"),
    "preparation": PREPARATION,
    "parameters": 9,
    "mflop_per_window": 1.0,
    "training_windows": 9,
    "experiment": {},
    "training": {},
    "libraries": {},
    "confidence": Confidence(temperature=0.5, unknown_below=0.0),
}


def discriminant(standard: np.ndarray | None = None, **changes: object) -> DiscriminantClassifier:
    """Return a discriminant of all statistics, which it takes in standard units of some windows.

    `standard` has shape (windows, 336); without it, units are arbitrary and answers extreme.
    """
    if standard is None:
        standard = np.array([[-1.0] * COUNT, [1.0] * COUNT])
    rng = np.random.default_rng(4)
    card = {"frames": 1, "step_frames": 1, "bands": COUNT, "features": SETTINGS["statistics"]}
    card |= {"statistics": tuple(GROUPS)}
    weights = rng.normal(0, 0.1, (COUNT, 3)) / np.maximum(standard.std(axis=0), 1e-6)[:, None]
    return DiscriminantClassifier(
        DiscriminantCard(**(CARD | card | changes)),
        Discriminant(weights, -standard.mean(axis=0) @ weights),
    )


def network(kind: str, **changes: object) -> NetworkClassifier:
    """Return a tiny network on mel or mfcc features, which it takes times ten: untrained, a
    network hardly tells one window from another.
    """
    bands = {"mel": 64, "mfcc": 20}[kind]
    name = {"mel": "mel_six_blocks", "mfcc": "mfcc_two_blocks"}[kind]
    card = {"frames": 108, "step_frames": 43, "bands": bands, "features": SETTINGS[kind]}
    card |= {"network": name, "width": 0.03125, "threads": 1}
    card |= {"mean": (-40.0,) * bands, "std": (0.3,) * bands}
    net = networks.build_network(name, frames=108, bands=bands, composers=3, width=0.03125, seed=4)
    return NetworkClassifier(NetworkCard(**(CARD | card | changes)), net)
