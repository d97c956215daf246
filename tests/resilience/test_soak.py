"""A corpus and its parameters edited at random: each repro gives what a run from nothing gives."""

import numpy as np
import pytest
import soak
import warm
from soak_project import Lost, SoakProject

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
EDITS, SEED = 6, 285  # of the corpus, a parameter, the store, an output, a kill and a pull


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """A process that has imported what stages import, to be forked."""
    with warm.started(tmp_path_factory.mktemp("warm") / "bin") as processes:
        yield processes


def test_no_edit_is_lost_and_none_leaves_anything(tmp_path, processes):
    survived = [name for name, _ in soak.soaked(tmp_path / "project", processes, EDITS, SEED)]
    assert len(set(survived)) == EDITS


def test_what_is_lost_or_left_ends_the_soak(tmp_path, processes, monkeypatch):
    (tmp_path / "project").mkdir()
    project = SoakProject(tmp_path / "project", processes, np.random.default_rng(SEED))
    fresh = project.from_nothing()
    monkeypatch.setattr(project, "from_nothing", lambda: fresh)
    for name, content in fresh.items():
        (project.root / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (project.root / "data" / name).write_bytes(content)
    soak.compare(project, "a test")
    gains = project.root / "data/gains.csv"
    gains.write_bytes(fresh["gains.csv"][:-1])
    with pytest.raises(Lost, match=r"a test: 1 of \d+ files differ: \['gains.csv'\]"):
        soak.compare(project, "a test")
    gains.write_bytes(fresh["gains.csv"])
    gains.with_name("split.csv").unlink()
    with pytest.raises(Lost, match=r"a test: 1 of \d+ files differ: \['split.csv'\]"):
        soak.compare(project, "a test")
    (project.root / "data/.wav.partial").mkdir()
    with pytest.raises(Lost, match=r"a test: left over: .*\.wav\.partial"):
        soak.compare(project, "a test")
