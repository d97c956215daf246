"""A denoiser starts as the best linear estimate, and draws music out of noise without a seam."""

import numpy as np
import pytest

from takht.generation.prior.denoiser import Denoiser, dct_matrix, fit_variances
from takht.generation.prior.network import initial_weights, residual
from takht.generation.prior.sampling import denoise_all, draw_blocks, noise_levels

WINDOW, NUMBERS, COMPOSERS, STYLES = 16, 3, 2, 4
NOBODY, NO_STYLE = np.zeros(COMPOSERS, np.float32), np.zeros(STYLES, np.float32)
SIZES = {
    "window_blocks": WINDOW,
    "latents": NUMBERS,
    "composers": COMPOSERS,
    "styles": STYLES,
    "width": 32,
    "layers": 2,
    "seed": 1,
}


def process(count: int, blocks: int = WINDOW, keep: float = 0.8) -> np.ndarray:
    """Gaussian processes of order 1 and of variance 1, (count, blocks, numbers)."""
    rng = np.random.default_rng(count)
    found = rng.normal(size=(count, blocks, NUMBERS))
    for t in range(1, blocks):
        found[:, t] = keep * found[:, t - 1] + np.sqrt(1 - keep**2) * found[:, t]
    return found.astype(np.float32)


def shaken(spread: float = 0.3) -> dict[str, np.ndarray]:
    """Weights far from their start, so that each matters."""
    rng = np.random.default_rng(3)
    weights = initial_weights(**SIZES)
    return {
        name: value + (spread * rng.normal(size=value.shape)).astype(np.float32)
        for name, value in weights.items()
    }


@pytest.fixture(scope="module")
def linear():
    return Denoiser(fit_variances([process(4000)]), initial_weights(**SIZES))


def test_it_starts_as_the_wiener_filter(linear):
    """With variances of its own, it is x (C / (C + s^2)) of the covariance C that they give."""
    noisy = process(5) + np.random.default_rng(1).normal(0, 0.7, (5, WINDOW, NUMBERS))
    found = linear.denoise(noisy.astype(np.float32), 0.7, NOBODY, NO_STYLE)
    dct = dct_matrix(WINDOW)
    for number in range(NUMBERS):
        covariance = dct.T @ np.diag(linear.variances[:, number]) @ dct
        best = covariance @ np.linalg.inv(covariance + 0.49 * np.eye(WINDOW))
        np.testing.assert_allclose(found[..., number], noisy[..., number] @ best.T, atol=1e-4)


def test_variances_do_not_depend_on_the_batches(linear):
    windows = process(4000)
    found = fit_variances([windows[:1], windows[1:3000], windows[3000:]])
    np.testing.assert_allclose(found, linear.variances, rtol=1e-5)


def test_its_linear_estimate_is_nearly_the_best_there_is(linear):
    clean, sigma = process(4001), 0.7
    noise = sigma * np.random.default_rng(2).standard_normal(clean.shape, np.float32)
    estimate = linear.denoise(clean + noise, sigma, NOBODY, NO_STYLE)
    covariance = 0.8 ** np.abs(np.subtract.outer(np.arange(WINDOW), np.arange(WINDOW)))
    posterior = (
        covariance - covariance @ np.linalg.inv(covariance + sigma**2 * np.eye(WINDOW)) @ covariance
    )
    error = float(np.mean((estimate - clean) ** 2))
    assert np.trace(posterior) / WINDOW <= error * 1.01
    assert error <= 1.05 * np.trace(posterior) / WINDOW


def test_without_noise_music_is_left_alone(linear):
    clean = process(3)
    for weights in (linear.weights, shaken()):
        denoiser = Denoiser(linear.variances, weights)
        np.testing.assert_allclose(
            denoiser.denoise(clean, 1e-4, NOBODY, NO_STYLE), clean, atol=5e-3
        )


def test_composer_and_style_matter_and_the_order_of_blocks(linear):
    denoiser = Denoiser(linear.variances, shaken())
    noisy = process(2)
    plain = denoiser.denoise(noisy, 1.0, NOBODY, NO_STYLE)
    for composer, style in (
        (np.array([1, 0], np.float32), NO_STYLE),
        (np.array([0, 1], np.float32), NO_STYLE),
        (NOBODY, np.ones(STYLES, np.float32)),
    ):
        assert np.abs(denoiser.denoise(noisy, 1.0, composer, style) - plain).max() > 0.05
    backwards = denoiser.denoise(noisy[:, ::-1].copy(), 1.0, NOBODY, NO_STYLE)[:, ::-1]
    assert np.abs(backwards - plain).max() > 0.05


def test_keras_computes_what_numpy_computes():
    from takht.core import tensorflow_setup

    tensorflow_setup.set_up(1)
    import keras

    weights, rng = shaken(), np.random.default_rng(4)
    blocks = rng.standard_normal((3, WINDOW, 2 * NUMBERS), np.float32)
    known = (
        rng.standard_normal((3, 1), np.float32),
        np.eye(COMPOSERS, dtype=np.float32)[[0, 1, 1]],
        rng.standard_normal((3, STYLES), np.float32),
    )
    ours = residual(np, weights, blocks, *known)
    variables = {name: keras.Variable(value) for name, value in weights.items()}
    theirs = residual(keras.ops, variables, blocks, *known)
    np.testing.assert_allclose(ours, np.asarray(theirs), atol=1e-4)
    each = [
        residual(np, weights, blocks[n : n + 1], *(part[n : n + 1] for part in known))[0]
        for n in range(3)
    ]
    np.testing.assert_allclose(ours, each, atol=1e-4)


def test_noise_falls_from_far_above_music_to_far_below():
    levels = noise_levels(24)
    assert levels[0] == pytest.approx(20)
    assert levels[-1] == pytest.approx(0.05)
    assert (np.diff(levels) < 0).all()


@pytest.mark.parametrize("blocks", [WINDOW, 70])
def test_blocks_are_as_many_as_the_noise_which_alone_decides(linear, blocks):
    def draw(seed: int) -> np.ndarray:
        return draw_blocks(
            lambda noisy, sigma: linear.denoise(noisy, sigma, NOBODY, NO_STYLE),
            np.random.default_rng(seed).standard_normal((blocks, NUMBERS), np.float32),
            WINDOW,
            8,
        )

    first = draw(1)
    assert first.shape == (blocks, NUMBERS)
    np.testing.assert_array_equal(first, draw(1))
    assert np.abs(first - draw(2)).max() > 0.3


def test_what_is_drawn_is_as_the_music_that_was_learnt(linear):
    """Variance and correlation from block to block of the process, in windows and beyond them."""
    drawn = [
        draw_blocks(
            lambda noisy, sigma: linear.denoise(noisy, sigma, NOBODY, NO_STYLE),
            np.random.default_rng(seed).standard_normal((8 * WINDOW, NUMBERS), np.float32),
            WINDOW,
            24,
        )
        for seed in range(60)
    ]
    found = np.stack(drawn)
    assert found.std() == pytest.approx(1, abs=0.15)
    correlation = np.mean(found[:, 1:] * found[:, :-1]) / np.mean(found**2)
    assert correlation == pytest.approx(0.8, abs=0.06)


def test_a_piece_of_75_s_has_no_jump_where_windows_begin(linear):
    """Steps from block to block are as large there as elsewhere; of separate windows, larger."""
    drawn = np.stack(
        [
            draw_blocks(
                lambda noisy, sigma: linear.denoise(noisy, sigma, NOBODY, NO_STYLE),
                np.random.default_rng(seed).standard_normal((202, NUMBERS), np.float32),
                WINDOW,
                24,
            )
            for seed in range(40)
        ]
    )

    def jump(pieces: np.ndarray, places: np.ndarray) -> float:
        steps = np.mean(np.diff(pieces, axis=1) ** 2, axis=(0, 2))
        return float(steps[places].mean() / np.delete(steps, places).mean())

    starts = np.linspace(0, 202 - WINDOW, 25).round().astype(int)[1:]
    assert jump(drawn, starts - 1) == pytest.approx(1, abs=0.2)
    apart = process(40 * 12).reshape(40, 12 * WINDOW, NUMBERS)
    assert jump(apart, np.arange(WINDOW, 12 * WINDOW, WINDOW) - 1) > 3  # the measure sees a seam


def test_a_single_window_is_not_blended_and_many_are_even(linear):
    noisy = process(1)[0]
    one = denoise_all(
        lambda x, sigma: linear.denoise(x, sigma, NOBODY, NO_STYLE), noisy, 1.0, WINDOW
    )
    np.testing.assert_allclose(
        one, linear.denoise(noisy[None], 1.0, NOBODY, NO_STYLE)[0], atol=1e-6
    )
    ones = denoise_all(
        lambda x, _sigma: np.ones_like(x), np.zeros((77, NUMBERS), np.float32), 1.0, WINDOW
    )
    np.testing.assert_allclose(ones, 1, atol=1e-6)
