"""Log-odds are those of the probabilities where these tell, and go on where they no longer do."""

from types import SimpleNamespace

import models
import numpy as np
import pytest

from takht.inference.log_odds import compute_log_odds


@pytest.fixture
def windows():
    return np.random.default_rng(2).normal(0, 1, (50, 1, models.COUNT)).astype(np.float32)


def mild():
    """A discriminant whose windows are between sure and unsure."""
    return models.discriminant(np.random.default_rng(1).normal(0, 1, (99, models.COUNT)))


def test_they_are_the_logits_of_the_probabilities(windows):
    model = mild()
    for number in range(3):
        own = model.probabilities(windows).astype(np.float64)[:, number]
        found = compute_log_odds(model, windows, number)
        told = (own > 1e-4) & (own < 1 - 1e-4)
        assert told.sum() > 10
        np.testing.assert_allclose(found[told], np.log(own / (1 - own))[told], atol=1e-2)


def test_a_discriminants_go_on_where_probabilities_have_ended(windows):
    sure = 10_000 * windows
    assert set(mild().probabilities(sure).max(axis=1)) == {1.0}
    found = compute_log_odds(mild(), sure, 0)
    assert np.abs(found).max() > 110
    assert len(set(found)) == len(found)


def test_a_networks_end_where_its_probabilities_do():
    said = np.array([[0.5, 0.3, 0.2], [1.0, 0.0, 0.0]])
    network = SimpleNamespace(probabilities=lambda windows: said[windows])
    found = compute_log_odds(network, np.array([0, 1]), 0)
    assert found[0] == pytest.approx(0)
    assert 80 < found[1] < 104
    assert compute_log_odds(network, np.array([0]), 2) == pytest.approx(np.log(0.25))
