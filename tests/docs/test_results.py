"""The tables of README and docs are those that the committed results make."""

import networks_table
import numpy as np
import pandas as pd
import pytest
import results
import yaml
from pipeline import ROOT

from takht.evaluation.metrics import accuracy, macro_f1


def test_the_pages_show_the_committed_results():
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in results.PAGES]
    for page in pages:
        assert results.with_tables(page) == page
    for name in results.all_tables():
        assert sum(f"<!-- {name} -->" in page for page in pages) == 1, name


def test_the_front_page_is_short():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert readme.count("\n") <= 130
    assert len(readme.split()) <= 1000


def test_every_experiment_of_params_yaml_is_in_every_table():
    params = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for lines in (*map(results.test_table, results.MEASURED), results.crossval_table()):
        text = "\n".join(lines)
        assert all(f"| `{key}` |" in text for key in params["experiments"])


def test_the_demo_results_are_the_committed_metrics():
    for key, shown in results.committed.read(ROOT / "docs/measured/demo.json")[
        "experiments"
    ].items():
        assert shown["metrics"] == results.committed.read(ROOT / f"metrics/{key}.json")


def crossval(right):
    """Predictions of composers a and b; `right` has shape (repeats, recordings)."""
    return pd.DataFrame(
        [
            {
                "repeat": str(repeat),
                "recording": f"r{place:03d}",
                "composer": "ab"[place % 2],
                "predicted": "ab"[place % 2] if good else "ba"[place % 2],
            }
            for repeat, row in enumerate(right)
            for place, good in enumerate(row)
        ]
    )


def test_a_paired_difference_is_exact_and_its_interval_over_recordings():
    rng = np.random.default_rng(1)
    before = rng.random((3, 100)) < 0.6
    after = before | (rng.random((3, 100)) < 0.5)
    found = results.paired(crossval(before), crossval(after))
    gain, low, high = found["accuracy_recordings"]
    assert gain == pytest.approx(after.mean() - before.mean(), abs=1e-4)
    error = (after.mean(axis=0) - before.mean(axis=0)).std() / 10
    assert (low, high) == pytest.approx((gain - 1.96 * error, gain + 1.96 * error), abs=0.01)
    assert results.paired(crossval(before), crossval(before))["accuracy_recordings"] == [0, 0, 0]


def test_scores_of_several_splits_are_of_all_and_vary_by_recording():
    rng = np.random.default_rng(2)
    actual = rng.integers(0, 4, 60)
    predicted = np.where(rng.random(60) < 0.6, actual, rng.integers(0, 4, 60))
    names = "abcd"
    tested = [
        (f"r{number:02d}", names[truth], names[said])
        for number, (truth, said) in enumerate(zip(actual, predicted, strict=True))
    ]
    once, twice = (networks_table.resampled(each) for each in ([tested], [tested, tested]))
    np.testing.assert_allclose(
        once[:, 0], [accuracy(actual, predicted), macro_f1(actual, predicted)]
    )
    np.testing.assert_allclose(twice, once)  # the same recordings again tell nothing more
    share = once[0, 0]
    assert once[0, 1:].std() == pytest.approx(np.sqrt(share * (1 - share) / 60), rel=0.1)
    right = [(name, truth, truth) for name, truth, _ in tested]
    gain = networks_table.resampled([right]) - once
    assert gain[0, 0] == pytest.approx(1 - share)


def generation(**ours):
    """Results in which ours is as good as can be, but for what is given."""
    good = {"lsd_db": 1.0, "onset": 1.0, "frame_rate_energy": 0.01, "coverage": 0.1}
    good |= {"phase_alone": {"lsd_db": 1.0}, "frechet": 10.0, "frechet_reference": 8.0}
    good |= {"memorisation_distance_ratio": {"370_ms": {"min": 1.0}, "1_second": {"min": 1.0}}}
    real = {"pulse": 0.5, "repetition": 0.4, "block_rate_modulation": 1.0, "in_scale_share": 0.8}
    real |= {"composer_accuracy": 0.5, "coverage": 0.2}
    good |= {"pulse": 0.41, "repetition": 0.49, "block_rate_modulation": 1.2}
    good |= {"in_scale_share": 0.75, "composer_accuracy": 0.43}
    metrics = {"study_vae": {}, "pca": {"lsd_db": 2.0}, "codec": good | ours}
    metrics["reference"] = real | {"composer_accuracy_chance": 0.1}
    cost = {"cpu_s": {"study_vae": 100.0, "codec": 50.0}, "branch_cpu_s": 300.0}
    return cost | {
        "scale": "demo",
        "commit": "abc",
        "metrics": metrics,
        "real_time_factor": 0.05,
    }


def generation_text(**ours):
    return "\n".join(results.generation_table.table("Demo corpus", generation(**ours)))


def test_what_reaches_every_aim_is_said_to():
    text = generation_text()
    assert "Every aim that was measured is reached.\nBy chance, .100 of the pieces are" in text
    assert "missed" not in text.lower()
    assert "| reconstruction, log-spectral distance, dB | ≤ 8 | – | 2.00 | – | 1.00 | – |" in text
    assert "| – pulse | within .1 of real | – | – | – | .41 | .50 | reached |" in text
    assert text.count("| reached |") == 14
    assert "Training took 50 CPU s (original: 100), the whole branch 5.0 CPU minutes." in text


def test_what_was_not_measured_has_no_verdict():
    text = generation_text(pulse=None)
    assert "| – pulse | within .1 of real | – | – | – | – | .50 |  |" in text
    assert "missed" not in text.lower()


@pytest.mark.parametrize(
    ("ours", "name"),
    [
        ({"lsd_db": 8.1}, "reconstruction, log-spectral distance, dB"),
        ({"onset": 0.7}, "reconstruction: onset correlation"),
        ({"phase_alone": {"lsd_db": 3.3}}, "phase alone, log-spectral distance, dB"),
        ({"frechet": 16.1}, "samples, Fréchet distance ÷ that of held-out music"),
        ({"coverage": 0.09}, "samples: coverage"),
        ({"pulse": 0.39}, "samples: pulse"),
        ({"pulse": 0.61}, "samples: pulse"),
        ({"block_rate_modulation": 1.31}, "samples: block-rate modulation"),
        ({"in_scale_share": 0.69}, "samples: time on the composer's scales"),
        ({"composer_accuracy": 0.42}, "composer identified by `best`"),
        (
            {"memorisation_distance_ratio": {"370_ms": {"min": 0.8}, "1_second": {"min": 1.0}}},
            "samples: nearest .37 s of training music ÷ held-out music's",
        ),
    ],
)
def test_what_misses_its_aim_is_named_and_nothing_else(ours, name):
    text = generation_text(**ours)
    assert f"Missed: {name}" in text
    assert text.count("**missed**") == 1


def test_the_mean_over_corpora_is_as_sure_as_independent_ones_make_it():
    rng = np.random.default_rng(2)
    draws = rng.normal([0.1, 0.0, 0.2], [0.05, 0.02, 0.03], (200_000, 3))
    gains = [[c.mean(), *np.quantile(c, [0.025, 0.975])] for c in draws.T]
    expected = [draws.mean(), *np.quantile(draws.mean(axis=1), [0.025, 0.975])]
    assert results.mean_gain(gains) == pytest.approx(expected, abs=1e-3)
