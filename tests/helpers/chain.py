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
from tiny_project import PREPARATION, STAGES, command

from takht import stage


def write_params(here: Path, **sections: dict[str, object]) -> None:
    """Write params.yaml, with other values in some sections."""
    values = PREPARATION | {name: PREPARATION[name] | own for name, own in sections.items()}
    (here / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")


def start(here: Path, stage: str, **variables: str) -> "subprocess.Popen[str]":
    """Start a stage as a process; its stdout and stderr are one pipe."""
    argv = [sys.executable, str(ROOT / "src" / f"{stage}.py"), *command(stage)[2:]]
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
                stage.run(function, command(name)[2:])
            printed[name] = stderr.getvalue()
    return printed
