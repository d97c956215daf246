"""Mono at one sample rate, block by block."""

from collections.abc import Iterable, Iterator

import numpy as np
import soxr

from takht.audio.decoding import Block
from takht.core.arrays import Waveform


def mix_to_mono(block: Block) -> Waveform:
    """Return the mean of a block's channels (frames, channels), full scale 1, shape (frames,)."""
    mix = block[:, 0].copy()
    for channel in block.T[1:]:  # several times faster than mean(axis=1)
        mix += channel
    mix /= np.float32(block.shape[1])
    return mix


def resample(waves: Iterable[Waveform], from_hz: int, to_hz: int) -> Iterator[Waveform]:
    """Yield a stream of waveforms (samples,) at another sample rate in Hz, by soxr HQ.

    The samples and their number, frames * to_hz / from_hz to the nearest, do not depend on the
    blocks.
    """
    if from_hz == to_hz:
        yield from waves
        return
    stream = soxr.ResampleStream(from_hz, to_hz, num_channels=1, dtype="float32", quality="HQ")
    for wave in waves:
        yield stream.resample_chunk(wave)
    yield stream.resample_chunk(np.zeros(0, dtype=np.float32), last=True)
