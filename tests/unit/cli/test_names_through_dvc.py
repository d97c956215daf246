"""A name that is not UTF-8 reaches the stage through `dvc repro`, or doctor says that it cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from pipeline import ROOT

from takht.cli.doctor.corpus import check_corpus

STAGE = """stages:
  s:
    cmd: ls -N raw/b > out.txt
    deps: [raw]
    outs: [out.txt]
"""
FILES = ["a/1.wav", "a/\u0639\u0648\u062f.wav", "a/3.wav", "b/1.wav", "b/2.wav", "b/3.wav"]


@pytest.fixture
def root(tmp_path):
    """A project with this repository's .dvcignore and a corpus."""
    project = tmp_path / "project"
    project.mkdir()
    for words in (("git", "init", "-q"), ("dvc", "init", "-q")):
        subprocess.run(words, cwd=project, check=True)
    shutil.copy(ROOT / ".dvcignore", project)
    text = (ROOT / "params.yaml").read_text().replace("on_unreadable: fail", "on_unreadable: skip")
    (project / "params.yaml").write_text(text)
    for place in (project / "raw", tmp_path / "elsewhere"):
        for seed, file in enumerate(FILES):
            (place / file).parent.mkdir(parents=True, exist_ok=True)
            noise = np.random.default_rng(seed).uniform(-0.5, 0.5, 7 * 8_000)
            soundfile.write(place / file, noise, 8_000)
        Path(os.fsdecode(os.fsencode(place) + b"/b/caf\xe9.wav")).write_bytes(b"x")
        Path(os.fsdecode(os.fsencode(place) + b"/b/\xff\xfe")).mkdir()
    return project / "raw"


def test_the_stage_runs_and_sees_it(root):
    project = root.parent
    (project / "dvc.yaml").write_text(STAGE)
    done = subprocess.run(["dvc", "repro"], cwd=project, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert b"caf\xe9.wav" in (project / "out.txt").read_bytes()
    listed = (project / "dvc.lock").read_text()
    assert "nfiles: 6" in listed  # the six others count, Arabic ones too


def test_doctor_says_what_dvc_fails_at(root):
    inside = check_corpus(root, root.parent)
    assert [(each.verdict, each.remedy) for each in inside] == [
        ("warning", "rename it"),
        ("ok", ""),
    ]
    outside = check_corpus(root.parents[1] / "elsewhere", root.parent)
    failed = [each for each in outside if each.verdict == "failed"]
    assert ["DVC fails at it" in each.what for each in failed] == [True]
