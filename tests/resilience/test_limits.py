"""A decoder that takes too long, too much, or stops moving is ended, and says which."""

import os
import resource
import stat
import struct
import subprocess
import threading
import time

import numpy as np
import psutil
import pytest
import soundfile
from probed import probe

from takht.audio import ffmpeg, limits
from takht.audio.probe import Probe


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "song.flac"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, 22_050 * 7), 22_050)
    return path


def instead_of_ffmpeg(tmp_path, monkeypatch, script):
    path = tmp_path / "ffmpeg"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find_ffmpeg", lambda: str(path))


def header():
    """What a WAV on a pipe begins with: mono, 8 kHz, float."""
    form = struct.pack("<HHIIHH", 3, 1, 8000, 32_000, 4, 32)
    return b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0" + form + b"data\xff\xff\xff\xff"


@pytest.mark.parametrize(
    ("script", "reason", "stall_seconds"),
    [
        ("exec sleep 100", "hangs, no sample in", 0.3),
        ("cat {start}; exec sleep 100", "hangs, no sample in", 0.3),
        # The script has to come to the end of its output in time.
        ("cat {start}; exec >&-; exec sleep 100", "hangs, no end in", 3.0),
        ("exec >&-; exec sleep 100", "hangs, no end in", 3.0),
    ],
)
def test_a_decoder_that_hangs_is_ended(tmp_path, song, monkeypatch, script, reason, stall_seconds):
    (tmp_path / "start").write_bytes(header() + bytes(999))
    script = "echo '[info] Output #0' >&2; " + script.format(start=tmp_path / "start")
    instead_of_ffmpeg(tmp_path, monkeypatch, script)
    monkeypatch.setattr(limits, "STALL_SECONDS", stall_seconds)
    started = time.monotonic()
    before = psutil.Process().children()  # helpers of other tests' worker processes
    assert reason in str(probe(song))
    assert time.monotonic() - started < 30
    assert psutil.Process().children() == before


def test_a_slow_decoder_is_let_be(tmp_path, song, monkeypatch):
    """What counts is the time without a sample, not the time of all."""
    (tmp_path / "start").write_bytes(header())
    banner = "echo '[info] Output #0' >&2"
    steps = "for i in 1 2 3 4 5 6; do sleep 1; printf '\\0\\0\\0\\0'; done"
    instead_of_ffmpeg(tmp_path, monkeypatch, f"{banner}; cat {tmp_path / 'start'}; {steps}")
    monkeypatch.setattr(limits, "STALL_SECONDS", 5.0)
    held = probe(song)
    assert isinstance(held, Probe)
    assert held.seconds == pytest.approx(6 / 8000, abs=1e-6)


@pytest.mark.slow
def test_processor_time_is_limited(tmp_path, monkeypatch):
    """Half an hour of silence at 192 kHz take more than a second to decode."""
    path = tmp_path / "long.flac"
    source = ("-f", "lavfi", "-i", "anullsrc=r=192000:cl=stereo:d=2000")
    argv = [ffmpeg.find_ffmpeg(), "-v", "error", *source, "-compression_level", "0", str(path)]
    subprocess.run(argv, check=True)
    monkeypatch.setattr(limits, "MAX_CPU_SECONDS", 1)
    with ffmpeg.FfmpegAudio(path) as audio, pytest.raises(ffmpeg.Unreadable) as caught:
        list(zip(audio.blocks(), range(10**6), strict=False))
    assert "more than 1 s of processor time" in str(caught.value)


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("trap '' XCPU; while :; do :; done", "hangs, no sample in"),
        ("exit 123", "of processor time"),  # as ffmpeg ends after the fourth signal unheard
    ],
)
def test_a_decoder_deaf_to_the_end_of_its_time_is_at_fault_itself(
    tmp_path, song, monkeypatch, script, reason
):
    """The system would kill it a second later, as somebody else might who has nothing to do with
    the file, if its time had a hard limit."""
    instead_of_ffmpeg(tmp_path, monkeypatch, f"echo '[info] Output #0' >&2; {script}")
    monkeypatch.setattr(limits, "MAX_CPU_SECONDS", 1)
    monkeypatch.setattr(limits, "STALL_SECONDS", 4.0)
    assert reason in str(probe(song))


def test_without_memory_to_listen_to_it_ffmpeg_is_ended(song, monkeypatch):
    def start(_):
        raise RuntimeError("can't start new thread")

    before = psutil.Process().children()
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="new thread") as caught:
        ffmpeg.FfmpegAudio(song)
    assert psutil.Process().children() == before, caught


def test_memory_is_limited_from_the_start(song, monkeypatch):
    with ffmpeg.FfmpegAudio(song) as audio:
        held = psutil.Process(audio._process.pid).rlimit(psutil.RLIMIT_AS)
        assert held == (limits.MAX_MEMORY_BYTES, limits.MAX_MEMORY_BYTES)
    monkeypatch.setattr(limits, "MAX_MEMORY_BYTES", 2**24)
    assert isinstance(probe(song), str)


def test_a_file_too_large_and_what_is_no_file_are_not_opened(tmp_path):
    with (tmp_path / "giant.mp3").open("wb") as file:
        file.truncate(limits.MAX_BYTES + 1)
    assert "is too large, 64 GiB, at most 64 are allowed" in str(probe(tmp_path / "giant.mp3"))
    os.mkfifo(tmp_path / "pipe.mp3")
    assert stat.S_ISFIFO((tmp_path / "pipe.mp3").stat().st_mode)
    assert probe(tmp_path / "pipe.mp3") == "is a device, pipe or folder, not a file"


def test_where_memory_is_limited_more_strictly_time_still_is(song, monkeypatch):
    usual = resource.prlimit

    def prlimit(process, kind, *asked):
        if asked and kind == resource.RLIMIT_AS:
            raise ValueError("not allowed to raise maximum limit")  # as it says to who is not root
        return usual(process, kind, *asked)

    monkeypatch.setattr(resource, "prlimit", prlimit)
    with ffmpeg.FfmpegAudio(song) as audio:
        held = psutil.Process(audio._process.pid).rlimit(psutil.RLIMIT_CPU)
        assert held[0] == limits.MAX_CPU_SECONDS
