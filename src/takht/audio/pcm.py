"""16-bit samples, and streams of them cut to length."""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]  # mono, shape (samples,)
FULL_SCALE = 32768.0


def quantize(wave: NDArray[np.float32]) -> Pcm:
    """Return a waveform (samples,) in [-1, 1] as 16-bit samples (samples,), rounded and limited."""
    return _rounded(wave * np.float32(FULL_SCALE))


def apply_gain(samples: Pcm, gain_db: float) -> Pcm:
    """Return 16-bit samples (samples,) made louder by `gain_db` (dB), rounded and limited."""
    return _rounded(samples * np.float32(10 ** (gain_db / 20)))


def _rounded(wave: NDArray[np.float32]) -> Pcm:
    return np.asarray(np.clip(np.rint(wave), -32768, 32767), dtype=np.int16)


def cut_lengths(samples: int, length: int, least: int) -> list[int]:
    """Return the lengths of the pieces of a stream, which sum to `samples`: nothing is dropped.

    All are `length`, but the last: it has at least `least` samples and fewer than
    `length + least`, unless the whole stream is shorter.
    """
    pieces, tail = divmod(samples, length)
    lengths = [length] * pieces
    if tail and (tail >= least or not lengths):
        return [*lengths, tail]
    if tail:
        lengths[-1] += tail
    return lengths


def recut(blocks: Iterable[Pcm], lengths: Iterable[int]) -> Iterator[Pcm]:
    """Yield a stream of 16-bit blocks (samples,) in pieces of these lengths, counted in samples.

    A stream that is too short makes the last pieces shorter. Empty pieces are left out.
    """
    source = iter(blocks)
    rest = np.zeros(0, dtype=np.int16)
    for length in lengths:
        parts, have = [rest], len(rest)
        while have < length and (block := next(source, None)) is not None:
            parts.append(block)
            have += len(block)
        joined = np.concatenate(parts)
        if not len(joined):
            return
        yield joined[:length]
        rest = joined[length:].copy()  # a view would keep the whole piece in memory
        del joined, parts
