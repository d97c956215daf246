"""Pictures show what they are given, at its place in time and frequency, in stable bytes."""

import numpy as np
import pytest
from PIL import Image

from takht.features.spectrograms.figures import draw_composers, draw_steps, save_figure
from takht.features.spectrograms.mel import log_mel, mfcc

RATE_HZ = 22_050
MEL = {"sample_rate_hz": RATE_HZ, "n_fft": 2048, "hop_samples": 512, "bands": 64}


@pytest.fixture
def figure():
    now = np.arange(4 * RATE_HZ) / RATE_HZ
    wave = (np.sin(2 * np.pi * 2000 * now) * (now > 2)).astype(np.float32)
    mel_db = log_mel(wave, **MEL)
    return draw_steps("بياتي", wave, mel_db, mfcc(mel_db, 20), sample_rate_hz=RATE_HZ, n_fft=2048)


def test_every_step_is_drawn_on_one_time_axis_in_seconds(figure):
    assert [axes.get_title().split(";")[0] for axes in figure.axes] == [
        "waveform",
        "log spectrogram",
        "log-mel spectrogram",
        "MFCC",
    ]
    assert figure.axes[3].get_xlim() == pytest.approx((0, 4), abs=0.01)


def test_a_tone_in_the_second_half_is_seen_there_and_at_its_frequency(figure):
    image = figure.axes[1].images[0]
    levels = image.get_array()  # (frequency, time), low frequencies first
    left, right, bottom, top = image.get_extent()
    rows, columns = levels.shape
    peak = np.unravel_index(levels.argmax(), levels.shape)
    assert bottom + (peak[0] + 0.5) / rows * (top - bottom) == pytest.approx(2, abs=0.02)  # kHz
    loud = levels.max(axis=0) > levels.max() - 20
    assert left + loud.argmax() / columns * (right - left) == pytest.approx(2, abs=0.1)


def test_composers_have_a_picture_each_under_their_label():
    draw = np.random.default_rng(1).normal
    excerpts = {"أ": draw(size=(50, 16)), "ب": draw(size=(25, 16)), "c": draw(size=(50, 16))}
    figure = draw_composers(excerpts, 3.0, 50, of=3)
    shown = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title() for axes in shown] == list(excerpts)
    for axes, excerpt, seconds in zip(shown, excerpts.values(), (3, 1.5, 3), strict=True):
        (image,) = axes.images
        np.testing.assert_array_equal(image.get_array(), excerpt.T)
        assert image.get_extent() == [0, seconds, 0, 16]
        assert image.get_clim() == (excerpt.max() - 80, excerpt.max())
    assert figure.axes[0].get_xlim() == (0, 3)


def test_a_picture_saved_twice_has_the_same_bytes(figure, tmp_path):
    for name in ("a.png", "b.png"):
        save_figure(figure, tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (810, 720)
