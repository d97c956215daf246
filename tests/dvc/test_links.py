"""With hard links for DVC's cache, it, the store and `data/` share their files."""

import numpy as np
import pytest
import soak
import warm
from soak_project import SoakProject

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project whose cache is linked, up to its segments."""
    folder = tmp_path_factory.mktemp("linked")
    with warm.started(folder / "warm") as processes:
        project = SoakProject(folder / "project", processes, np.random.default_rng(3))
        project.run("dvc", "config", "cache.type", "hardlink")
        soak.repro(project)
        yield project


def files(folder):
    return [path for path in folder.rglob("*.wav") if path.is_file()]


def test_a_segment_lies_on_the_disk_once(project):
    segments = files(project.root / "data/segments")
    store = {path.stat().st_ino for path in files(project.root / ".takht/store")}
    cache = {path.stat().st_ino for path in (project.root / ".dvc/cache").rglob("*")}
    assert len(segments) >= 8
    assert {path.stat().st_ino for path in segments} <= store & cache
    assert not any(path.stat().st_mode & 0o222 for path in segments)


def test_parameters_change_and_change_back_and_nothing_shared_is_written_to(project):
    fresh, values = project.from_nothing(), project.params()
    assert project.outputs() == fresh
    project.write_params(values | {"normalize": values["normalize"] | {"peak_dbfs": -9.0}})
    soak.repro(project)
    assert project.outputs() == project.from_nothing() != fresh
    project.write_params(values)
    soak.repro(project)
    assert project.outputs() == fresh
