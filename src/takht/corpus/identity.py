"""A short name of a corpus, so that figures of two corpora are never taken for one."""

import json

import pandas as pd

from takht.core.hashing import hash_text


def identify_corpus(split: pd.DataFrame) -> str:
    """Return how many recordings and composers a split has, and eight digits of their hash.

    The hash is of each recording's id, composer and work, and not of its side: another seed of the
    split is the same corpus.
    """
    rows = sorted(split[["recording", "composer", "work"]].to_numpy().tolist())
    count = split["composer"].nunique()
    digest = hash_text(json.dumps(rows, ensure_ascii=False))[:8]
    return f"{len(rows)} recordings by {count} composers, {digest}"
