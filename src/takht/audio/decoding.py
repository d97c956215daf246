"""Decode a recording of any common format, block by block."""

import io
import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from takht.audio import limits
from takht.audio.ffmpeg import BLOCK_SAMPLES, FfmpegAudio, Refused, Unreadable
from takht.audio.free_format import is_free_format
from takht.audio.wav_layout import Layout, read_layout
from takht.core.regular_files import open_regular

Block = NDArray[np.float32]  # (frames, channels)

# What libsndfile reads as it stands; other codecs in a WAV (MP3, ADPCM) are left to ffmpeg.
_PLAIN = {"PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"}
_WAV = {b"RIFF", b"RIFX", b"RF64", b"BW64"}
_RATES_HZ = range(1_000, 768_001)


class Audio(Protocol):
    """A recording that is being decoded.

    `claimed_seconds` is what the file says of itself, 0 where it says nothing, and
    `is_claim_exact` where that is no estimate. `unread_bytes` lie after the samples, `is_mono_pair`
    tells of two streams of one channel each. `decode_errors` and `stops_at_change`, which tells
    that an Ogg goes on with another kind of stream, are complete when `blocks` has ended.
    """

    sample_rate_hz: int
    channels: int
    codec: str
    claimed_seconds: float
    is_claim_exact: bool
    decode_errors: int
    audio_streams: int
    is_mono_pair: bool
    unread_bytes: int
    stops_at_change: bool

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, float32, full scale 1, shape (frames, channels)."""


class _OneStream:
    """What holds of a file of one stream that is read as it stands."""

    is_claim_exact, is_mono_pair, stops_at_change = True, False, False
    decode_errors, audio_streams = 0, 1


class SndfileAudio(_OneStream):
    """The audio of a file that libsndfile reads."""

    def __init__(self, file: soundfile.SoundFile, layout: Layout | None = None) -> None:
        self._file = file
        self.sample_rate_hz, self.channels = int(file.samplerate), int(file.channels)
        self.codec = str(file.subtype).lower()
        self.claimed_seconds = file.frames / self.sample_rate_hz
        self.unread_bytes = layout.unread_bytes if layout else 0
        if layout:  # libsndfile's claim is what is there
            self.claimed_seconds = layout.claimed_bytes // layout.frame_bytes / self.sample_rate_hz

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, float32, full scale 1, shape (frames, channels).

        Raises:
            Unreadable: libsndfile gives up before the end.
        """
        frames = max(1, BLOCK_SAMPLES // self.channels)
        try:
            while len(block := self._file.read(frames, dtype="float32", always_2d=True)):
                yield block
        except soundfile.LibsndfileError as error:
            raise Unreadable(str(error)) from None


class PiecesAudio(_OneStream):
    """The samples of a file whose header libsndfile does not take as it is meant."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._path, self._layout = path, layout
        self.sample_rate_hz, self.channels = layout.sample_rate_hz, layout.channels
        self.codec, self.unread_bytes = layout.codec.lower(), layout.unread_bytes
        self.claimed_seconds = layout.claimed_bytes // layout.frame_bytes / layout.sample_rate_hz

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, float32, full scale 1, shape (frames, channels)."""
        whole = max(1, BLOCK_SAMPLES // self.channels) * self._layout.frame_bytes
        with open_regular(self._path) as file:
            for offset, size in self._layout.pieces:
                for at in range(offset, offset + size, whole):
                    file.seek(at)
                    yield self._decoded(file.read(min(whole, offset + size - at)))

    def _decoded(self, data: bytes) -> Block:
        samples, _ = soundfile.read(
            io.BytesIO(data[: len(data) // self._layout.frame_bytes * self._layout.frame_bytes]),
            **{"format": "RAW", "subtype": self._layout.codec, "channels": self.channels},
            endian="BIG" if self._layout.is_big_endian else "LITTLE",
            samplerate=self.sample_rate_hz,
            dtype="float32",
            always_2d=True,
        )
        return np.asarray(samples, dtype=np.float32)


@contextmanager
def open_audio(path: Path, *, as_mono: bool = False) -> Iterator[Audio]:
    """Yield the recording's audio: a plain WAV by libsndfile, everything else by ffmpeg.

    Content decides, not the name. FLAC goes to ffmpeg too, because libsndfile gives up at the first
    damaged frame, where ffmpeg loses or distorts that frame only. What ffmpeg refuses (an Ogg whose
    header is out of order, an AIFF without sizes, free-format MP3) goes to libsndfile. `as_mono`
    asks for the mean of the channels where they change on the way.

    Raises:
        Unreadable: the file does not decode to audio.
        ParametersChange: from `blocks`, when it has to be opened again, as mono.
    """
    try:
        with open_regular(path) as file:
            if reason := limits.find_size_fault(os.fstat(file.fileno()).st_size):
                raise Unreadable(reason)
            start = file.read(12)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None
    if not start:
        raise Unreadable("is empty, 0 bytes")
    with _decoder(path, start, as_mono) as audio:
        if audio.sample_rate_hz not in _RATES_HZ:
            raise Unreadable(
                f"sample rate is {audio.sample_rate_hz} Hz, not of 1 to 768 kHz; convert it to "
                "another"
            )
        yield audio


def _decoder(path: Path, start: bytes, as_mono: bool) -> AbstractContextManager[Audio]:
    layout = read_layout(path)
    is_wav = start[:4] in _WAV and start[8:] == b"WAVE"
    if is_wav and (wav := _sndfile(path, _PLAIN, layout)):
        return wav
    if layout and is_wav:
        return _pieces(path, layout)
    if start[:4] == b"RIFX":
        raise Unreadable("is a big-endian WAV of compressed samples; convert it to FLAC or WAV")
    try:
        return FfmpegAudio(path, as_mono=as_mono)
    except Refused:
        if is_wav:
            raise
        if layout:
            return _pieces(path, layout)
        if other := _sndfile(path):
            return other
        raise


def _pieces(path: Path, layout: Layout) -> AbstractContextManager[PiecesAudio]:
    _demand_day(layout.frames, layout.sample_rate_hz)
    return nullcontext(PiecesAudio(path, layout))


def _sndfile(
    path: Path, codecs: set[str] | None = None, layout: Layout | None = None
) -> AbstractContextManager[SndfileAudio] | None:
    """Return the audio by libsndfile, or None where it does not take the file as it is meant."""
    with ExitStack() as opened:
        # Not by its name: beside some names libsndfile looks for another file, some mean raw.
        plain = opened.enter_context(open_regular(path))
        try:
            file = soundfile.SoundFile(plain.fileno(), closefd=False)
        except soundfile.LibsndfileError:
            return None
        opened.enter_context(file)
        is_meant = file.subtype in codecs if codecs else _is_let_in(path, file)
        if not is_meant or (layout and layout.frames != file.frames):
            return None
        _demand_day(file.frames, file.samplerate)  # of frames that are there, not claimed
        return _closing(opened.pop_all(), SndfileAudio(file, layout))


def _is_let_in(path: Path, file: soundfile.SoundFile) -> bool:
    """Tell whether libsndfile's second opinion counts: it takes noise for MPEG."""
    if file.subtype.startswith("MPEG"):
        return is_free_format(path)
    return bool(file.format != "FLAC")


def _demand_day(frames: int, rate_hz: int) -> None:
    if limits.is_too_long(frames, rate_hz):
        raise Unreadable(f"is longer than {limits.MAX_HOURS} hours; cut it into parts")


@contextmanager
def _closing(opened: ExitStack, audio: SndfileAudio) -> Iterator[SndfileAudio]:
    with opened:
        yield audio
