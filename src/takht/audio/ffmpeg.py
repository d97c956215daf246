"""One streaming ffmpeg process as a decoder that trusts neither the file nor its name."""

import errno
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from takht.audio import limits
from takht.errors import TakhtError

# Containers that hold their own audio. Without the list, a playlist named song.mp3 makes ffmpeg
# open whatever it names: other files, or connections.
FORMATS = "aac,ac3,aiff,amr,ape,asf,au,avi,caf,flac,matroska,mov,mp3,ogg,tta,w64,wav,wv"
BLOCK_SAMPLES = 2**17  # read at a time, all channels together

_DURATION = re.compile(r"\[info\]   Duration: (\d+):(\d\d):(\d\d\.\d+)")
_AUDIO = re.compile(r"\[info\]   Stream #0:\d.*?: Audio: ([\w.-]+)")
_ERROR = re.compile(r"(?:\[[^\]]* @ \w+\] )*\[(?:error|fatal|panic)\] (.*)")
_SIGNALLED = re.compile(r"\[info\] Exiting normally, received signal (\d+)\.")
# What ends a process from outside; others are a decoder's own, which this file has led astray.
_FROM_OUTSIDE = {signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM}
_DEAF = 123  # the exit code of an ffmpeg that got several signals and did not come to hear them
_LINE_BYTES = 4096  # tags can hold whole books


class Unreadable(TakhtError):
    """A file that does not decode to audio; the message is the reason."""


class Stopped(TakhtError):
    """ffmpeg did not run to its end, which says nothing of the file."""


@cache
def find_ffmpeg() -> str:
    """Return the ffmpeg to run: $TAKHT_FFMPEG, else the pinned one of imageio-ffmpeg, else PATH's.

    The pinned one first: another version may decode ogg by one step differently, or m4a to
    another length.

    Raises:
        TakhtError: there is none.
    """
    chosen = os.environ.get("TAKHT_FFMPEG")
    if chosen:
        if found := shutil.which(chosen):
            return found
        raise TakhtError(f"TAKHT_FFMPEG: no program {chosen!r}; fix or unset the variable")
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())  # falls back on PATH
    except RuntimeError:
        raise TakhtError("ffmpeg: not found; `pip install imageio-ffmpeg`") from None


@cache
def read_ffmpeg_version() -> str:
    """Return the first line that ffmpeg says of itself.

    Raises:
        Stopped: it cannot be started, fails or says nothing.
    """
    with _started([find_ffmpeg(), "-version"]) as process:
        said, _ = process.communicate()
    line = said.decode("utf-8", "replace").partition("\n")[0]
    if process.returncode or not line:
        raise Stopped(
            f"{find_ffmpeg()}: does not tell its version, ended with code {process.returncode}; "
            "run `make setup`, or set TAKHT_FFMPEG to another"
        )
    return line


def build_command(path: Path) -> list[str]:
    """Return the argument list that writes the first audio stream of `path` to stdout.

    As a WAV of float32 at the stream's own rate and channels.
    """
    return [
        *(find_ffmpeg(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "repeat+level+info"),
        *(() if limits.ARE_HELD else ("-timelimit", str(limits.MAX_CPU_SECONDS))),
        *("-max_alloc", str(limits.MAX_BLOCK_BYTES)),
        *("-threads", "1", "-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS),
        *("-i", f"file:{path.absolute()}", "-map", "0:a:0", "-vn", "-sn", "-dn"),
        # Longer frames pass between ffmpeg's threads less often: a quarter less CPU time.
        *("-map_metadata", "-1", "-af", "asetnsamples=n=32768:p=0", "-c:a", "pcm_f32le"),
        *("-bitexact", "-f", "wav", "pipe:1"),
    ]


class FfmpegAudio:
    """The audio of a file, decoded by ffmpeg while it is read. Use it in a `with` block.

    `claimed_seconds` is 0 where the file claims no duration; `decode_errors` counts ffmpeg's error
    lines and is complete when `blocks` has ended.
    """

    def __init__(self, path: Path) -> None:
        """Start ffmpeg and read the header.

        Raises:
            Unreadable: ffmpeg finds no audio.
            Stopped: ffmpeg cannot be started, or was killed.
        """
        self.codec, self.claimed_seconds, self.decode_errors = "", 0.0, 0
        self._path, self._first_error, self._signal = path, "", 0
        self._banner_read = threading.Event()
        self._process = _started(build_command(path))
        limits.limit_process(self._process.pid)
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._pcm = self._process.stdout
        self._arrival = select.poll()
        self._arrival.register(self._pcm, select.POLLIN)
        self._listener = threading.Thread(target=self._listen, args=[self._process.stderr])
        try:
            self._listener.start()
            self.sample_rate_hz, self.channels = self._read_header()
            self._banner_read.wait()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "FfmpegAudio":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """Yield the audio in order, float32, shape (frames, channels).

        Raises:
            Unreadable: ffmpeg gave up or hangs, so that what came may be incomplete; or the audio
                goes on for more than a day.
            Stopped: ffmpeg was killed.
        """
        frame_bytes, frames = 4 * self.channels, 0
        while data := self._read(max(1, BLOCK_SAMPLES // self.channels) * frame_bytes):
            whole = len(data) // frame_bytes * frame_bytes
            frames += whole // frame_bytes
            if limits.is_too_long(frames, self.sample_rate_hz):
                raise Unreadable(f"is longer than {limits.MAX_HOURS} hours")
            yield np.frombuffer(data[:whole], dtype="<f4").reshape(-1, self.channels)
        self._raise_if_failed()

    def close(self) -> None:
        """End the process, wherever it is, and leave nothing behind."""
        self._pcm.close()
        self._process.kill()
        self._process.wait()
        if self._listener.ident:
            self._listener.join()
        elif self._process.stderr:  # there was no memory to start what would close it
            self._process.stderr.close()

    def _listen(self, stderr: IO[bytes]) -> None:
        try:
            with stderr:
                while line := stderr.readline(_LINE_BYTES):
                    self._note(line.decode("utf-8", "replace").rstrip())
        finally:
            self._banner_read.set()

    def _note(self, line: str) -> None:
        if error := _ERROR.match(line):
            self.decode_errors += 1
            self._first_error = self._first_error or error[1]
        elif signalled := _SIGNALLED.fullmatch(line):
            self._signal = int(signalled[1])
        if self._banner_read.is_set():
            return
        if line.startswith("[info] Output #0"):
            self._banner_read.set()
        elif not self.codec and (audio := _AUDIO.match(line)):
            self.codec = audio[1]
        elif not self.claimed_seconds and (duration := _DURATION.match(line)):
            hours, minutes, seconds = duration.groups()
            self.claimed_seconds = int(hours) * 3600 + int(minutes) * 60 + float(seconds)

    def _read_header(self) -> tuple[int, int]:
        """Return sample rate (Hz) and channels, and leave the pipe at the first sample."""
        rate_hz = channels = 0
        self._read_exactly(12)
        while True:
            name, size = struct.unpack("<4sI", self._read_exactly(8))
            if name == b"data":
                return rate_hz, channels
            chunk = self._read_exactly(size + size % 2)
            if name == b"fmt ":
                channels, rate_hz = struct.unpack_from("<HI", chunk, 2)

    def _read(self, count: int) -> bytearray:
        """Return the next bytes, `count` of them, fewer at the end."""
        data, have = bytearray(count), 0
        while have < count:
            if not self._arrival.poll(1000 * limits.STALL_SECONDS):
                raise Unreadable(f"ffmpeg hangs, no sample in {limits.STALL_SECONDS:g} s")
            with memoryview(data)[have:] as rest:
                got = os.readv(self._pcm.fileno(), [rest])
            if not got:
                break
            have += got
        del data[have:]
        return data

    def _read_exactly(self, count: int) -> bytearray:
        data = self._read(count)
        if len(data) < count:
            self._raise_if_failed()
            raise Unreadable("holds no audio")
        return data

    def _raise_if_failed(self) -> None:
        try:
            code = self._process.wait(limits.STALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise Unreadable(f"ffmpeg hangs, no end in {limits.STALL_SECONDS:g} s") from None
        self._listener.join()
        ended_by = -code if code < 0 else self._signal
        if ended_by in _FROM_OUTSIDE:
            raise Stopped(
                f"{self._path}: ffmpeg was killed while it decoded this, by signal {ended_by}; if "
                "nobody did it, memory was short: close other programs, and run again"
            )
        if ended_by == signal.SIGXCPU or code == _DEAF:
            raise Unreadable(f"takes more than {limits.MAX_CPU_SECONDS} s of processor time")
        if code < 0:
            raise Unreadable(f"ffmpeg was ended by signal {ended_by}")
        if code > 0:
            raise Unreadable(_plain(self._first_error) or f"ffmpeg ended with code {code}")


def _started(argv: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "AV_LOG_FORCE_NOCOLOR": "1"},
            pipesize=2**20,
        )
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.EACCES, errno.ENOEXEC}:
            raise
        raise Stopped(
            f"{argv[0]}: ffmpeg cannot be started ({os.strerror(error.errno)}); run `make setup`, "
            "or set TAKHT_FFMPEG to another"
        ) from None


def _plain(error: str) -> str:
    if "whitelist" in error:
        return "not an audio container that is let in (a playlist, or another kind of file)"
    if "matches no streams" in error:
        return "holds no audio stream"
    return error[:200].rstrip(". ")
