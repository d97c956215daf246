"""A corpus and its parameters edited at random: each repro gives what a run from nothing gives."""

import numpy as np
import pytest
import soak
import warm
from soak_project import Lost, SoakProject

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
EDITS, SEED = 7, 12  # among them one of the corpus, a parameter, the store, a kill and a pull


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """A process that has imported what stages import, to be forked."""
    with warm.started(tmp_path_factory.mktemp("warm") / "bin") as processes:
        yield processes


def test_no_edit_is_lost_and_none_leaves_anything(tmp_path, processes):
    survived = [name for name, _ in soak.soaked(tmp_path / "project", processes, EDITS, SEED)]
    assert len(set(survived)) == EDITS


def test_what_is_lost_or_left_ends_the_soak(tmp_path, processes):
    (tmp_path / "project").mkdir()
    project = SoakProject(tmp_path / "project", processes, np.random.default_rng(SEED))
    project.run("dvc", "repro", "normalize")
    gains = project.root / "data/gains.csv"
    with pytest.raises(Lost, match=r"a test: .* files differ"):
        soak.compare(project, "a test")  # the later stages' outputs are not there
    project.run("dvc", "repro")
    soak.compare(project, "a test")
    text = gains.read_text(encoding="utf-8")
    gains.unlink()
    gains.write_text(text.replace("-", "+", 1), encoding="utf-8")
    with pytest.raises(Lost, match=r"a test: 1 of \d+ files differ: \['gains.csv'\]"):
        soak.compare(project, "a test")
    (project.root / "data/.wav.partial").mkdir()
    with pytest.raises(Lost, match=r"a test: left over: .*\.wav\.partial"):
        soak.compare(project, "a test")
