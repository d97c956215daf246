"""Any recording, at the rate and loudness that the models know."""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from takht.audio import pcm
from takht.audio.decoding import Audio
from takht.audio.ffmpeg import Unreadable
from takht.audio.mono import decode_mono, describe_losses, find_fault
from takht.cli.arguments.generation import MAX_SECONDS, MIN_SECONDS
from takht.core.arrays import Waveform
from takht.errors import TakhtError
from takht.generation.sound.loudness import normalize_loudness
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ
from takht.text import names


def read_recording(path: Path, seconds: float | None = None) -> Waveform:
    """Return a recording, or its first `seconds`: mono (samples,) in [-1, 1], 22,050 Hz, -23 LUFS.

    Raises:
        TakhtError: it does not decode or is of no use, lasts less than a second, or more than ten
            minutes are asked for.
    """
    most = round((MAX_SECONDS if seconds is None else seconds) * SAMPLE_RATE_HZ)

    def start_of(blocks: Iterator[pcm.Pcm], _: Audio) -> pcm.Pcm:
        parts, samples = [np.zeros(0, np.int16)], 0
        for block in blocks:
            parts.append(block)
            samples += len(block)
            if samples > most:
                break
        return np.concatenate(parts)

    where = names.escape(str(path))
    try:
        start, sound = decode_mono(path, SAMPLE_RATE_HZ, start_of, whole=seconds is None)
    except Unreadable as error:
        reason = error.advise("choose another recording")
        raise TakhtError(f"{where}: unreadable, {reason}") from None
    if fault := find_fault(sound):
        raise TakhtError(f"{where}: {fault}")
    if seconds is None and len(start) > most:
        raise TakhtError(
            f"{where}: lasts more than {MAX_SECONDS:g} s; choose a shorter part with --seconds"
        )
    for line in describe_losses(sound):
        sys.stderr.write(f"{where}: {line}\n")
    wave = start[:most].astype(np.float32) / np.float32(pcm.FULL_SCALE)
    if len(wave) < MIN_SECONDS * SAMPLE_RATE_HZ:
        raise TakhtError(
            f"{where}: lasts {len(wave) / SAMPLE_RATE_HZ:.2f} s, less than {MIN_SECONDS:g} s; "
            "choose a longer recording"
        )
    return normalize_loudness(wave, SAMPLE_RATE_HZ)
