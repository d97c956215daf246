"""Any recording, at the rate and loudness that the models know."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from takht.audio import pcm
from takht.audio.decoding import open_audio
from takht.audio.ffmpeg import Unreadable
from takht.audio.resampling import mix_to_mono, resample
from takht.cli.arguments.generation import MAX_SECONDS, MIN_SECONDS
from takht.core.arrays import Waveform
from takht.errors import TakhtError
from takht.generation.sound.loudness import normalize_loudness
from takht.generation.spectrogram.log_mel import SAMPLE_RATE_HZ


def read_recording(path: Path, seconds: float | None = None) -> Waveform:
    """Return a recording, or so many seconds from its start: mono, 22,050 Hz, -23 LUFS.

    Raises:
        TakhtError: it does not decode, lasts less than a second, or more than ten minutes are
            asked for.
    """
    most = round((MAX_SECONDS if seconds is None else seconds) * SAMPLE_RATE_HZ)
    blocks, samples = [], 0
    try:
        for block in _decoded(path):
            blocks.append(block)
            samples += len(block)
            if samples > most:
                break
    except Unreadable as error:
        raise TakhtError(f"{path}: unreadable, {error}; choose another recording") from None
    if seconds is None and samples > most:
        raise TakhtError(
            f"{path}: lasts more than {MAX_SECONDS:g} s; say with --seconds how many of them"
        )
    whole = np.concatenate([np.zeros(0, np.int16), *blocks])[:most]
    wave = whole.astype(np.float32) / np.float32(pcm.FULL_SCALE)
    if len(wave) < MIN_SECONDS * SAMPLE_RATE_HZ:
        raise TakhtError(
            f"{path}: lasts {len(wave) / SAMPLE_RATE_HZ:.2f} s, less than {MIN_SECONDS:g} s; "
            "choose a longer recording"
        )
    return normalize_loudness(wave, SAMPLE_RATE_HZ)


def _decoded(path: Path) -> Iterator[pcm.Pcm]:
    with open_audio(path) as audio:
        waves = map(mix_to_mono, audio.blocks())
        yield from map(pcm.quantize, resample(waves, audio.sample_rate_hz, SAMPLE_RATE_HZ))
