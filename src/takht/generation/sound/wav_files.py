"""Sounds as files: mono WAV of 16 bits at 22,050 Hz."""

from pathlib import Path

import soundfile

from takht.audio import pcm
from takht.core.arrays import Waveform
from takht.generation.spectrogram.log_mel import SAMPLE_RATE_HZ
from takht.runtime import atomic as outputs


def write(wave: Waveform, path: Path) -> None:
    """Write a wave in [-1, 1], rounded to 16 bits."""
    with outputs.fresh_file(path) as partial:
        soundfile.write(partial, pcm.quantised(wave), SAMPLE_RATE_HZ, "PCM_16", format="WAV")
