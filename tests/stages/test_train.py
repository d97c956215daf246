"""train and evaluate, run as DVC runs them: same bytes twice, and what they refuse."""

import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from pipeline import ROOT
from synthetic import write_features
from tasks import contents

EXPERIMENT = {
    "features": "mel",
    "kind": "network",
    "model": "mfcc_two_blocks",  # on levels, which can be masked; it learns in a few steps
    "balance": "even",
    "masked_copies": 1,
    "batch_size": 16,
    "epochs": 6,
    "learning_rate": 0.003,
    "patience": 6,
    "seed": 1,
}
TRAINING = {
    "width": 0.0625,
    "recordings_per_composer": 2,
    "windows_per_recording": 6,
    "mask_bands": 15,
    "max_steps": 60,
    "threads": 2,
    "replicas": 1,
    "mixed_precision": False,
    "xla": False,
}
PREPARATION = {
    "normalize": {"method": "loudness", "target_lufs": -23.0, "peak_dbfs": -1.0},
    "segment": {"seconds": 60.0, "min_seconds": 6.0},
}


def project(folder: Path, **features: object) -> Path:
    write_features(folder / "mel", copies=1, **features)
    (folder / "rejected.csv").write_text("file,reason\nbad.mp3,empty\n", encoding="utf-8")
    parameters = {
        "experiments": {"x": EXPERIMENT},
        "scales": {"s": {"windows": {"frames": 108, "step_frames": 43}, "training": TRAINING}},
        "scores": {"resamples": 200, "seed": 1},
        "normalize": PREPARATION["normalize"],
        "segment": PREPARATION["segment"],
    }
    (folder / "params.yaml").write_text(yaml.safe_dump(parameters), encoding="utf-8")
    return folder


def run(folder: Path, stage: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "src" / f"{stage}.py", "scale=s", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def run_both(folder: Path, name: str) -> None:
    trained = run(
        folder, "train", "experiment=x", "mel", "split.csv", f"{name}/model", f"{name}/curve.csv"
    )
    assert trained.returncode == 0, trained.stderr
    outputs = (
        f"{name}/metrics.json",
        f"{name}/predictions.csv",
        f"{name}/confusion.csv",
        f"{name}/composers.csv",
    )
    tested = run(folder, "evaluate", f"{name}/model", "mel", "split.csv", "rejected.csv", *outputs)
    assert tested.returncode == 0, tested.stderr


@pytest.mark.slow
def test_two_runs_write_the_same_bytes_and_learn(tmp_path):
    project(tmp_path)
    run_both(tmp_path, "first")
    run_both(tmp_path, "second")
    first, second = contents(tmp_path / "first"), contents(tmp_path / "second")
    assert first == second
    assert list(first) == [
        "composers.csv", "confusion.csv", "curve.csv", "metrics.json", "model/familiarity.npz",
        "model/model.json", "model/weights.weights.h5", "predictions.csv",
    ]  # fmt: skip

    metrics = json.loads(first["metrics.json"])
    assert metrics["accuracy_recordings"] == 1
    assert metrics["accuracy_windows"] > 0.9
    assert metrics["n_rejected"] == 1
    assert metrics["n_recordings"] == metrics["n_composers"] == 3
    assert metrics.pop("corpus").startswith("15 recordings by 3 composers, ")
    assert all(isinstance(value, int | float) for value in metrics.values())
    curve = pd.read_csv(tmp_path / "first/curve.csv")
    assert list(curve.columns) == [
        "epoch", "loss", "accuracy", "validation_loss", "validation_accuracy",
    ]  # fmt: skip
    confusion = (tmp_path / "first/confusion.csv").read_text(encoding="utf-8")
    assert confusion.splitlines()[:2] == [
        "recording,actual,predicted", "c0/r4,ملحن 0,ملحن 0",
    ]  # fmt: skip
    card = json.loads(first["model/model.json"])
    assert card["features"] == json.loads((tmp_path / "mel/settings.json").read_text())
    assert card["experiment"] == EXPERIMENT
    assert card["training"] == TRAINING
    assert card["preparation"] == PREPARATION


@pytest.mark.slow
def test_what_is_wrong_shows_in_one_line_before_training(tmp_path):
    project(tmp_path, unit="cepstrum of dB")
    paths = ("experiment=x", "mel", "split.csv", "model", "curve.csv")
    assert "only levels in dB" in run(tmp_path, "train", *paths).stderr
    split = (tmp_path / "split.csv").read_text(encoding="utf-8")
    (tmp_path / "split.csv").write_text(split.replace(",validation", ",train"), encoding="utf-8")
    result = run(tmp_path, "train", *paths)
    assert result.returncode == 1
    assert "error: validation: composer c0: has no window" in result.stderr
    assert "tensorflow" not in result.stderr.lower()
    assert not (tmp_path / "model").exists()
