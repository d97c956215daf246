"""Samples are rounded, never wrapped; streams are cut without a sample lost."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from takht.audio.pcm import apply_gain, cut_lengths, quantize, recut


def test_quantised_rounds_to_the_nearest_and_holds_at_the_ends():
    wave = np.array([0, 0.6, -0.6, 0.4, 40000, -40000], dtype=np.float32) / 32768
    assert quantize(wave).tolist() == [0, 1, -1, 0, 32767, -32768]


def test_sixteen_bits_come_back_unchanged():
    samples = np.arange(-32768, 32768, dtype=np.int16)
    assert np.array_equal(quantize(samples.astype(np.float32) / 32768), samples)
    assert np.array_equal(apply_gain(samples, 0.0), samples)


def test_gain_is_in_decibels_and_never_wraps():
    samples = np.array([1000, -1000, 30000, -30000], dtype=np.int16)
    assert apply_gain(samples, 20.0).tolist() == [10000, -10000, 32767, -32768]
    assert apply_gain(samples, -20.0).tolist() == [100, -100, 3000, -3000]


@given(st.integers(0, 5000), st.integers(1, 500), st.data())
def test_pieces_sum_to_the_whole_and_none_is_too_short(samples, length, data):
    least = data.draw(st.integers(0, length))
    lengths = cut_lengths(samples, length, least)
    assert sum(lengths) == samples
    assert all(each == length for each in lengths[:-1])
    if samples >= length:
        assert least <= lengths[-1] < length + max(least, 1)
    else:
        assert lengths == [samples] * (samples > 0)


def test_a_tail_of_the_least_length_is_a_piece_and_one_sample_less_is_none():
    assert cut_lengths(25, 10, 5) == [10, 10, 5]
    assert cut_lengths(24, 10, 5) == [10, 14]


@given(st.lists(st.integers(0, 50)), st.lists(st.integers(1, 40), max_size=20))
def test_recut_keeps_every_sample_in_order(sizes, lengths):
    stream = np.arange(sum(sizes), dtype=np.int16)
    blocks = np.split(stream, np.cumsum(sizes)[:-1]) if sizes else []
    pieces = list(recut(blocks, lengths))
    whole = np.concatenate([np.zeros(0, np.int16), *pieces])
    assert np.array_equal(whole, stream[: sum(lengths)])
    assert [len(piece) for piece in pieces[:-1]] == lengths[: len(pieces)][:-1]
    assert all(len(piece) for piece in pieces)
