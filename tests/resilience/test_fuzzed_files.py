"""Real files with their bytes changed by chance: a Probe or a reason, and nothing is left over."""

import gc
import threading
import time
from functools import cache

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odd_making import encoded, sound, written
from probed import probe

from takht.audio.probe import Probe

FORMATS = ("wav", "flac", "mp3", "ogg", "opus", "m4a", "wma", "aiff", "mka", "avi", "caf", "au")
SLOWEST_SECONDS = 60  # of one file of two seconds, on a busy machine; most take 0.1


@cache
def original(suffix):
    if suffix in {"wav", "aiff"}:
        return written(sound(suffix, 2), kind=suffix.upper())
    codecs = {"caf": ("-c:a", "alac"), "au": ("-c:a", "pcm_alaw"), "avi": ("-c:a", "ac3")}
    return encoded(suffix, suffix, *codecs.get(suffix, ()), seconds=2)


# Headers are where decoders trust most: half of all places lie in the first 256 bytes.
places = st.one_of(st.integers(0, 255), st.integers(0, 2**20))
telling = st.sampled_from([b"\0" * 4, b"\xff" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1"])
contents = st.one_of(st.binary(min_size=1, max_size=4), telling)
edits = st.lists(
    st.tuples(st.sampled_from(["put", "insert", "delete", "repeat"]), places, contents),
    min_size=1,
    max_size=12,
)


def mutated(content, changes, length):
    data = bytearray(content)
    for kind, place, new in changes:
        at = place % max(1, len(data))
        if kind == "put":
            data[at : at + len(new)] = new
        elif kind == "insert":
            data[at:at] = new
        elif kind == "delete":
            del data[at : at + new[0]]
        else:
            data[at:at] = data[at : at + 16 * new[0]]
    return bytes(data[: round(length * len(data))])


def left_over():
    """Open files, children and threads of this process."""
    gc.collect()  # what other tests left may hold files
    here = psutil.Process()
    return here.num_fds(), len(here.children()), threading.active_count()


def look_at(path, content):
    path.write_bytes(content)
    started = time.monotonic()
    held = probe(path)  # any exception, a warning too, fails the test
    assert time.monotonic() - started < SLOWEST_SECONDS
    if isinstance(held, Probe):
        assert held.seconds >= 0
        assert held.channels >= 1
    else:
        assert isinstance(held, str)
        assert held
        assert "\n" not in held


@pytest.mark.slow
@pytest.mark.parametrize("suffix", FORMATS)
def test_any_mutation_ends_in_a_verdict(tmp_path, suffix):
    whole = original(suffix)
    path = tmp_path / f"x.{suffix}"
    look_at(path, whole)
    before = left_over()
    whole_file = st.sampled_from([1.0, 1.0, 0.9, 0.5, 0.02])

    @settings(
        max_examples=200 if suffix == "wav" else 25,  # libsndfile in this process, or ffmpeg
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(edits, whole_file)
    def check(changes, length):
        look_at(path, mutated(whole, changes, length))

    check()
    assert left_over() == before


def test_bytes_by_chance_end_in_a_verdict(tmp_path):
    before = left_over()
    for start in (
        b"",
        b"RIFF\xff\xff\xff\xffWAVEfmt ",
        b"OggS",
        b"fLaC",
        b"ID3\x04",
        b"\0\0\0\x20ftyp",
    ):
        look_at(tmp_path / "x.mp3", start + np.random.default_rng(0).bytes(4000))
    assert left_over() == before
