"""Figures of two corpora have two names, and those of one corpus one."""

import pandas as pd

from takht.corpus.identity import identify_corpus

SPLIT = pd.DataFrame(
    {
        "recording": ["a/1", "a/2", "ب/3"],
        "composer": ["a", "a", "ب"],
        "work": ["x", "y", "z"],
        "side": ["train", "test", "train"],
    }
)


def test_neither_order_nor_side_makes_another_corpus():
    name = identify_corpus(SPLIT)
    assert name.startswith("3 recordings by 2 composers, ")
    assert identify_corpus(SPLIT[::-1].assign(side="validation")) == name


def test_another_recording_composer_or_work_is_another_corpus():
    names = {identify_corpus(SPLIT)}
    for column in ("recording", "composer", "work"):
        names.add(
            identify_corpus(
                SPLIT.assign(**{column: SPLIT[column].replace({SPLIT[column][0]: "b"})})
            )
        )
    assert len(names) == 4
