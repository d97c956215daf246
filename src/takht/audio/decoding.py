"""Decode a recording of any common format, block by block."""

import os
import stat
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
import soundfile
from numpy.typing import NDArray

from takht.audio import limits
from takht.audio.ffmpeg import BLOCK_SAMPLES, FfmpegAudio, Unreadable
from takht.core.regular_files import open_descriptor, open_regular

Block = NDArray[np.float32]  # (frames, channels)

# What libsndfile reads as it stands; other codecs in a WAV (MP3, ADPCM) are left to ffmpeg.
_PLAIN = {"PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW", "ALAW"}
_RATES_HZ = range(1_000, 768_001)


class Audio(Protocol):
    """A recording that is being decoded.

    `claimed_seconds` is what the file says of itself, 0 where it says nothing. `decode_errors`
    is complete when `blocks` has ended.
    """

    sample_rate_hz: int
    channels: int
    codec: str
    claimed_seconds: float
    decode_errors: int

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, float32, shape (frames, channels)."""


class SndfileAudio:
    """The audio of a file that libsndfile reads."""

    decode_errors = 0

    def __init__(self, file: soundfile.SoundFile) -> None:
        self._file = file
        self.sample_rate_hz, self.channels = int(file.samplerate), int(file.channels)
        self.codec = str(file.subtype).lower()
        self.claimed_seconds = file.frames / self.sample_rate_hz

    def blocks(self) -> Iterator[Block]:
        """Yield the audio in order, float32, shape (frames, channels).

        Raises:
            Unreadable: libsndfile gives up before the end.
        """
        frames = max(1, BLOCK_SAMPLES // self.channels)
        try:
            while len(block := self._file.read(frames, dtype="float32", always_2d=True)):
                yield block
        except soundfile.LibsndfileError as error:
            raise Unreadable(str(error)) from None


@contextmanager
def open_audio(path: Path) -> Iterator[Audio]:
    """Yield the recording's audio: a plain WAV by libsndfile, everything else by ffmpeg.

    Content decides, not the name. FLAC goes to ffmpeg too, because libsndfile gives up at the first
    damaged frame, where ffmpeg loses that frame only. An Ogg file whose header ffmpeg refuses (some
    encoders' are out of order) goes to libsndfile.

    Raises:
        Unreadable: the file does not decode to audio.
    """
    try:
        _demand_file(path.stat())
        with open_regular(path) as file:
            start = file.read(12)
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None
    if not start:
        raise Unreadable("is empty, 0 bytes")
    with _decoder(path, start) as audio:
        if audio.sample_rate_hz not in _RATES_HZ:
            raise Unreadable(f"sample rate is {audio.sample_rate_hz} Hz, not of 1 to 768 kHz")
        yield audio


def _demand_file(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for its other end
        raise Unreadable("is no file")
    if reason := limits.find_size_fault(status.st_size):
        raise Unreadable(reason)


def _decoder(path: Path, start: bytes) -> AbstractContextManager[Audio]:
    if start[:4] in {b"RIFF", b"RF64"} and start[8:] == b"WAVE" and (wav := _sndfile(path, _PLAIN)):
        return wav
    try:
        return FfmpegAudio(path)
    except Unreadable:
        if start[:4] == b"OggS" and (ogg := _sndfile(path, {"VORBIS", "OPUS"})):
            return ogg
        raise


def _sndfile(path: Path, codecs: set[str]) -> AbstractContextManager[SndfileAudio] | None:
    try:
        # By descriptor: a name that is not UTF-8 is none to soundfile.
        file = soundfile.SoundFile(open_descriptor(path), closefd=True)
    except soundfile.LibsndfileError:
        return None
    if file.subtype not in codecs:
        file.close()
        return None
    if limits.is_too_long(file.frames, file.samplerate):  # of frames that are there, not claimed
        file.close()
        raise Unreadable(f"is longer than {limits.MAX_HOURS} hours")
    return _closing(file)


@contextmanager
def _closing(file: soundfile.SoundFile) -> Iterator[SndfileAudio]:
    with file:
        yield SndfileAudio(file)
