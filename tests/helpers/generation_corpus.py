"""A corpus of invented spectrograms, and the stages that learn from them, run as DVC runs them."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from feature_folders import write_recording
from pipeline import ROOT

from takht.core import tables
from takht.dataset.feature_folder import FeaturePiece, write_index
from takht.generation.spectrogram.level_spectrogram import BINS

CODEC = {
    "block_frames": 8,
    "latents": 8,
    "spectrum_components": 4,
    "low_frequency_weight": 0.4,
    "level_weight": 1.5,
}
STUDY_VAE = {"batch_size": 4, "learning_rate": 0.002, "seed": 1}
STUDY_TRAINING = {
    "width": 0.015625,
    "step_frames": 256,
    "epochs": 3,
    "max_steps": 30,
    "threads": 1,
    "mixed_precision": False,
}
PRIOR = {
    "styles": 6,
    "prior_strength_clips": 1.0,
    "shrinkage": 0.2,
    "residual_noise": 1.0,
    "style_temperature": 1.0,
}
DENOISER = {
    "guidance": 1.0,
    "temperature": 1.0,
    "sampling_steps": 12,
    "learning_rate": 0.002,
    "weight_decay": 0.02,
    "dropout": 0.0,
    "unconditional_share": 0.1,
    "style_noise": 0.3,
    "seed": 1,
}
DENOISER_TRAINING = {
    "window_blocks": 8,
    "width": 32,
    "layers": 2,
    "batch_size": 16,
    "max_steps": 8,
    "threads": 1,
}


def spectrogram(rng: np.random.Generator, mean_spectrum: np.ndarray, frames: int) -> np.ndarray:
    """Notes of a few pitches with partials, their decay, and noise, in [0, 1], (frames, bands)."""
    levels = np.tile(0.25 + mean_spectrum, (frames, 1))
    for start in range(0, frames, 20):
        pitch = int(rng.integers(6, 24))
        decay = np.exp(-np.arange(min(40, frames - start)) / 12)[:, None]
        partials = np.arange(pitch, len(mean_spectrum), pitch)
        levels[start : start + 40, partials] += 0.5 * decay * 0.9 ** np.arange(len(partials))
    return np.clip(levels + rng.normal(0, 0.03, levels.shape), 0, 1).astype(np.float32)


def write_spectrograms(
    folder: Path, kind: str, *, composers: int = 3, frames: int = 560, train: int = 3
) -> pd.DataFrame:
    """Write `kind` features of `train` + 2 recordings a composer, and return their split."""
    rng = np.random.default_rng(7)
    rows, split, bands = [], [], 256 if kind == "study_spectrogram" else BINS
    for composer in range(composers):
        mean_spectrum = 0.1 * np.sin(np.arange(bands) / (10 + 8 * composer))
        for number, side in enumerate(["train"] * train + ["validation", "test"]):
            recording = f"c{composer}/r{number}"
            own = mean_spectrum + 0.02 * rng.normal()
            piece = FeaturePiece(0, 0, 0.0, spectrogram(rng, own, frames))
            rows.append(write_recording(folder / kind, recording, [piece]))
            split.append((recording, f"c{composer}", f"ملحن {composer}", recording, side))
    settings = {"kind": kind, "unit": "range", "sample_rate_hz": 22_050, "hop_samples": 256}
    write_index(folder / kind, dict(rows), settings)
    table = pd.DataFrame(split, columns=["recording", "composer", "label", "work", "side"])
    tables.write_table(table, folder / "split.csv")
    return table


def write_params(folder: Path) -> None:
    """Write the parameters of the stages of generation that learn, at a scale `s`."""
    parameters = {
        "generation": {
            "codec": CODEC,
            "study_vae": STUDY_VAE,
            "prior": PRIOR,
            "denoiser": DENOISER | {"dropout": 0.1},
        },
        "scales": {
            "s": {"generation": {"study_vae": STUDY_TRAINING, "denoiser": DENOISER_TRAINING}}
        },
    }
    (folder / "params.yaml").write_text(yaml.safe_dump(parameters), encoding="utf-8")


def run_stage(folder: Path, stage: str, *words: str) -> None:
    """Run a stage in a folder, at the scale `s` of `write_params`."""
    write_params(folder)
    done = subprocess.run(
        [sys.executable, ROOT / f"src/{stage}.py", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def card(folder: Path) -> dict[str, object]:
    """Return a model folder's card."""
    found: dict[str, object] = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    return found
