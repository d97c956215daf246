"""A corpus that grows and changes: only what is new is worked on, and nothing shows that it was."""

import re
import shutil
from pathlib import Path

import chain
import numpy as np
import pytest
import tiny_project

PER_RECORDING = ("catalogue", "normalize", "segment", "mel", "mfcc", "window_statistics", "augment")
pytestmark = pytest.mark.slow


def sound(path, seed):
    tiny_project.write_noise(path, np.random.default_rng(seed), 14.0, tiny_project.RATE_HZ)


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A folder with a corpus of eight, run once, its store full."""
    here = tmp_path_factory.mktemp("grown")
    for number in range(8):
        suffix = ("wav", "flac", "mp3", "ogg")[number // 2]
        sound(here / "data/raw" / ("umm", "قصبجي")[number % 2] / f"{number}.{suffix}", number)
    chain.write_params(here)
    chain.run_within(here)
    return here


def made(printed):
    """How many recordings each stage says that it made."""
    counts = {}
    for stage, text in printed.items():
        found = re.search(r": (\d+) made, (\d+) kept", text)
        counts[stage] = int(found[1]) if found else None
    return counts


def from_nothing(here, tmp_path):
    """All outputs of the same corpus and parameters, made without a store by one worker."""
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    shutil.copytree(here / "data/raw", fresh / "data/raw")
    shutil.copy(here / "params.yaml", fresh)
    chain.run_within(fresh, TAKHT_STORE_GB="0", TAKHT_WORKERS="1")
    return tiny_project.outputs(fresh)


EDITS = {
    "nothing": (Path.exists, 0),
    "one added": (lambda raw: sound(raw / "umm/new.wav", 99), 1),
    "one changed": (lambda raw: sound(raw / "umm/0.wav", 77), 1),
    "one renamed": (lambda raw: (raw / "umm/0.wav").rename(raw / "umm/نهاوند.wav"), 0),
    "one moved to the other composer": (
        lambda raw: (raw / "umm/2.flac").rename(raw / "قصبجي/2.flac"),
        0,
    ),
    "one removed": (lambda raw: (raw / "umm/4.mp3").unlink(), 0),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_costs_its_own_recording_and_gives_the_bytes_of_a_run_from_nothing(
    grown, tmp_path, edit
):
    here = tmp_path / "here"
    shutil.copytree(grown, here)
    change, expected = EDITS[edit]
    change(here / "data/raw")
    counts = made(chain.run_within(here))
    for stage in PER_RECORDING[:-1]:
        assert counts[stage] == expected, stage
    assert counts["convert"] == 0  # `catalogue` has just decoded it
    # A new name draws other alterations, and the new split may train on others than before.
    assert counts["augment"] <= 3
    assert tiny_project.outputs(here) == from_nothing(here, tmp_path)


def test_a_round_trip_of_parameters_costs_nothing(grown, tmp_path):
    here = tmp_path / "here"
    shutil.copytree(grown, here)
    before = tiny_project.outputs(here)
    chain.write_params(here, aug={"factor": 2}, segment={"seconds": 6.5})
    assert made(chain.run_within(here))["mel"] is None  # none kept: every segment is another
    chain.write_params(here)
    counts = made(chain.run_within(here))
    assert {counts[stage] for stage in PER_RECORDING} == {0}
    assert tiny_project.outputs(here) == before


def test_without_its_store_or_with_a_ruined_one_all_is_made_again(grown, tmp_path):
    here = tmp_path / "here"
    shutil.copytree(grown, here)
    for entry in (here / "store").glob("??/*/entry.json"):
        entry.write_text("{}")
    printed = chain.run_within(here, "catalogue", "convert", "normalize", "segment", "mel")
    assert made(printed)["convert"] == 0
    assert "damaged" in printed["catalogue"]
    assert "damaged" in printed["segment"]
    chain.run_within(here)
    assert tiny_project.outputs(here) == tiny_project.outputs(grown)
    shutil.rmtree(here / "store")
    chain.run_within(here)
    assert tiny_project.outputs(here) == tiny_project.outputs(grown)
