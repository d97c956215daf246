"""Randomness by name: a draw depends on a seed and on what it is for, never on order."""

import hashlib

import numpy as np


def rng_for(seed: int, *names: str | int) -> np.random.Generator:
    """Return a generator that depends on the seed and the names only.

    A new recording, another file order, more workers or a resumed run leave every other draw
    as it was. Names are told apart whole: ("a", "b") and ("ab",) differ.
    """
    digest = hashlib.blake2b(repr((seed, names)).encode(), digest_size=32).digest()
    return np.random.default_rng(np.frombuffer(digest, dtype=np.uint32))
