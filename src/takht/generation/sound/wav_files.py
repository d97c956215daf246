"""Sounds as files: mono WAV of 16 bits at 22,050 Hz."""

from pathlib import Path

import soundfile

from takht.audio import pcm
from takht.core.arrays import Waveform
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ
from takht.runtime.atomic import atomic_file


def write_wav(wave: Waveform, path: Path) -> None:
    """Write a wave (samples,) in [-1, 1], rounded to 16 bits."""
    with atomic_file(path) as partial:
        soundfile.write(partial, pcm.quantize(wave), SAMPLE_RATE_HZ, "PCM_16", format="WAV")
