"""Excerpts of real music, and their blocks in another order."""

import numpy as np
import pandas as pd
import soundfile

from takht.generation.metrics.excerpts import Excerpt, read_excerpts, shuffle_blocks

RATE_HZ = 22_050


def tone(hz: float, seconds: float) -> np.ndarray:
    return 0.1 * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)


def pitch_hz(wave: np.ndarray) -> int:
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
    return round(float(np.fft.rfftfreq(len(wave), 1 / RATE_HZ)[spectrum.argmax()]))


def test_every_recording_gives_an_excerpt_before_any_gives_a_second(tmp_path):
    segments = {"a/1": [9.0, 5.0], "a/2": [2.0], "a/3": [8.0], "b/1": [4.0]}
    for number, (recording, lengths) in enumerate(segments.items()):
        (tmp_path / recording).mkdir(parents=True)
        for place, seconds in enumerate(lengths):
            wave = tone(200 * (1 + number) + 50 * place, seconds)
            soundfile.write(tmp_path / recording / f"{place:04d}.wav", wave, RATE_HZ)
    sides = dict.fromkeys(segments, "test") | {"a/3": "train"}
    rows = [(name, name[0], side) for name, side in sides.items()]
    split = pd.DataFrame(rows, columns=["recording", "composer", "side"])
    found = read_excerpts(tmp_path, split, "test", 4.0, 4)
    assert [(each.composer, each.recording) for each in found] == [
        *(("a", "a/1"), ("a", "a/2"), ("a", "a/1"), ("a", "a/1"), ("b", "b/1")),
    ]
    assert [len(each.wave) / RATE_HZ for each in found] == [4, 2, 4, 4, 4]
    assert [pitch_hz(each.wave) for each in found] == [200, 400, 200, 250, 800]
    assert len(read_excerpts(tmp_path, split, "test", 4.0, 1)) == 2


def test_shuffled_blocks_are_the_same_in_another_order_without_seams():
    size = 2205
    steps = np.concatenate([tone(200 + 50 * number, 0.1) for number in range(30)])
    shuffled = shuffle_blocks(Excerpt("a", "a/1", steps.astype(np.float32)), size).wave
    pitches = [pitch_hz(part) for part in shuffled.reshape(30, size)]
    order = np.round((np.array(pitches) - 200) / 50).astype(int)
    assert len(set(order)) >= 28  # each fades into its neighbours
    assert (np.diff(order) == 1).sum() < 5
    steady = shuffle_blocks(Excerpt("a", "a/1", tone(200, 3.0).astype(np.float32)), size).wave
    level = np.sqrt(np.mean(steady[size:-size].reshape(28, size) ** 2, axis=1))
    # 20 periods fit a block; the first and the last have silence on one side
    np.testing.assert_allclose(level, level.mean(), rtol=0.1)
