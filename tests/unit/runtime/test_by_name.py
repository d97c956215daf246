"""What params.yaml names is a file, and a wrong name is refused before any work."""

import pytest
import yaml
from pipeline import PARAMS, ROOT

from takht import stage
from takht.errors import TakhtError
from takht.runtime.by_name import list_names, load_by_name, require_known_names

EXPERIMENTS = PARAMS["experiments"]
KNOWN = "mel_six_blocks, mfcc_two_blocks, mfcc_wide"


def test_the_repositorys_own_names_are_known():
    require_known_names(ROOT / "params.yaml")
    assert set(list_names("recipes")) == {"mel", "mfcc", "statistics"}


@pytest.mark.parametrize(
    ("section", "line"),
    [
        (
            {"experiments": EXPERIMENTS | {"mine": EXPERIMENTS["mel_even"] | {"model": "resnet"}}},
            "params.yaml: experiments.mine.model: no file of this name in src/takht/networks "
            f"(known: {KNOWN}), got 'resnet'; fix the name or write that file",
        ),
        (
            {"experiments": {"mine": EXPERIMENTS["best"] | {"model": ["qda"]}}},
            "params.yaml: experiments.mine.model: no file of this name in src/takht/discriminants "
            "(known: shrinkage_lda), got ['qda']; fix the name or write that file",
        ),
        (
            {"aug": PARAMS["aug"] | {"method": "noise"}},
            "params.yaml: aug.method: no file of this name in src/takht/augmentations "
            "(known: pitch_and_tempo), got 'noise'; fix the name or write that file",
        ),
        (
            {"features": {"../chroma": {}}},
            "params.yaml: features.../chroma: no file of this name in src/takht/recipes "
            "(known: mel, mfcc, statistics), got '../chroma'; fix the name or write that file",
        ),
    ],
)
def test_the_first_stage_that_runs_refuses_a_wrong_name(tmp_path, monkeypatch, section, line):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(PARAMS | section), encoding="utf-8")
    worked = []

    def catalogue() -> None:
        worked.append(1)

    with pytest.raises(SystemExit) as caught:
        stage.run(catalogue, [])
    assert str(caught.value.code) == f"error: {line}"
    assert worked == []


@pytest.mark.parametrize("name", ["os", "__init__", "../stage", "mel.Recipe", ""])
def test_only_files_of_the_package_are_imported(name):
    with pytest.raises(TakhtError, match=r"src/takht/recipes: no file .*; fix the name"):
        load_by_name("recipes", name)


@pytest.mark.parametrize(
    "content", ["", "[]", "aug: 3", "experiments: {a: b}", "a: [", "features:"]
)
def test_other_faults_of_params_yaml_are_left_to_the_sections(tmp_path, content):
    path = tmp_path / "params.yaml"
    path.write_text(content, encoding="utf-8")
    require_known_names(path)
