"""Preprocessing, stage by stage as DVC runs it, in a folder of its own."""

import contextlib
import importlib
import io
import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import yaml
from pipeline import ROOT

from takht import stage

PARAMS = {
    "catalogue": {"on_unreadable": "fail", "min_seconds": 6.0, "silence_dbfs": -70.0},
    "split": {
        "validation_share": 0.2,
        "test_share": 0.2,
        "drop_small_composers": False,
        "seed": 1,
    },
    "near_duplicates": {"least_score": 0.15},
    "audio": {"sample_rate_hz": 22_050},
    "convert": {"part_minutes": 0.1},
    "normalize": {"method": "loudness", "target_lufs": -23.0, "peak_dbfs": -1.0},
    "segment": {"seconds": 7.0, "min_seconds": 6.0},
    "aug": {"factor": 1, "semitones": 2.0, "tempo_change": 0.1, "seed": 1},
    "scales": {
        "tiny": {
            "mel": {"n_fft": 1024, "hop_samples": 1024, "bands": 64},
            "mfcc": {"coefficients": 20},
        }
    },
}
STAGES = {
    "catalogue": "raw catalogue.csv rejected.csv",
    "convert": "raw catalogue.csv wav",
    "normalize": "wav catalogue.csv gains.csv",
    "segment": "wav gains.csv segments",
    "near_duplicates": "segments near_duplicates.csv",
    "split": "catalogue.csv near_duplicates.csv split.csv",
    "mel": "scale=tiny segments mel",
    "mfcc": "scale=tiny mel mfcc",
    "window_statistics": "segments statistics",
    "augment": "segments mel split.csv augmented",
}


def write_params(here: Path, **sections: dict[str, object]) -> None:
    """Write params.yaml, with other values in some sections."""
    values = PARAMS | {name: {**PARAMS[name], **own} for name, own in sections.items()}
    (here / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")


def start(here: Path, stage: str, **variables: str) -> "subprocess.Popen[str]":
    """Start a stage as a process; its stdout and stderr are one pipe."""
    argv = [sys.executable, str(ROOT / "src" / f"{stage}.py"), *STAGES[stage].split()]
    environment = os.environ | {"TAKHT_STORE": str(here / "store")} | variables
    return subprocess.Popen(
        argv,
        cwd=here,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def run(here: Path, *stages: str, **variables: str) -> dict[str, str]:
    """Run stages, all by default, and return what each printed; fail when one fails."""
    printed = {}
    for name in stages or STAGES:
        process = start(here, name, **variables)
        printed[name], _ = process.communicate()
        assert process.returncode == 0, printed[name]
    return printed


def run_within(here: Path, *stages: str, **variables: str) -> dict[str, str]:
    """Run stages as `run` does, but in this process, which spares their imports."""
    printed = {}
    variables = {"TAKHT_STORE": str(here / "store"), "TAKHT_WORKERS": "2"} | variables
    with contextlib.chdir(here), patch.dict(os.environ, variables):
        for name in stages or STAGES:
            function = getattr(importlib.import_module(name), name)
            with contextlib.redirect_stderr(io.StringIO()) as stderr:
                stage.run(function, STAGES[name].split())
            printed[name] = stderr.getvalue()
    return printed


def outputs(here: Path) -> dict[str, bytes]:
    """Every file that the stages wrote, by its place."""
    tops = {words.split()[-1] for words in STAGES.values()} | {"catalogue.csv"}
    files = (file for top in tops for file in [here / top, *(here / top).rglob("*")])
    return {str(file.relative_to(here)): file.read_bytes() for file in files if file.is_file()}
