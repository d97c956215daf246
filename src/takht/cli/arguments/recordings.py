"""Any recording, at the rate and loudness that the models know."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from takht.audio import pcm
from takht.audio.decoding import Audio
from takht.audio.ffmpeg import Unreadable
from takht.audio.mono import SILENCE_DBFS, decode_mono, describe_losses, find_fault
from takht.cli.arguments.audio_paths import require_recording
from takht.cli.arguments.generation import MAX_SECONDS, MIN_SECONDS
from takht.core.arrays import Waveform
from takht.errors import TakhtError
from takht.generation.sound.loudness import normalize_loudness
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ
from takht.text import names


def read_recording(path: Path, seconds: float | None = None) -> Waveform:
    """Return a recording, or its first `seconds`: mono (samples,) in [-1, 1], 22,050 Hz, -23 LUFS.

    Raises:
        TakhtError: it does not decode or is of no use, lasts less than a second, begins in silence
            as long as `seconds`, or is to be read whole and lasts more than ten minutes.
    """
    most = round((MAX_SECONDS if seconds is None else seconds) * SAMPLE_RATE_HZ)

    def start_of(blocks: Iterator[pcm.Pcm], _: Audio) -> pcm.Pcm:
        parts, samples = [np.zeros(0, np.int16)], 0
        for block in blocks:
            parts.append(block)
            samples += len(block)
            if samples > most:
                if seconds is None:
                    raise TakhtError(
                        f"{names.escape(str(path))}: lasts more than {MAX_SECONDS:g} s; choose a "
                        "shorter part with --seconds"
                    )
                start = np.concatenate(parts)[:most]
                _require_sound(path, start, f"its first {seconds:g} s are silent; raise --seconds")
                break
        return np.concatenate(parts)

    return _to_wave(path, _decode(path, start_of, whole=seconds is None)[:most])


def read_end(path: Path, seconds: float) -> Waveform:
    """Return the last `seconds` of a recording of any length, as `read_recording` returns it.

    Raises:
        TakhtError: it does not decode or is of no use, lasts less than a second, or ends in
            silence as long as that.
    """
    most = round(seconds * SAMPLE_RATE_HZ)

    def end_of(blocks: Iterator[pcm.Pcm], _: Audio) -> pcm.Pcm:
        end = np.zeros(0, np.int16)
        for block in blocks:
            end = np.concatenate([end, block])[-most:]
        return end

    end = _decode(path, end_of, whole=True)
    _require_sound(path, end, f"its last {seconds:g} s are silent; cut them off")
    return _to_wave(path, end)


def _decode(path: Path, use: Callable[[Iterator[pcm.Pcm], Audio], pcm.Pcm], whole: bool) -> pcm.Pcm:
    """Return what is taken of a recording's blocks, and say on stderr what was lost."""
    where = names.escape(str(path))
    path = require_recording(path)
    try:
        taken, sound = decode_mono(path, SAMPLE_RATE_HZ, use, whole=whole)
    except Unreadable as error:
        reason = error.advise("choose another recording")
        raise TakhtError(f"{where}: unreadable, {reason}") from None
    if fault := find_fault(sound):
        raise TakhtError(f"{where}: {fault}")
    for line in describe_losses(sound):
        sys.stderr.write(f"{where}: {line}\n")
    return taken


def _require_sound(path: Path, taken: pcm.Pcm, fault: str) -> None:
    least = pcm.FULL_SCALE * 10 ** (SILENCE_DBFS / 20)
    if int(taken.max(initial=0)) - int(taken.min(initial=0)) < 2 * least:
        raise TakhtError(f"{names.escape(str(path))}: {fault}")


def _to_wave(path: Path, taken: pcm.Pcm) -> Waveform:
    wave = taken.astype(np.float32) / np.float32(pcm.FULL_SCALE)
    if len(wave) < MIN_SECONDS * SAMPLE_RATE_HZ:
        raise TakhtError(
            f"{names.escape(str(path))}: lasts {len(wave) / SAMPLE_RATE_HZ:.2f} s, less than "
            f"{MIN_SECONDS:g} s; choose a longer recording"
        )
    return normalize_loudness(wave, SAMPLE_RATE_HZ)
