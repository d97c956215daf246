"""docs/extending.md: its files work, its commands run, and nothing else goes stale."""

import json
import re
import shutil

import numpy as np
import pandas as pd
import pytest
import shell_blocks
import tiny_project
from pipeline import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
PAGE = ROOT / "docs/extending.md"
FILES = re.findall(r"`(src/takht/\S+\.py)`:\n\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.S)
COMMANDS = shell_blocks.commands(PAGE, {r"song\.wav": "'data/raw/umm/مقام 0.wav'"})
PIPELINES = ("dvc.yaml", "checks/dvc.yaml", "generation/dvc.yaml")


@pytest.fixture(scope="module")
def here(small, tmp_path_factory):
    """A project in which `best` is evaluated; the tests run in order, as the page is read."""
    folder = tmp_path_factory.mktemp("extending") / "takht"
    shutil.copytree(small.root, folder, symlinks=True)
    return tiny_project.Project(folder)


def stale(project):
    return set(json.loads(project.run("dvc", "status", "--json", *PIPELINES)))


def test_the_page_has_a_file_of_each_kind():
    folders = [place.split("/")[2] for place, _ in FILES]
    assert folders == ["networks", "recipes", "recipes", "augmentations"]


def test_a_new_file_and_its_experiment_make_nothing_else_stale(here):
    before = stale(here)
    assert not {"train@best", "evaluate@best"} & before
    for place, text in FILES:
        (here.root / place).write_text(text, encoding="utf-8")
    assert stale(here) == before
    values = here.params()
    network = dict(values["experiments"]["mel_augmented"], model="pooled", features="mel")
    here.set_params(values | {"experiments": values["experiments"] | {"pooled": network}})
    stages = {"train@pooled", "evaluate@pooled"}
    stages |= {f"checks/dvc.yaml:{name}@pooled" for name in ("leak", "crossval", "sanity_checks")}
    assert stale(here) - before == stages
    here.run("git", "checkout", "--quiet", "params.yaml")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.text[:60])
def test_the_command_runs(here, command):
    path = {"PYTHONPATH": str(here.root / "src")}
    output = here.run("bash", "-c", command.run, **path)
    ran = re.findall(r"Running stage '([^']+)'", output)
    if target := re.search(r"evaluate@(\w+)$", command.text):
        name = target[1]
        first = {"pooled": [], "by_flux": ["feature@flux"], "with_crossings": ["feature@crossings"]}
        expected = [*first.get(name, ["augment"]), f"train@{name}", f"evaluate@{name}"]
        assert ran == expected
    elif command.text.startswith("takht predict"):
        assert "umm" in output


def test_what_was_made_is_what_the_files_say(here):
    card = json.loads((here.root / "models/by_flux/model.json").read_text("utf-8"))
    assert card["bands"] == card["features"]["bands"] == 48
    rows = np.load(min((here.root / "data/features/crossings/umm").glob("*.npy")))
    assert rows.shape[1] == 338
    assert np.all((rows[:, 336] > 0) & (rows[:, 336] < 0.5))
    usual = min((here.root / "data/features/statistics/umm").glob("*.npy"))
    np.testing.assert_array_equal(rows[:, :336], np.load(usual))
    index = pd.read_csv(here.root / "data/features/mel_augmented/index.csv")
    copied = index[index["copy"] == 1].iloc[0]
    array = np.load(here.root / f"data/features/mel_augmented/{copied['recording']}.npy")
    first = index[(index["recording"] == copied["recording"]) & (index["copy"] == 0)].iloc[0]
    plain, noisy = (array[each["first_frame"] :][: each["frames"]] for each in (first, copied))
    assert plain.shape == noisy.shape  # neither shifted nor stretched
    quiet = plain < np.median(plain)
    assert noisy[quiet].mean() > plain[quiet].mean() + 3


def test_an_edited_file_makes_its_own_experiment_stale_and_no_other(here):
    before = stale(here)
    file = here.root / "src/takht/networks/pooled.py"
    file.write_text(file.read_text("utf-8").replace("Dropout(0.3", "Dropout(0.4"), encoding="utf-8")
    assert stale(here) - before == {"train@pooled", "evaluate@pooled"}
