"""Functions that worker processes can import."""

import os

import numpy as np

from takht.cache.store import Store


def negated(number):
    return -number


def process_of(_item):
    return os.getpid()


def fails_on_three(number):
    if number == 3:
        raise ValueError("three")
    return number


def contents(folder):
    """Return what every file below a folder holds, by its path from there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def use_store(root, product, seed):
    """Keep, fetch and throw out the same few keys, over and over."""
    rng = np.random.default_rng(seed)
    store = Store(root, 4000)
    for turn in range(60):
        key = f"{rng.integers(6):02d}" * 32
        store.keep(key, product, "note")
        out = product.with_name(f"out-{seed}-{turn}")
        if store.fetch(key, out) == "note":
            assert contents(out) == contents(product)
        if turn % 10 == 0:
            store.tidy()


def first_attempt_is_killed(item):
    """Die as for want of memory, the first time."""
    number, folder = item
    if number == 2 and not (folder / "tried").exists():
        (folder / "tried").touch()
        os.kill(os.getpid(), 9)
    return number


def always_killed(item):
    os.kill(os.getpid(), 9)
    return item
