"""DVC's own views of the project: what its commands, its API and its editor extension read."""

import json
import re

import dvc.api
import pytest
import tiny_project
import yaml
from pipeline import PARAMS, PIPELINE, ROOT, STAGES, entries

ARTIFACTS = PIPELINE["artifacts"]
MODELS = {
    folder.replace("${key}", key)
    for stage, keys in (
        ("train", PARAMS["experiments"]),
        *((stage, ("",)) for stage in ("fit_codec", "train_vae", "train_prior")),
    )
    for folder in entries(STAGES[stage], "outs")
    for key in keys
}


def test_every_model_that_a_stage_writes_is_an_artifact_and_nothing_else():
    assert {artifact["path"] for artifact in ARTIFACTS.values()} == MODELS


@pytest.mark.parametrize("name", ARTIFACTS)
def test_an_artifact_is_named_as_its_folder_and_says_what_it_is(name):
    artifact = ARTIFACTS[name]
    assert artifact["path"] == f"models/{name}"
    assert re.fullmatch(r"[a-zA-Z0-9]([a-zA-Z0-9-/_]*[a-zA-Z0-9])?", name)  # of a Git tag
    assert artifact["type"] == "model"
    assert artifact["desc"].strip()
    assert {"classification", "generation"} & set(artifact["labels"])
    if name in PARAMS["experiments"]:
        assert PARAMS["experiments"][name]["features"].split("_")[0] in artifact["labels"]


def test_metrics_plots_and_params_are_declared_where_the_editor_looks():
    """Two small files of metrics: every number of them is a column of `dvc exp show`."""
    declared = {path for stage in STAGES.values() for path in entries(stage, "metrics")}
    assert declared == {"metrics/macro_f1.json", "metrics/macro_f1_crossval.json"}
    one_split, crossval = (
        json.loads((ROOT / path).read_text("utf-8")) for path in sorted(declared)
    )
    assert set(one_split) == set(PARAMS["experiments"])
    deps = {path for path in STAGES["summarize"]["deps"] if path.startswith("metrics/crossval/")}
    crossval = {name.removesuffix("_cv"): score for name, score in crossval.items()}
    assert deps == {f"metrics/crossval/{name}.json" for name in crossval}
    for name, score in crossval.items():
        found = json.loads((ROOT / f"metrics/crossval/{name}.json").read_text("utf-8"))
        assert score == round(found["macro_f1_recordings"], 4)
    assert all(stage.get("params") for name, stage in STAGES.items() if name.endswith("train"))


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A built project, and in its workspace an experiment that hears no timbre, and is worse."""
    tiny = tiny_project.built(tmp_path_factory, "views")
    tiny.run("git", "tag", "--annotate", "best@v1.0.0", "--message", "Of the demo corpus")
    tiny.run("dvc", "exp", "run", "-S", "experiments.best.statistics=[quarter_tone_steps]")
    return tiny


def is_network(name: str) -> bool:
    return PARAMS["experiments"][name]["kind"] == "network"


def tracked(tiny: tiny_project.Project, *words: str) -> dict:
    """What a DVC command says as JSON, warnings before it left out."""
    output = tiny.run(*words, "--json")
    found: dict = json.loads(output[output.index("{") :])
    return found


@pytest.mark.slow
@pytest.mark.timeout(1800)  # the first builds the project
class TestCommands:
    def test_params_diff_and_metrics_diff_show_the_change(self, changed):
        found = tracked(changed, "dvc", "params", "diff")
        assert (
            found["params.yaml"]["experiments.best.statistics"]["new"] == "['quarter_tone_steps']"
        )
        assert set(found["params.yaml"]) == {"experiments.best.statistics"}
        metrics = tracked(changed, "dvc", "metrics", "diff")
        assert set(metrics["metrics/macro_f1.json"]) == {"best"}
        targets = ("--targets", "metrics/best.json")  # the whole of one experiment
        whole = tracked(changed, "dvc", "metrics", "diff", *targets)
        assert whole["metrics/best.json"]["parameters"]["diff"] < 0

    def test_plots_diff_shows_both_revisions_and_labels_as_they_are_written(self, changed):
        found = tracked(changed, "dvc", "plots", "diff")
        assert "errors" not in found
        (confusion,) = found["data"]["plots/confusion/best.csv"]
        assert set(confusion["revisions"]) == {"HEAD", "workspace"}
        rows = confusion["content"]["data"]["values"]
        assert {row["actual"] for row in rows} == set(tiny_project.COMPOSERS)
        curves = found["data"]["learning curves"][0]
        names = {row["filename"] for row in curves["content"]["data"]["values"]}
        networks = {name for name in tiny_project.BUILT_EXPERIMENTS if is_network(name)}
        assert names == {f"{name}.csv" for name in networks}

    def test_make_plots_shows_what_changed_on_a_page_that_needs_no_network(self, changed):
        here = {"PYTHONPATH": str(changed.root / "src")}
        said = changed.run("python", str(ROOT / "tools/plots.py"), "HEAD", **here)
        assert set(re.findall(r"plots/\w+/(\w+)\.csv", said)) == {"best"}
        page = (changed.root / "dvc_plots/index.html").read_text("utf-8")
        assert page.count("vegaEmbed('#") == said.count(".csv") > 0
        assert not re.search(r"<script[^>]* src=", page)
        assert "window.vegaEmbed=" in page.replace(" ", "")

    def test_exp_show_has_the_experiment_with_metrics_and_params(self, changed):
        shown = json.loads(changed.run("dvc", "exp", "show", "--json"))
        workspace = shown[0]["data"]
        experiment = workspace["params"]["params.yaml"]["data"]["experiments"]["best"]
        assert experiment["statistics"] == ["quarter_tone_steps"]
        metrics = workspace["metrics"]
        assert set(metrics["metrics/macro_f1.json"]["data"]) == set(tiny_project.BUILT_EXPERIMENTS)
        assert set(metrics["metrics/macro_f1_crossval.json"]["data"]) == {
            "baseline_cv",
            "best_cv",
        }
        (experiments,) = [each["experiments"] for each in shown if each["experiments"]]
        assert len(experiments) == 1

    def test_an_artifact_is_found_by_its_tag_and_fetched(self, changed, tmp_path):
        shown = dvc.api.artifacts_show("best", repo=str(changed.root))
        assert shown["path"] == "models/best"
        assert shown["rev"] == changed.run("git", "rev-parse", "best@v1.0.0^{}").strip()
        changed.run("dvc", "artifacts", "get", ".", "best", "--out", str(tmp_path / "best"))
        card = json.loads((tmp_path / "best/model.json").read_text(encoding="utf-8"))
        # As it was when it was tagged, not as it is in the workspace.
        assert card["statistics"] == PARAMS["experiments"]["best"]["statistics"]
        assert (tmp_path / "best/weights.npz").exists()

    def test_artifacts_of_what_was_not_built_do_not_disturb(self, changed):
        declared = yaml.safe_load((changed.root / "dvc.yaml").read_text(encoding="utf-8"))
        assert "mel_even" in declared["artifacts"]  # which this project does not train
        assert "up to date" in changed.run("dvc", "status", "train@best")
