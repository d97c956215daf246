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
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from takht.audio import limits
from takht.audio.tags import read_start
from takht.errors import TakhtError

# Containers that hold their own audio. Without the list, a playlist named song.mp3 makes ffmpeg
# open whatever it names: other files, or connections.
FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,flac,matroska,mov,mp3,ogg,tta,w64,wav,wv,"
    "aea,dsf,dts,dtshd,eac3,flv,iff,ircam,loas,mlp,mpc,mpc8,mpeg,mpegts,nistsphere,oma,rm,shn,"
    "sox,tak,truehd,voc"
)
BLOCK_SAMPLES = 2**17  # read at a time, all channels together

_DURATION = re.compile(r"\[info\]   Duration: (\d+):(\d\d):(\d\d\.\d+)")
_STREAM = re.compile(r"\[info\]   Stream #0:(\d+).*?: ([A-Z]\w+): ([\w.-]+)(.*)")
_KIND = re.compile(r"\[debug\] Format (\S+) probed with")
_WORDS = re.compile(r"\[[^\]]* @ \w+\] ")  # of ffmpeg's own, not of a tag
_ERROR = re.compile(r"(?:\[[^\]]* @ \w+\] )*\[(?:error|fatal|panic)\] (.*)")
_SIGNALLED = re.compile(r"\[info\] Exiting normally, received signal (\d+)\.")
_PLAYLISTS = {"concat", "dash", "hls", "imf", "rtsp", "sdp", "webm_dash_manifest"}
_NO_SOUND = {"apng", "ass", "ffmetadata", "gif", "image2", "lrc", "srt", "tty", "webvtt"}
_CHANGES = "Reconfiguring filter graph because audio parameters changed"
_STOPS = ("Channel change is not supported", "failed to create or replace stream")
_ESTIMATES = "Estimating duration from bitrate"
# What ends a process from outside; others are a decoder's own, which this file has led astray.
_FROM_OUTSIDE = {signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM}
_NO_THREAD = f"pthread_create() failed: {os.strerror(errno.EAGAIN)}"  # for want of memory
_DEAF = 123  # the exit code of an ffmpeg that got several signals and did not come to hear them
_LINE_BYTES = 4096  # tags can hold whole books


class Unreadable(TakhtError):
    """A file that does not decode to audio; the message is the reason, some end with a remedy."""

    def advise(self, remedy: str) -> str:
        """Return the reason with its own remedy, or with this one where it has none."""
        return str(self) if "; " in str(self) else f"{self}; {remedy}"


class Refused(Unreadable):
    """A file that ffmpeg read and made nothing of; another decoder may."""


class ParametersChange(Exception):
    """The audio has another rate or number of channels from some place on: decode it as mono."""

    def __init__(self, channels: int) -> None:
        super().__init__(channels)
        self.channels = channels  # at the start


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
            f"{find_ffmpeg()}: does not report its version, ended with code {process.returncode}; "
            "run `make setup`, or set TAKHT_FFMPEG to another"
        )
    return line


def build_command(path: Path, stream: str = "0:a:0", *, as_mono: bool = False) -> list[str]:
    """Return the argument list that writes an audio stream of `path` to stdout.

    As a WAV of float32 at the stream's own rate and channels, or of their mean at the rate that it
    has first.
    """
    return [
        *(find_ffmpeg(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "repeat+level+info"),
        *(() if limits.ARE_HELD else ("-timelimit", str(limits.MAX_CPU_SECONDS))),
        *("-max_alloc", str(limits.MAX_BLOCK_BYTES), "-threads", "1"),
        *(("-err_detect", "crccheck") if _has_sound_checksums(path) else ()),
        *_only_this_file(path),
        *("-map", stream, "-vn", "-sn", "-dn", "-map_metadata", "-1"),
        *(_MEAN if as_mono else _LONG_FRAMES),
        *("-c:a", "pcm_f32le", "-bitexact", "-f", "wav", "pipe:1"),
    ]


# Longer frames pass between ffmpeg's threads less often: a quarter less CPU time. The filter drops
# what it holds where parameters change.
_LONG_FRAMES = ("-af", "asetnsamples=n=32768:p=0")
# Weights that sum to 1, so that a change between mono and stereo does not change the level.
_MEAN = ("-ac", "1", "-rematrix_maxval", "1")


def _has_sound_checksums(path: Path) -> bool:
    """Tell FLAC, WavPack and TTA. In MP3, some encoders count wrong; AC-3 would not decode."""
    try:
        return read_start(path) in {b"fLaC", b"wvpk", b"TTA1", b"TTA2"}
    except OSError:  # ffmpeg will say so
        return False


def _only_this_file(path: Path) -> tuple[str, ...]:
    lists = ("-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS)
    return (*lists, "-i", f"file:{path.absolute()}")


@dataclass(frozen=True)
class _Stream:
    """An audio stream as ffmpeg lists it."""

    number: int  # among all streams of the file
    codec: str
    is_default: bool
    is_mono: bool


class FfmpegAudio:
    """The audio of a file, decoded by ffmpeg while it is read. Use it in a `with` block.

    `claimed_seconds` is 0 where the file claims no duration; `is_claim_exact` tells whether it is
    of this stream and no estimate. `decode_errors` counts ffmpeg's error lines and is complete when
    `blocks` has ended.
    """

    def __init__(self, path: Path, *, as_mono: bool = False) -> None:
        """Start ffmpeg on the default audio stream, or the first, and read the header.

        Raises:
            Unreadable: ffmpeg finds no audio.
            Stopped: ffmpeg cannot be started, or was killed.
        """
        self._path, self._as_mono = path, as_mono
        self._start("0:a:0")
        default = next((each for each in self._audio if each.is_default), None)
        if default and default != self._audio[0]:
            self.close()
            self._start(f"0:{default.number}")
        self.unread_bytes = 0
        self.codec = (default or self._audio[0]).codec if self._audio else ""
        self.audio_streams = len(self._audio)
        is_first = not default or default == self._audio[0]
        self.is_mono_pair = is_first and [each.is_mono for each in self._audio] == [True, True]
        self.is_claim_exact = not self._is_estimate and self._streams == 1

    def _start(self, stream: str) -> None:
        self.claimed_seconds, self.decode_errors = 0.0, 0
        self._first_error, self._signal, self.stops_at_change = "", 0, False
        self._audio: list[_Stream] = []
        self._streams, self._is_estimate, self._changes = 0, False, False
        self._banner_read = threading.Event()
        self._process = _started(build_command(self._path, stream, as_mono=self._as_mono))
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
        """Yield the audio in order, float32, full scale 1, shape (frames, channels).

        Raises:
            Unreadable: ffmpeg gave up or hangs, so that what came may be incomplete; or the audio
                goes on for more than a day.
            ParametersChange: rate or channels change, and the audio was not asked for as mono.
            Stopped: ffmpeg was killed.
        """
        frame_bytes, frames = 4 * self.channels, 0
        while data := self._read(max(1, BLOCK_SAMPLES // self.channels) * frame_bytes):
            whole = len(data) // frame_bytes * frame_bytes
            frames += whole // frame_bytes
            if limits.is_too_long(frames, self.sample_rate_hz):
                raise Unreadable(f"is longer than {limits.MAX_HOURS} hours; cut it into parts")
            self._raise_if_changing()
            yield np.frombuffer(data[:whole], dtype="<f4").reshape(-1, self.channels)
        self._raise_if_failed()
        self._raise_if_changing()

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
            self.stops_at_change |= any(words in line for words in _STOPS)
        elif _CHANGES in line and _WORDS.match(line):
            self._changes = True
        elif _ESTIMATES in line and _WORDS.match(line):
            self._is_estimate = True
        elif signalled := _SIGNALLED.fullmatch(line):
            self._signal = int(signalled[1])
        if self._banner_read.is_set():
            return
        if line.startswith("[info] Output #0"):
            self._banner_read.set()
        elif stream := _STREAM.match(line):
            self._streams += "(attached pic)" not in stream[4]
            if stream[2] == "Audio":
                self._audio.append(
                    _Stream(
                        *(int(stream[1]), stream[3]),
                        *("(default)" in stream[4], " mono, " in stream[4]),
                    )
                )
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
            raise Unreadable("holds no sample of audio")
        return data

    def _raise_if_changing(self) -> None:
        if self._changes and not self._as_mono:
            raise ParametersChange(self.channels)

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
                "nobody killed it, memory ran out: close other programs and run again"
            )
        if ended_by == signal.SIGXCPU or code == _DEAF:
            raise Unreadable(f"takes more than {limits.MAX_CPU_SECONDS} s of processor time")
        if code < 0:
            raise Unreadable(f"ffmpeg was ended by signal {ended_by}")
        if code > 0:
            if _NO_THREAD in self._first_error:
                raise Stopped(
                    f"{self._path}: ffmpeg could not start a thread; close other programs and run "
                    "again"
                )
            if "whitelist" in self._first_error:
                raise Refused(_name_kind(self._path))
            raise Refused(_plain(self._first_error) or f"ffmpeg ended with code {code}")


def _started(argv: list[str]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            pipesize=2**20,
        )
    except OSError as error:
        if error.errno not in {errno.ENOENT, errno.EACCES, errno.ENOEXEC}:
            raise
        raise Stopped(
            f"{argv[0]}: ffmpeg cannot be started ({os.strerror(error.errno)}); run `make setup`, "
            "or set TAKHT_FFMPEG to another"
        ) from None


def _environment() -> dict[str, str]:
    """Return this process's, without what makes ffmpeg write reports or read other files."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("FF", "AV_"))}
    return {**own, "AV_LOG_FORCE_NOCOLOR": "1"}


def _name_kind(path: Path) -> str:
    """Return that a file is of a kind that is not let in, which one, and what to do."""
    argv = [find_ffmpeg(), "-hide_banner", "-nostdin", "-loglevel", "level+debug"]
    with _started([*argv, *_only_this_file(path)]) as process:
        limits.limit_process(process.pid)
        try:
            _, said = process.communicate(timeout=limits.STALL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            said = b""
    kinds = _KIND.findall(said.decode("utf-8", "replace"))
    if not kinds:
        return "has no known audio format; if it is audio, convert it to FLAC or WAV"
    kind = kinds[-1]
    if kind in _PLAYLISTS:
        return f"is a playlist ({kind}) without audio of its own; put the recordings in its place"
    if kind.endswith("_pipe") or kind in _NO_SOUND:
        return f"is a picture or text ({kind}), not a recording; move it elsewhere"
    return f"has an unsupported format ({kind}); convert it to FLAC or WAV"


def _plain(error: str) -> str:
    if "matches no streams" in error:
        return "holds no audio stream"
    if "no decoder found" in error or "Decoder not found" in error:
        return f"has no decoder ({error[:100].rstrip('. ')}); convert it to FLAC or WAV"
    return error[:200].rstrip(". ")
