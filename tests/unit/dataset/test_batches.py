"""Batches hold each window with its own target, in an order drawn by name."""

import numpy as np
import pandas as pd

from takht.core.randomness import rng_for
from takht.dataset.batches import Batches, ShuffledBatches

ROWS = pd.DataFrame({"value": np.arange(10) * 10})
TARGETS = np.arange(10)


def read(rows: pd.DataFrame) -> np.ndarray:
    return rows["value"].to_numpy(np.float32)[:, None, None]


def drained(batches: Batches) -> list[int]:
    found = []
    for step in range(len(batches)):
        windows, targets = batches[step]
        assert (windows[:, 0, 0] == targets * 10).all()
        found += targets.tolist()
    return found


def test_plain_batches_are_all_windows_in_order():
    batches = Batches(read, ROWS, TARGETS, 4)
    assert [len(batches[step][1]) for step in range(len(batches))] == [4, 4, 2]
    assert drained(batches) == list(range(10))


def test_an_epoch_is_full_batches_of_different_windows_in_a_new_order():
    batches = ShuffledBatches(read, ROWS, TARGETS, 4, max_steps=99, seed=1)
    epochs = []
    for epoch in range(30):
        batches.shuffle(epoch)
        epochs.append(drained(batches))
    assert all(len(set(epoch)) == len(epoch) == 8 for epoch in epochs)
    assert len(set(map(tuple, epochs))) == 30
    drawn = [rng_for(1, "epoch", number).permutation(10)[:8].tolist() for number in range(30)]
    assert epochs == drawn
    assert {place for epoch in epochs for place in epoch} == set(
        range(10)
    )  # the partial batch is not always the same


def test_order_depends_on_the_seed_and_the_epoch_alone():
    first, again, other = (
        drained(ShuffledBatches(read, ROWS, TARGETS, 2, max_steps=99, seed=seed))
        for seed in (1, 1, 2)
    )
    assert first == again != other


def test_steps_are_capped_and_a_small_corpus_is_one_batch():
    assert len(drained(ShuffledBatches(read, ROWS, TARGETS, 2, max_steps=3, seed=1))) == 6
    assert len(drained(ShuffledBatches(read, ROWS, TARGETS, 32, max_steps=3, seed=1))) == 10
