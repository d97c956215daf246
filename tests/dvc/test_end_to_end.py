"""The whole pipeline in a real Git and DVC repository: what runs, what does not, what it opens."""

import json
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import soundfile
import tiny_project
from pipeline import ROOT
from tiny_project import ran

from takht.core import tables
from takht.runtime import code_hash

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]  # the first test builds all
EXPERIMENTS = tiny_project.BUILT_EXPERIMENTS
PIPELINES = ("dvc.yaml", "checks/dvc.yaml", "generation/dvc.yaml")
PLUMBING = tuple(f"src/{name}" for name in code_hash.PLUMBING)
AUDITOR = ROOT / "tests/helpers/auditor.py"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A tiny project after its first `dvc repro`, committed."""
    return tiny_project.built(tmp_path_factory, "end-to-end")


def restore(project):
    """Put back what Git and DVC keep, and delete the rest."""
    project.run("git", "checkout", "--quiet", ".")
    project.run("git", "clean", "--quiet", "--force", "-d")
    project.run("dvc", "checkout", "--quiet", "--force")


@pytest.fixture
def edited(built):
    """The project, for a test that changes it: afterwards it is as before, whatever happens."""
    yield built
    restore(built)


def test_a_second_repro_runs_nothing(built):
    output = built.run("dvc", "repro")
    assert ran(output) == set()
    assert "Data and pipelines are up to date" in output
    assert built.run("git", "status", "--porcelain") == ""


def test_a_report_needs_neither_checks_nor_generation_and_shows_them_when_they_are_there(built):
    stages = {"report/dvc.yaml:report"}
    first = built.root.with_name("first-report")
    assert ran((first / "printed").read_text(encoding="utf-8")) == stages
    before = (first / "index.html").read_text(encoding="utf-8")
    after = (built.root / "reports/index.html").read_text(encoding="utf-8")
    for pipeline in ("checks", "generation"):
        note = f"<code>dvc repro {pipeline}/dvc.yaml</code>, then the report again"
        assert note in before
        assert note not in after
    assert all(f"<code>{name}</code>" in before for name in EXPERIMENTS)
    assert list((built.root / "reports/media").glob("composer-*.mp3"))


def test_every_stage_opens_only_what_it_declares_and_writes_the_same_bytes_again(built, tmp_path):
    """Run again with one worker instead of two, each under an audit hook."""
    for name, stage in built.lock().items():
        listed = [entry["path"] for kind in ("deps", "outs") for entry in stage.get(kind, [])]
        partial = [
            str(Path(path).with_name(f".{Path(path).name}{kind}"))
            for path in listed
            for kind in (".partial", ".scratch.partial")
        ]
        folders = {str(Path(path).parent) for path in listed}
        words = shlex.split(stage["cmd"])
        log = tmp_path / name
        alone = {"TAKHT_WORKERS": "1", "TAKHT_STORE_GB": "0"}
        built.run("python", str(AUDITOR), str(log), *words[1:], **alone)
        opened = {line for line in log.read_text("utf-8").splitlines() if "__pycache__" not in line}
        if name == "report":  # it looks for whatever there is, each time
            continue
        undeclared = {
            path
            for path in opened - folders - {"params.yaml", "src", "src/takht"}
            if not any(path == ours or path.startswith(ours + "/") for ours in listed + partial)
            and not path.startswith(PLUMBING)
            and Path(path).name != "__init__.py"
        }
        assert undeclared == set(), name
    assert "up to date" in built.run("dvc", "status", *PIPELINES)


def test_one_number_reruns_only_what_depends_on_it(edited):
    """`dvc exp run -S aug.factor=3`, in the workspace, and its effect on metrics and lock."""
    before = edited.lock()
    output = edited.run("dvc", "exp", "run", "-S", "aug.factor=3")
    after = edited.lock()
    affected = {"augment", "train@mel_augmented_masked", "evaluate@mel_augmented_masked"}
    assert ran(output) - {"summarize"} == affected  # which runs where a prediction changed
    assert {name for name in before if before[name] != after[name]} - {"summarize"} == affected
    rows = pd.read_csv(edited.root / "data/features/mel_augmented/index.csv")
    assert rows["copy"].max() == 3
    words = ("dvc", "metrics", "diff", "--json", "--targets", "metrics/mel_augmented_masked.json")
    changes = json.loads(edited.run(*words))
    windows = changes["metrics/mel_augmented_masked.json"]["training_windows"]
    assert windows["new"] > windows["old"]  # the originals and 3 copies, not 2
    shown = json.loads(edited.run("dvc", "params", "diff", "--json"))
    assert shown["params.yaml"] == {"aug.factor": {"old": 2, "new": 3, "diff": 1}}
    restore(edited)
    assert "up to date" in edited.run("dvc", "status", *PIPELINES)


def test_an_experiment_of_ones_own_needs_no_edit_of_dvc_yaml(edited):
    mine = dict(edited.params()["experiments"]["mfcc_uneven"], seed=9)
    text = ",".join(f"{key}:{value}" for key, value in mine.items())
    output = edited.run("dvc", "exp", "run", "-S", f"+experiments.mine={{{text}}}")
    assert ran(output) == {"train@mine", "evaluate@mine", "summarize"}
    shown = json.loads(edited.run("dvc", "metrics", "show", "--json"))
    scores = shown[""]["data"]["metrics/macro_f1.json"]
    assert list(scores["data"]) == sorted([*EXPERIMENTS, "mine"])
    assert (edited.root / "metrics/mine.json").exists()


def test_no_copy_of_a_validation_or_test_recording_exists(built):
    rows = pd.read_csv(built.root / "data/features/mel_augmented/index.csv")
    split = tables.read_table(built.root / "data/split.csv").set_index("recording")["side"]
    sides = rows.assign(side=rows["recording"].map(split))
    assert set(sides["side"][sides["copy"] > 0]) == {"train"}
    assert (sides[sides["side"] == "train"].groupby("recording")["copy"].nunique() == 3).all()


def test_all_experiments_are_tested_on_the_same_recordings(built):
    split = tables.read_table(built.root / "data/split.csv")
    wanted = set(split["recording"][split["side"] == "test"])
    listed = json.loads((built.root / "metrics/macro_f1.json").read_text("utf-8"))
    for name in EXPERIMENTS:
        predictions = tables.read_table(built.root / f"data/predictions/{name}.csv")
        assert set(predictions["recording"]) == wanted
        metrics = json.loads((built.root / f"metrics/{name}.json").read_text("utf-8"))
        assert listed[name] == round(metrics["macro_f1_recordings"], 4)


def test_predict_gives_evaluates_answers_from_a_copied_model_folder_alone(built, tmp_path):
    shutil.copytree(built.root / "models", tmp_path / "models")
    split = tables.read_table(built.root / "data/split.csv")
    catalogue = tables.read_table(built.root / "data/catalogue.csv").set_index("recording")["file"]
    tested = split["recording"][split["side"] == "test"]
    files = [str(built.root / "data/raw" / catalogue[name]) for name in tested]
    for name in EXPERIMENTS:
        words = ("takht", "predict", "--json", "--model", name, *files)
        path = {"PYTHONPATH": str(built.root / "src")}
        output = tiny_project.Project(tmp_path).run(*words, **path)
        found, _ = json.JSONDecoder().raw_decode(output[output.index("{") :])
        card = json.loads((tmp_path / "models" / name / "model.json").read_text("utf-8"))
        every = tables.read_table(built.root / f"data/predictions/{name}.csv")
        columns = [f"p_{composer}" for composer in card["composers"]]
        means = every[columns].astype(float).groupby(every["recording"]).mean()
        for recording, answer in zip(tested, found["recordings"], strict=True):
            powers = means.loc[recording].to_numpy() ** (1 / card["confidence"]["temperature"])
            expected = dict(zip(card["composers"], powers / powers.sum(), strict=True))
            expected = {name: share for name, share in expected.items() if share > 0}
            verdict = answer["decision"]
            guesses = {each["composer"]: each["probability"] for each in verdict["candidates"]}
            assert guesses == pytest.approx(expected, abs=3e-4)  # three composers
        named = [each["decision"]["composer"] is not None for each in found["recordings"]]
        scores = json.loads((built.root / f"metrics/{name}.json").read_text("utf-8"))
        assert np.mean(named) == pytest.approx(scores["known_accept_rate"])


def test_a_recording_added_costs_its_own_work_and_experiments_elsewhere_share_it(edited):
    added = edited.root / "data/raw/umm/جديد.wav"
    rng = np.random.default_rng(8)
    soundfile.write(added, rng.normal(0, 0.1, 9 * tiny_project.RATE_HZ), tiny_project.RATE_HZ)
    for where in ("--temp", "--force"):  # in a copy of the project, then here without run-cache
        output = edited.run("dvc", "exp", "run", where, "evaluate@best")
        made = dict(re.findall(r"(\w+): (\d+) made, \d+ kept", output))
        expected = "1" if where == "--temp" else "0"
        stages = ("catalogue", "measure", "segment", "fingerprint", "statistics")
        assert {name: made[name] for name in stages} == dict.fromkeys(stages, expected)
        assert made["convert"] == "0"
    assert "umm/جديد" in set(tables.read_table(edited.root / "data/split.csv")["recording"])


def test_a_bad_recording_stops_the_pipeline_before_any_work(edited):
    bad = edited.root / "data/raw/umm/تالف.mp3"
    bad.write_text("no music")
    output = edited.run("dvc", "repro", check=False)
    assert "تالف.mp3" in output
    assert ran(output) == {"catalogue"}
