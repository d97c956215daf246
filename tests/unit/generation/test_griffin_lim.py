"""Griffin-Lim does what its name says: tones keep their pitch, and no frame rate is heard."""

import numpy as np
import pytest
from melodies import RATE_HZ, cents, melody

from takht.generation.sound.griffin_lim import MOMENTUM, griffin_lim
from takht.generation.sound.initial_phases import estimate_phases
from takht.generation.spectrogram.level_spectrogram import level_spectrogram, recover_magnitude
from takht.generation.spectrogram.stft import stft
from takht.generation.study_vae.spectrogram import log_spectrogram, zero_phase


def magnitudes_of(wave: np.ndarray) -> np.ndarray:
    return np.abs(stft(wave, n_fft=1024, hop_samples=256))


def buzz(wave: np.ndarray) -> float:
    """Share of the energy within half a hertz of multiples of the frame rate, 86.13 Hz."""
    energy = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) ** 2
    multiples = np.fft.rfftfreq(len(wave), 1 / RATE_HZ) * 256 / RATE_HZ
    near = np.abs(multiples - np.round(multiples)) <= 0.5 * 256 / RATE_HZ
    return float(energy[near & (multiples > 0.5)].sum() / energy.sum())


@pytest.mark.parametrize("momentum", [0.0, MOMENTUM])
def test_the_spectrum_comes_nearer_with_every_few_iterations(momentum):
    wanted = magnitudes_of(melody(1, 3.0))
    distances = []
    for iterations in (0, 2, 8, 32):
        wave = griffin_lim(wanted, iterations=iterations, seed=1, momentum=momentum)
        distances.append(np.linalg.norm(magnitudes_of(wave) - wanted) / np.linalg.norm(wanted))
    assert np.all(np.diff(distances) < 0)
    assert distances[-1] < (0.1 if momentum else 0.2)


@pytest.mark.parametrize("hz", [220.0, 440.0, 1234.5])
@pytest.mark.parametrize("iterations", [0, 16])
def test_a_tone_comes_back_at_its_own_pitch(hz, iterations):
    wave = 0.3 * np.sin(2 * np.pi * hz * np.arange(3 * RATE_HZ) / RATE_HZ).astype(np.float32)
    back = griffin_lim(magnitudes_of(wave), iterations=iterations, seed=1)
    assert len(back) == len(wave) // 256 * 256
    assert abs(cents(back[4000:-4000], hz)) < 1


def test_a_tone_keeps_its_pitch_and_level_through_levels():
    wave = 0.1 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE_HZ) / RATE_HZ).astype(np.float32)
    back = griffin_lim(
        recover_magnitude(level_spectrogram(wave)),
        iterations=16,
        seed=1,
    )
    assert abs(cents(back[4000:-4000], 440)) < 1
    level_db = 20 * np.log10(back[4000:-4000].std() / wave.std())
    assert abs(level_db) < 1


def test_no_frame_rate_is_heard_where_the_originals_method_buzzes():
    wave = melody(1, 6.0)
    back = griffin_lim(magnitudes_of(wave), iterations=32, seed=1)
    assert buzz(back) < 0.03
    assert abs(buzz(back) - buzz(wave)) < 0.01
    original = zero_phase(log_spectrogram(wave))
    assert buzz(original) > 0.1


def test_silence_and_a_single_peak_have_phases_too():
    assert np.isfinite(
        estimate_phases(np.zeros((5, 513), np.float32), seed=1, hop_samples=256)
    ).all()
    assert not griffin_lim(np.zeros((5, 513), np.float32), iterations=3, seed=1).any()


def test_phases_turn_at_the_frequency_of_the_peak():
    hz = 1000.0
    wave = np.sin(2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ).astype(np.float32)
    phases = estimate_phases(magnitudes_of(wave), seed=1, hop_samples=256)
    around = round(hz * 1024 / RATE_HZ)
    turned = np.diff(phases[4:-4, around]) - 2 * np.pi * hz * 256 / RATE_HZ
    assert np.abs(np.angle(np.exp(1j * turned))).max() < 0.005
    # neighbours of a peak have its phase, turned by half a circle
    beside = np.exp(1j * (phases[4:-4, around + 1] - phases[4:-4, around]))
    np.testing.assert_allclose(beside, -1, atol=1e-4)


def test_the_seed_alone_decides():
    wanted = magnitudes_of(melody(1, 1.0))
    first, same, other = (griffin_lim(wanted, iterations=2, seed=s) for s in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.allclose(first, other, atol=0.01)
