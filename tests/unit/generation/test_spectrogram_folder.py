"""Spectrograms are made of segments at one loudness, whatever `normalize` left."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from takht.core import tables
from takht.dataset.feature_folder import open_array
from takht.generation.spectrogram.level_spectrogram import level_spectrogram
from takht.generation.spectrogram.spectrogram_folder import (
    ClipSettings,
    LevelSettings,
    write_spectrograms,
)

RATE_HZ = 22_050


def test_what_a_recording_lacks_to_the_target_is_added_in_decibels(tmp_path):
    wave = (0.005 * np.sin(2 * np.pi * 40 * np.arange(RATE_HZ) / 1024)).astype(np.float32)
    rows = [("c/low", -30.0, -10.0), ("c/right", -30.0, 7.0), ("c/silent", -np.inf, 0.0)]
    for name, _, _ in rows:
        (tmp_path / "segments" / name).mkdir(parents=True)
        soundfile.write(tmp_path / "segments" / name / "0000.wav", wave, RATE_HZ, "FLOAT")
    table = pd.DataFrame(rows, columns=["recording", "loudness_lufs", "gain_db"])
    tables.write_table(table, tmp_path / "gains.csv")
    write_spectrograms(
        tmp_path / "made",
        level_spectrogram,
        {"kind": "generation_spectrogram"},
        tmp_path / "segments",
        tmp_path / "gains.csv",
        ClipSettings(segments_per_recording=1),
        LevelSettings(target_lufs=-23.0),
    )
    peaks = [float(open_array(tmp_path / "made", name).max()) for name, _, _ in rows]
    # 80 dB are 1: to -23 LUFS the first lacks 17 dB, the second nothing, the third nobody knows.
    assert peaks[0] - peaks[1] == pytest.approx(17 / 80, abs=0.002)
    assert peaks[2] == peaks[1]
    assert 0.1 < peaks[1] < peaks[0] < 0.95  # none is at an end of the range
