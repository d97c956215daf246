"""ffmpeg reads one file and nothing else, and is never left running."""

import os
import signal
import subprocess

import numpy as np
import pytest
import soundfile

from takht.audio import ffmpeg
from takht.audio.ffmpeg import FfmpegAudio, Stopped, Unreadable
from takht.errors import TakhtError

CANARY_HZ = 997


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "canary.mp3"
    time = np.arange(44_100 * 8) / 44_100
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * CANARY_HZ * time), 44_100)
    return path


@pytest.mark.parametrize(
    "name", ["a:b.mp3", "-i.mp3", "x%03d.mp3", "a b'\"*?.mp3", "https:x.mp3", "أغنية 🎵.mp3"]
)
def test_any_name_is_only_a_name(song, name):
    renamed = song.rename(song.with_name(name))
    with FfmpegAudio(renamed) as audio:
        assert (audio.sample_rate_hz, audio.channels, audio.codec) == (44_100, 1, "mp3")
        assert audio.claimed_seconds == pytest.approx(8, abs=0.1)
        assert sum(map(len, audio.blocks())) == 8 * 44_100
    assert audio.decode_errors == 0


@pytest.mark.parametrize("script", ["exit 1", "true", "kill -9 $$"])
def test_an_ffmpeg_without_a_version_is_none(monkeypatch, tmp_path, script):
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find_ffmpeg", lambda: str(program))
    ffmpeg.read_ffmpeg_version.cache_clear()
    with pytest.raises(Stopped, match="ffmpeg: does not report its version, ended with code"):
        ffmpeg.read_ffmpeg_version()


def is_alive(process):
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_no_process_outlives_its_block(song):
    with FfmpegAudio(song) as audio:
        next(audio.blocks())
    assert not is_alive(audio._process)
    assert not audio._listener.is_alive()
    with pytest.raises(RuntimeError, match="mine"), FfmpegAudio(song) as audio:
        raise RuntimeError("mine")
    assert not is_alive(audio._process)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])  # ffmpeg hears the second
def test_a_killed_ffmpeg_is_no_short_recording_and_no_fault_of_it(tmp_path, number):
    with pytest.raises(Stopped, match=rf"long\.flac: ffmpeg was killed .* signal {number:d};"):
        decoded_until(number, tmp_path)


def test_an_ffmpeg_without_memory_for_a_thread_is_no_fault_of_the_recording(
    monkeypatch, tmp_path, song
):
    program = tmp_path / "ffmpeg"  # as it ends under `ulimit -v 200000`
    line = "[af#0:0 @ 0x55] [error] pthread_create() failed: Resource temporarily unavailable"
    program.write_text(f"#!/bin/sh\necho '{line}' >&2\nexit 234\n")
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find_ffmpeg", lambda: str(program))
    with pytest.raises(Stopped, match=r"canary\.mp3: ffmpeg could not start a thread; close"):
        FfmpegAudio(song)


def test_a_crash_of_the_decoder_is_the_recordings_fault(tmp_path):
    with pytest.raises(Unreadable, match="ended by signal 11"):
        decoded_until(signal.SIGSEGV, tmp_path)


def decoded_until(number, folder):
    """Decode a file of a minute, and send ffmpeg a signal when it has begun."""
    long = folder / "long.flac"
    soundfile.write(long, np.random.default_rng(0).uniform(-1, 1, 3_000_000), 44_100)
    with FfmpegAudio(long) as audio:
        blocks = audio.blocks()
        next(blocks)
        os.kill(audio._process.pid, number)
        list(blocks)


def test_an_ffmpeg_that_is_gone_or_none_is_named(monkeypatch, tmp_path, song):
    program = tmp_path / "ffmpeg"
    monkeypatch.setattr(ffmpeg, "find_ffmpeg", lambda: str(program))
    with pytest.raises(Stopped, match=r"ffmpeg: ffmpeg cannot be started \(No such file.*\); run"):
        FfmpegAudio(song)
    program.write_bytes(b"no program")
    program.chmod(0o755)
    ffmpeg.read_ffmpeg_version.cache_clear()
    for start in (lambda: FfmpegAudio(song), ffmpeg.read_ffmpeg_version):
        with pytest.raises(Stopped, match=r"cannot be started \(Exec format error\)"):
            start()


def test_tags_are_not_taken_for_ffmpegs_own_words(tmp_path, song):
    tagged = tmp_path / "tagged.mp3"
    title = "x\n[info]   Duration: 09:00:00.00\n[error] [fatal] no\nStream #0:9: Audio: evil"
    argv = [ffmpeg.find_ffmpeg(), "-v", "error", "-i", song, "-c", "copy"]
    subprocess.run([*argv, "-metadata", f"title={title}", tagged], check=True)
    with FfmpegAudio(tagged) as audio:
        list(audio.blocks())
        assert audio.claimed_seconds == pytest.approx(8, abs=0.1)
        assert (audio.codec, audio.decode_errors) == ("mp3", 0)


def test_a_chosen_ffmpeg_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setenv("TAKHT_FFMPEG", "/nowhere/ffmpeg")
    ffmpeg.find_ffmpeg.cache_clear()
    with pytest.raises(TakhtError, match="TAKHT_FFMPEG: no program '/nowhere/ffmpeg'"):
        ffmpeg.find_ffmpeg()
    monkeypatch.delenv("TAKHT_FFMPEG")
    ffmpeg.find_ffmpeg.cache_clear()
