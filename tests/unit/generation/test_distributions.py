"""Scores of sets of samples against closed forms and sets small enough to count by hand."""

import numpy as np
import pytest

from takht.generation.metrics.distributions import (
    active_units,
    bits_per_second,
    coverage,
    cut_patches,
    diversity,
    frechet_distance,
    kl_nats,
    memorisation_distance_ratio,
    thin,
)


def normal(seed, *shape):
    return np.random.default_rng(seed).standard_normal(shape)


def exact(items):
    """Rows whose mean is 0 and whose covariance is the identity, exactly."""
    rows = items - items.mean(axis=0)
    return rows @ np.linalg.inv(np.linalg.cholesky(np.cov(rows.T))).T


def test_frechet_distance_of_two_gaussians_is_the_closed_form():
    """Means differ by d; covariances a², b² on one diagonal: |d|² + sum of (a - b)²."""
    rows = exact(normal(1, 500, 3))
    a, b, gap = np.array([1, 2, 3]), np.array([2, 2, 0.5]), np.array([1, -1, 2])
    expected = gap @ gap + ((a - b) ** 2).sum()
    assert frechet_distance(rows * a, rows * b + gap) == pytest.approx(expected)


def test_frechet_distance_of_covariances_that_do_not_commute():
    """Against a matrix square root: trace(A + B - 2 (A B)^½)."""
    a, b = (np.cov((normal(seed, 50, 4) @ normal(seed + 9, 4, 4)).T) for seed in (1, 2))
    rows = exact(normal(3, 400, 4))
    made = [rows @ np.linalg.cholesky(each).T for each in (a, b)]
    values = np.linalg.eigvals(a @ b)
    expected = np.trace(a + b) - 2 * np.sqrt(values.real).sum()
    assert frechet_distance(*made) == pytest.approx(expected, rel=1e-6)


def test_coverage_counted_by_hand():
    real = np.array([[0.0], [1.0], [3.0], [10.0]])  # to the nearest: 1, 1, 2, 7
    made = np.array([[0.5], [2.5], [100.0]])
    # balls (-1, 1), (0, 2), (1, 5), (3, 17): 0.5 lies in two, 2.5 in one, 100 in none
    assert coverage(real, made, neighbours=1) == 3 / 4


def test_identical_samples_have_no_diversity_however_good_they_look():
    real = normal(4, 60, 3)
    same = np.repeat(real[:1], 40, axis=0)
    assert diversity(real, same) == 0
    assert coverage(real, same) < 0.3
    assert diversity(real, 2 * real) == pytest.approx(2)


def test_copies_have_copying_ratio_0_and_new_items_1():
    train, held = normal(9, 80, 20), normal(10, 200, 20)
    assert memorisation_distance_ratio(train, held, 3 * train[:40] + 1) == pytest.approx(
        (0, 0), abs=1e-6
    )
    least, median = memorisation_distance_ratio(train, held, normal(11, 200, 20))
    assert least == pytest.approx(1, abs=0.5)
    assert median == pytest.approx(1, abs=0.1)


def test_one_copy_among_many_shows_in_the_least_alone():
    train, held, made = normal(12, 80, 20), normal(13, 50, 20), normal(14, 50, 20)
    made[0] = train[7]
    least, median = memorisation_distance_ratio(train, held, made)
    assert least == pytest.approx(0, abs=1e-6)
    assert median > 0.8


def test_copying_is_judged_on_sets_of_one_size():
    train, held = normal(15, 80, 20), normal(16, 30, 20)
    many = np.concatenate([held, normal(17, 3000, 20)])
    few = thin(many, 30)
    assert memorisation_distance_ratio(train, held, many) == memorisation_distance_ratio(
        train, held, few
    )


def test_patches_are_means_of_cells_about_the_clips_mean_and_leave_out_what_hardly_moves():
    frames = np.zeros((80, 513), np.float32)
    frames[40:, 96:] = 1
    rows = cut_patches(frames, 32, 24)  # at 0, 24 and 48; the mean is 0 and half
    low, high = 24 * [0] + 41 * [-0.5], 24 * [0] + 41 * [0.5]
    np.testing.assert_allclose(rows, [4 * low, 2 * low + 2 * high, 4 * high], atol=1e-6)
    assert len(cut_patches(1 + 0.01 * frames, 32, 24)) == 0
    assert cut_patches(frames[:16], 32, 24).shape == (0, 260)


def test_cells_are_as_wide_as_what_the_ear_tells_apart():
    frames = np.zeros((16, 513), np.float32)
    frames[8:, 400] = 1  # of the cell from 385 to 400
    frames[8:, 50] = 1  # of that from 48 to 51
    later = cut_patches(frames, 16, 16).reshape(2, 65)[1]
    assert sorted(later[later > 0]) == pytest.approx([0.5 / 16, 0.5 / 4])


def test_a_copy_with_another_mean_spectrum_is_found():
    """A mean spectrum of its own neither hides a copy nor makes one."""
    train, other = normal(19, 400, 513), normal(20, 400, 513)
    offset = 5 * normal(21, 513)
    rows = [cut_patches(each, 32, 8) for each in (train, other, train + offset, other + offset)]
    assert memorisation_distance_ratio(rows[0], rows[1], rows[2])[1] == pytest.approx(0, abs=1e-3)
    assert memorisation_distance_ratio(rows[0], rows[1], rows[3])[1] == pytest.approx(1, abs=1e-2)


def test_active_units_are_those_that_vary():
    means = normal(18, 1000, 5) * np.array([1, 0.2, 0.05, 0.001, 0])
    assert active_units(means) == 2


def test_kl_of_known_posteriors_and_their_rate():
    """N(m, s²) from N(0, 1): (s² + m² - 1) / 2 - ln s."""
    means, deviations = np.array([[2.0, 0.0]]), np.array([[0.5, 1.0]])
    nats = kl_nats(means, 2 * np.log(deviations))
    assert nats == pytest.approx((0.25 + 4 - 1) / 2 - np.log(0.5))
    assert bits_per_second(np.log(2) * 30, 10.0) == pytest.approx(3)
