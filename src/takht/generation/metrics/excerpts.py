"""Excerpts of real music as long as our pieces, and the same in shuffled blocks: the floor."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from takht.core.arrays import Waveform
from takht.core.randomness import rng_for
from takht.generation.sound.loudness import normalize_loudness
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ
from takht.preparation.segment_folder import read_segments


class Excerpt(NamedTuple):
    """Some seconds of a recording at -23 LUFS."""

    composer: str
    recording: str
    wave: Waveform


def read_excerpts(
    segment_dir: Path, split: pd.DataFrame, side: str, seconds: float, per_composer: int
) -> list[Excerpt]:
    """Return at most so many excerpts of each composer on a side of the split.

    They do not overlap and cross no segment; every recording gives one before any gives a second.
    A shorter segment gives all it has.
    """
    size = round(seconds * SAMPLE_RATE_HZ)
    found = []
    for composer, rows in split[split["side"] == side].groupby("composer", sort=True):
        waiting = [
            (turn, recording, wave)
            for recording in sorted(rows["recording"])
            for turn, wave in enumerate(_cut(segment_dir, recording, size, per_composer))
        ]
        waiting.sort(key=lambda each: each[:2])
        found += [
            Excerpt(str(composer), recording, normalize_loudness(wave, SAMPLE_RATE_HZ))
            for _, recording, wave in waiting[:per_composer]
        ]
    return found


def shuffle_blocks(excerpt: Excerpt, block_samples: int) -> Excerpt:
    """Return the excerpt's blocks in another order, each faded into the next.

    That keeps timbre and pitches, and no pulse and no phrase longer than a block.
    """
    count = len(excerpt.wave) // block_samples
    rng = rng_for(0, "shuffled blocks", excerpt.recording, len(excerpt.wave))
    order = rng.permutation(count)
    fade = np.sin(np.pi * (np.arange(2 * block_samples) + 0.5) / (2 * block_samples)) ** 2
    padded = np.pad(excerpt.wave, block_samples)
    wave = np.zeros((count + 1) * block_samples, np.float32)
    for place, block in enumerate(order):
        first = int(block) * block_samples + block_samples // 2
        start = place * block_samples
        wave[start : start + 2 * block_samples] += fade * padded[first : first + 2 * block_samples]
    wave = wave[block_samples // 2 :][: count * block_samples]
    return excerpt._replace(wave=normalize_loudness(wave, SAMPLE_RATE_HZ))


def _cut(segment_dir: Path, recording: str, size: int, most: int) -> list[Waveform]:
    """Return the first excerpts of a recording, as many as there are and at most so many."""
    cuts: list[Waveform] = []
    for wave in read_segments(segment_dir, recording):
        cuts += [
            wave[first : first + size] for first in range(0, max(len(wave) - size, 0) + 1, size)
        ]
        if len(cuts) >= most:
            break
    return cuts[:most]
