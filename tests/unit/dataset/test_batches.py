"""Batches hold each window with its own target and mask, in an order drawn by name."""

import shutil
import threading

import numpy as np
import pandas as pd
import pytest
from feature_folders import write_recording

from takht.core.randomness import rng_for
from takht.dataset import raw_windows
from takht.dataset.batches import Batches, ShuffledBatches
from takht.dataset.feature_folder import FeaturePiece, write_index
from takht.dataset.raw_windows import RawWindows
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.errors import TakhtError

RECORDINGS, LENGTH, BANDS, FRAMES = 7, 40, 3, 8
SHAPE = WindowSize(frames=FRAMES, step_frames=4)  # 9 windows a recording
COUNT = RECORDINGS * 9
RECORDING_BYTES = LENGTH * BANDS * 2


@pytest.fixture(scope="module")
def features(tmp_path_factory):
    """Seven recordings of random float16 numbers."""
    folder, rng = tmp_path_factory.mktemp("features"), np.random.default_rng(4)
    rows = {}
    for number in range(RECORDINGS):
        piece = FeaturePiece(0, 0, 0.0, rng.normal(size=(LENGTH, BANDS)))
        rows |= dict([write_recording(folder, f"c/r{number}", [piece])])
    settings = {"unit": "plain", "sample_rate_hz": 22_050, "hop_samples": 1024}
    write_index(folder, rows, settings)
    return FeatureFolder(folder)


def made(features, kind=Batches, batch_size=4, rows=None, **shuffle):
    """Return batches whose target is the row's place, and whose mask has it too."""
    rows = features.windows(SHAPE) if rows is None else rows
    places = np.arange(len(rows))
    masks = np.stack([places, 2 * places], axis=1)
    source = RawWindows(features, rows, FRAMES)
    return kind(source, batch_size, targets=places, masks=masks, **shuffle)


def drained(features, batches) -> list[int]:
    """Return the places of all windows, each looked at."""
    table, found = features.windows(SHAPE), []
    for windows, masks, targets in batches:
        assert windows.dtype == np.float16
        np.testing.assert_array_equal(windows, features.read(table.iloc[targets], FRAMES))
        np.testing.assert_array_equal(masks, np.stack([targets, 2 * targets], axis=1))
        found += targets.tolist()
    return found


@pytest.fixture(params=[1, 2.5, 99], ids=lambda size: f"{size}-recordings-in-memory")
def memory(request, monkeypatch):
    """How many recordings are in memory together."""
    monkeypatch.setattr(raw_windows, "GROUP_BYTES", int(request.param * RECORDING_BYTES))
    return request.param


@pytest.mark.usefixtures("memory")
def test_plain_batches_are_all_windows_in_order(features):
    batches = made(features)
    assert [len(batch.targets) for batch in batches] == [4] * 15 + [3]
    assert len(batches) == 16
    assert drained(features, batches) == list(range(COUNT))


@pytest.mark.usefixtures("memory")
def test_rows_may_come_back_to_a_recording(features):
    rows = features.windows(SHAPE)
    twice = pd.concat([rows, rows], ignore_index=True)
    source = RawWindows(features, twice, FRAMES)
    found = np.concatenate([batch.windows for batch in Batches(source, 5)])
    np.testing.assert_array_equal(found, features.read(twice, FRAMES))


@pytest.mark.usefixtures("memory")
def test_an_epoch_is_full_batches_of_different_windows_in_a_new_order(features):
    batches = made(features, ShuffledBatches, max_steps=99, seed=1)
    epochs = []
    for epoch in range(20):
        batches.shuffle(epoch)
        epochs.append(drained(features, batches))
    assert all(len(set(epoch)) == len(epoch) == 60 for epoch in epochs)
    assert len(set(map(tuple, epochs))) == 20
    assert {place for epoch in epochs for place in epoch} == set(range(COUNT))


def test_what_fits_into_memory_is_shuffled_as_a_whole(features):
    batches = made(features, ShuffledBatches, max_steps=99, seed=3)
    batches.shuffle(5)
    expected = rng_for(3, "epoch", 5).permutation(COUNT)[:60]
    assert drained(features, batches) == expected.tolist()


def test_what_does_not_fit_is_shuffled_by_recordings_then_within(features, monkeypatch):
    monkeypatch.setattr(raw_windows, "GROUP_BYTES", 2 * RECORDING_BYTES)
    opened = []
    real = raw_windows.read_array
    monkeypatch.setattr(
        raw_windows, "read_array", lambda *where: opened.append(where[1]) or real(*where)
    )
    batches = made(features, ShuffledBatches, batch_size=1, max_steps=99, seed=1)
    orders = []
    for epoch in range(3):
        batches.shuffle(epoch)
        order = np.array(drained(features, batches))
        orders.append(order // 9)
        for first in range(0, COUNT, 18):  # two recordings, mixed
            part = order[first : first + 18]
            assert len(set(part // 9)) <= 2
            assert (np.diff(part) < 0).any()
    assert len(opened) == 3 * RECORDINGS  # each once an epoch
    assert len({tuple(order) for order in orders}) == 3


def test_plain_batches_read_each_recording_once(features, monkeypatch):
    monkeypatch.setattr(raw_windows, "GROUP_BYTES", 2 * RECORDING_BYTES)
    opened, real = [], raw_windows.read_array
    monkeypatch.setattr(
        raw_windows, "read_array", lambda *where: opened.append(where[1]) or real(*where)
    )
    list(made(features))
    assert opened == [f"c/r{number}" for number in range(RECORDINGS)]


@pytest.mark.usefixtures("memory")
def test_order_depends_on_the_seed_and_the_epoch_alone(features):
    first, again, other = (
        drained(features, made(features, ShuffledBatches, max_steps=99, seed=seed))
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_steps_are_capped_and_a_small_corpus_is_one_batch(features):
    assert len(drained(features, made(features, ShuffledBatches, 2, max_steps=3, seed=1))) == 6
    every = made(features, ShuffledBatches, 99, max_steps=3, seed=1)
    assert len(drained(features, every)) == COUNT


def test_an_epoch_that_is_left_early_ends_its_threads(features):
    before = threading.active_count()
    for _ in made(features):
        break
    assert threading.active_count() == before


def test_a_recording_that_is_not_what_the_index_says_is_named(features, tmp_path):
    shutil.copytree(features.folder, tmp_path / "features")
    for changed in (lambda a: a[:-1], lambda a: a.astype(np.float32), np.asfortranarray):
        folder = FeatureFolder(tmp_path / "features")
        np.save(folder.folder / "c/r3.npy", changed(np.load(features.folder / "c/r3.npy")))
        with pytest.raises(TakhtError, match=r"c/r3\.npy: not what the stage wrote .*restore"):
            drained(folder, made(folder))
