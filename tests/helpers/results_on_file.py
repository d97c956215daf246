"""Results as stages leave them on file: small, made up, and as hostile as names may be."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import soundfile
from pipeline import ROOT

import report as report_stage
from takht.report.results.gather import gather_results

RATE_HZ = 22_050
HOSTILE = '</script><img src=x onerror="document.title=1">'
HOSTILE_RECORDING = "hostile/مقام <b>0"
LABELS = {"umm": "Umm", "hostile": HOSTILE, "عبد_الوهاب": "عبد الوهاب"}
EXPERIMENTS = ("best", "plain")
SIDES = ("train", "validation", "test", "test")
PITCH_HZ = {"umm": 300.0, "hostile": 400.0, "عبد_الوهاب": 500.0}
WINDOWS = 4
INPUTS = (
    *("params.yaml", "dvc.lock", "checks/dvc.lock", "generation/dvc.lock"),
    *("data/catalogue.csv", "data/rejected.csv", "data/near_duplicates.csv", "data/split.csv"),
    *("metrics", "data/predictions", "plots/confusion", "plots/learning_curves", "models"),
    *("data/generated", "metrics/generation.json"),
)
PARAMS = """
scale: tiny
corpus: {root: /somewhere/private/music}
crossval: {max_steps: 7}
sanity_checks: {max_steps: 5}
scales: {tiny: {training: {max_steps: 9}}}
experiments: {plain: {}, best: {}}
"""


def recordings() -> Iterator[tuple[str, str, str]]:
    """Yield recording, composer and side."""
    for composer in LABELS:
        for number, side in enumerate(SIDES):
            yield f"{composer}/مقام <b>{number}", composer, side


def write(root: Path, *, checks: bool = True, generation: bool = True) -> None:
    """Write what a corpus of three composers and two experiments leaves on file."""
    for folder in ("data/predictions", "metrics", "plots/confusion", "plots/learning_curves"):
        (root / folder).mkdir(parents=True)
    (root / "params.yaml").write_text(PARAMS, encoding="utf-8")
    _write_corpus(root)
    for name in EXPERIMENTS:
        _write_experiment(root, name)
        if checks:
            _write_checks(root, name)
    if generation:
        _write_generation(root)
    (root / "plots/spectrograms").mkdir()
    for name in ("steps", "composers"):
        source = ROOT / f"plots/spectrograms/{name}.png"
        (root / f"plots/spectrograms/{name}.png").write_bytes(source.read_bytes())


def tone(pitch_hz: float, seconds: float) -> np.ndarray:
    now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return 0.2 * np.sin(2 * np.pi * pitch_hz * now)


def _write_corpus(root: Path) -> None:
    rows, sides = [], []
    for place, (recording, composer, side) in enumerate(recordings()):
        common = {"recording": recording, "composer": composer, "label": LABELS[composer]}
        seconds = 20.0 + place
        codec = "mp3" if place % 2 else "flac"
        rows.append(common | {"seconds": seconds, "codec": codec, "missing_seconds": place / 2})
        sides.append(common | {"side": side})
        folder = root / "data/segments" / recording
        folder.mkdir(parents=True)
        wave = tone(PITCH_HZ[composer], seconds)
        half = len(wave) // 2
        soundfile.write(folder / "0000.wav", wave[:half], RATE_HZ, "PCM_16")
        soundfile.write(folder / "0001.wav", wave[half:], RATE_HZ, "PCM_16")
    pd.DataFrame(rows).to_csv(root / "data/catalogue.csv", index=False)
    pd.DataFrame(sides).to_csv(root / "data/split.csv", index=False)
    (root / "data/rejected.csv").write_text("file,reason\n'=cmd/<b>x.mp3,silent\n")
    pair = next(recordings())[0], HOSTILE_RECORDING
    rows = [
        (one, other, 0.5, 31.4, *starts)
        for one, other, starts in ((*pair, (65.2, 67.7)), (*pair[::-1], (67.7, 65.2)))
    ]
    columns = ["recording", "duplicate_of", "score"]
    columns += ["seconds_alike", "start_seconds", "duplicate_start_seconds"]
    pd.DataFrame(rows, columns=columns).to_csv(root / "data/near_duplicates.csv", index=False)


def answer(experiment: str, recording: str, composer: str) -> str:
    """The composer whom an experiment names: `plain` takes the first test recordings for others."""
    names = list(LABELS)
    if experiment == "plain" and recording.endswith("2"):
        return names[(names.index(composer) + 1) % len(names)]
    return composer


def _write_experiment(root: Path, name: str) -> None:
    tested = [(r, c, answer(name, r, c)) for r, c, side in recordings() if side == "test"]
    share = float(np.mean([c == p for _, c, p in tested]))
    metrics: dict[str, float] = {"n_recordings": len(tested), "accuracy_windows": share}
    for score in ("accuracy_recordings", "macro_f1_recordings"):
        metrics |= {score: share, f"{score}_low": share - 0.2, f"{score}_high": share}
    (root / f"metrics/{name}.json").write_text(json.dumps(metrics))
    confusion = [(recording, LABELS[c], LABELS[p]) for recording, c, p in tested]
    table = pd.DataFrame(confusion, columns=["recording", "actual", "predicted"])
    table.to_csv(root / f"plots/confusion/{name}.csv", index=False)
    windows = [
        {"recording": r, "segment": k // 2, "start_seconds": 5.0 * k, "composer": c, "predicted": p}
        | {f"p_{other}": 0.1 + 0.1 * k * (other == p) for other in LABELS}
        for r, c, p in tested
        for k in range(WINDOWS)
    ]
    pd.DataFrame(windows).to_csv(root / f"data/predictions/{name}.csv", index=False)
    curve = [(epoch, 0.2 * epoch, 0.1 * epoch) for epoch in range(1, 2 if name == "plain" else 5)]
    table = pd.DataFrame(curve, columns=["epoch", "accuracy", "validation_accuracy"])
    table.to_csv(root / f"plots/learning_curves/{name}.csv", index=False)
    (root / "models" / name).mkdir(parents=True)
    card = {"experiment": {"seed": 1}, "libraries": {"numpy": "2.4"}}
    (root / "models" / name / "model.json").write_text(json.dumps(card))


def _write_checks(root: Path, name: str) -> None:
    score = 0.6 if name == "best" else 0.4
    found = {
        "leak": {"accuracy_windows": 0.5, "accuracy_windows_leaky": 0.9, "leak_gap": 0.4},
        "crossval": {"accuracy_recordings": 0.5, "macro_f1_recordings": score, "repeats": 1},
        "sanity_checks": {
            "permuted_label_accuracy": 0.3,
            "majority_class_share": 0.33,
            "open_set_auroc": 0.7,
            "unknown_identified_at_80": 0.61,
            "unknown_identified_at_90": 0.42,
            "unknown_identified_at_95": 0.33,
        },
    }
    if name == "plain":  # as of two composers
        found["sanity_checks"] = dict(list(found["sanity_checks"].items())[:2])
    for check, values in found.items():
        (root / "metrics" / check).mkdir(exist_ok=True)
        (root / "metrics" / check / f"{name}.json").write_text(json.dumps(values))


def _write_generation(root: Path) -> None:
    source = ROOT / "metrics/generation.json"
    (root / "metrics/generation.json").write_bytes(source.read_bytes())
    kept = next(recording for recording, _, side in recordings() if side == "test")
    rows = [
        ("long/piece.wav", "long", "codec", "", ""),
        ("unconditional/01.wav", "sample", "codec", "", ""),
        ("continuation/1.wav", "continuation", "codec", "", "one"),
        ("interpolation/1.wav", "music", "reference", "", "one"),
        ("interpolation/1-to-2.wav", "interpolation", "codec", "", "one to other"),
        ("interpolation/2.wav", "music", "reference", "", "other"),
        ("reconstructions/x/codec.wav", "reconstruction", "codec", "umm", kept),
        ("reconstructions/x/study_vae.wav", "reconstruction", "study_vae", "umm", kept),
        ("reconstructions/x/reference.wav", "music", "reference", "umm", kept),
    ]
    for n in (1, 2):
        rows += [(f"composers/{c}-{n}.wav", "sample", "codec", c, "") for c in LABELS]
        rows += [(f"baselines/{m}-{n}.wav", "sample", m, "", "") for m in ("study_vae", "pca")]
    folder = root / "data/generated"
    for file, *_ in rows:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / file, tone(350.0, 2.0), RATE_HZ, "PCM_16")
    picture = (ROOT / "plots/spectrograms/steps.png").read_bytes()
    for file in ("long/piece.png", "reconstructions/x/all.png"):
        (folder / file).write_bytes(picture)
    index = pd.DataFrame(rows, columns=["file", "kind", "model", "composer", "recording"])
    index.assign(seconds=2.0).to_csv(folder / "index.csv", index=False)


def gather(root: Path) -> dict[str, Any]:
    """Return what the report's stage finds, without a page."""
    return gather_results(*(root / name for name in INPUTS))


def build(root: Path) -> Path:
    """Run the stage; return the page."""
    inputs = (root / name for name in (*INPUTS, "data/segments", "plots/spectrograms"))
    report_stage.report(*inputs, ROOT / "report/page", root / "reports")
    return root / "reports/index.html"


def commit(root: Path, message: str) -> str:
    """Commit everything in the Git repository at `root`; return the commit's id."""
    git = ["git", "-C", str(root), "-c", "user.name=T", "-c", "user.email=t@example.org"]
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", message], check=True)
    return subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()
