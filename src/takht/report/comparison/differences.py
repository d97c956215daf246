"""Compare two revisions' results: differences with paired intervals, and what else changed.

Two models are compared on the test recordings that both revisions have. A recording that one gets
right and the other wrong says something of the difference, all others nothing, so recordings are
resampled in pairs: much narrower than two separate intervals, which a hard recording widens alike.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from takht.core.randomness import rng_for
from takht.errors import TakhtError
from takht.evaluation.metrics import bootstrap_interval, draw_resamples, exact_interval

SCORES = ("accuracy_recordings", "accuracy_windows", "macro_f1_recordings")
FEWEST_CHANGED = 6  # two-sided sign test: 2 · 0.5⁶ = 0.03, 2 · 0.5⁵ = 0.06


@dataclass(frozen=True)
class Experiment:
    """What one revision says of one experiment."""

    scores: Mapping[str, float]  # those of SCORES
    recordings: pd.DataFrame  # recording, actual, predicted: a row a test recording
    corpus: str | None = None  # what it was measured on, where the metrics say so
    rebuilt: bool = True  # after the last change of its inputs and settings


@dataclass(frozen=True)
class Revision:
    """What is compared of a revision; `commit` is None for the workspace."""

    name: str
    commit: str | None
    experiments: Mapping[str, Experiment]
    params: Mapping[str, Any]  # dots between keys
    stages: Mapping[str, Any]  # what dvc.lock records of each stage's last run


@dataclass(frozen=True)
class Move:
    """Test recordings by `actual` that were taken for `predicted`, of those both revisions have."""

    actual: str
    predicted: str
    before: int
    after: int


@dataclass(frozen=True)
class Difference:
    """One experiment in both revisions; `difference` and its interval are of recording accuracy."""

    experiment: str
    before: dict[str, float]
    after: dict[str, float]
    shared: int  # test recordings
    only_before: int
    only_after: int
    fixed: int  # wrong before, right after
    broken: int
    difference: float | None  # None when no recording is shared
    low: float | None
    high: float | None
    verdict: str  # better, worse, no evidence; not comparable where no recording is shared
    moved: list[Move]
    corpora: tuple[str, str] | None = None  # before and after, where they are two


@dataclass(frozen=True)
class Change:
    """A parameter's values; None where it is absent."""

    parameter: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Comparison:
    before: str
    after: str
    before_commit: str | None
    after_commit: str | None
    experiments: list[Difference]
    only_before: list[str]
    only_after: list[str]
    params: list[Change]
    stages_ran: list[str]
    stages_added: list[str] = field(default_factory=list)
    stages_removed: list[str] = field(default_factory=list)
    not_rebuilt_before: list[str] = field(default_factory=list)  # so in no `experiments`
    not_rebuilt_after: list[str] = field(default_factory=list)
    revision: str | None = None  # of which before and after are two experiments


def compare_revisions(before: Revision, after: Revision) -> Comparison:
    """Return what differs from `before` to `after`, experiments in the order of `after`.

    An experiment that was not rebuilt is named only: its scores are of other inputs or settings.

    Raises:
        TakhtError: no experiment is in both.
    """
    old, new = before.experiments, after.experiments
    shared = [name for name in new if name in old]
    if not shared:
        raise TakhtError(
            f"{before.name} and {after.name}: no experiment is in both, got {_listed(old)} and "
            f"{_listed(new)}; name two revisions that evaluated the same experiment"
        )
    stages = {name for name in before.stages if name in after.stages}
    return Comparison(
        before=before.name,
        after=after.name,
        before_commit=before.commit,
        after_commit=after.commit,
        experiments=[
            compare_experiment(name, old[name], new[name])
            for name in shared
            if old[name].rebuilt and new[name].rebuilt
        ],
        only_before=[name for name in old if name not in new],
        only_after=[name for name in new if name not in old],
        params=list_changes(before.params, after.params),
        stages_ran=sorted(name for name in stages if before.stages[name] != after.stages[name]),
        stages_added=sorted(set(after.stages) - stages),
        stages_removed=sorted(set(before.stages) - stages),
        not_rebuilt_before=[name for name in shared if not old[name].rebuilt],
        not_rebuilt_after=[name for name in shared if not new[name].rebuilt],
    )


def compare_experiments(revision: Revision, first: str, second: str) -> Comparison:
    """Return how one experiment of a revision differs from another, in scores and parameters.

    Raises:
        TakhtError: the revision lacks one of them, or did not rebuild it.
    """
    for name in (first, second):
        if name not in revision.experiments:
            raise TakhtError(
                f"{revision.name}: experiments: no metrics of {name!r}, there are "
                f"{_listed(revision.experiments)}; choose two of these"
            )
        if not revision.experiments[name].rebuilt:
            raise TakhtError(
                f"{revision.name}: experiments: {name!r} was not rebuilt since its inputs or "
                "settings changed; run `dvc repro` there, or name another revision"
            )
    old, new = revision.experiments[first], revision.experiments[second]
    params = [
        {
            key.removeprefix(start): value
            for key, value in revision.params.items()
            if key.startswith(start)
        }
        for start in (f"experiments.{first}.", f"experiments.{second}.")
    ]
    return Comparison(
        before=first,
        after=second,
        before_commit=revision.commit,
        after_commit=revision.commit,
        experiments=[compare_experiment(second, old, new)],
        only_before=[],
        only_after=[],
        params=list_changes(*params),
        stages_ran=[],
        revision=revision.name,
    )


def compare_experiment(
    name: str,
    before: Experiment,
    after: Experiment,
    *,
    resamples: int = 10_000,
    seed: int = 1,
) -> Difference:
    """Return how an experiment's two results differ over the recordings that both have.

    The interval is the 95 % percentile interval over `resamples` bootstrap resamples of pairs. If
    all were fixed, all broken or none changed, it comes from the exact interval of that share.
    """
    pairs = before.recordings.merge(
        after.recordings, on="recording", suffixes=("_before", "_after"), validate="one_to_one"
    ).sort_values("recording", ignore_index=True)
    was_right = (pairs["actual_before"] == pairs["predicted_before"]).to_numpy()
    is_right = (pairs["actual_after"] == pairs["predicted_after"]).to_numpy()
    gains = is_right.astype(float) - was_right  # -1, 0 or 1
    mean = low = high = None
    if len(pairs):
        places = draw_resamples(len(pairs), resamples, rng_for(seed, "compare", name))
        mean = float(gains.mean())
        low, high = bootstrap_interval(gains[places].mean(axis=1))
        if abs(mean) == 1:  # all fixed or all broken: resamples cannot differ
            least, _ = exact_interval(len(pairs), len(pairs))  # share that changes so
            low, high = sorted([mean, mean * (2 * least - 1)])
        elif not gains.any():  # nor can they here
            _, most = exact_interval(0, len(pairs))  # share that may change, either way
            low, high = -most, most
    fixed, broken = int(np.sum(gains > 0)), int(np.sum(gains < 0))
    return Difference(
        experiment=name,
        before=dict(before.scores),
        after=dict(after.scores),
        shared=len(pairs),
        only_before=len(before.recordings) - len(pairs),
        only_after=len(after.recordings) - len(pairs),
        fixed=fixed,
        broken=broken,
        difference=mean,
        low=low,
        high=high,
        verdict=decide_verdict(low, high, fixed + broken),
        moved=list_moves(pairs),
        corpora=_two(before.corpus, after.corpus),
    )


def _two(before: str | None, after: str | None) -> tuple[str, str] | None:
    return (before, after) if before and after and before != after else None


def decide_verdict(low: float | None, high: float | None, changed: int) -> str:
    """Return what the interval of a difference says: it must leave out 0 to be evidence.

    So must the sign test: below FEWEST_CHANGED recordings that changed it cannot reach 5 %, while
    a percentile interval of so few leaves out 0 too easily (of 2 of 3 fixed, it is [0, 1]).
    """
    if low is None or high is None:
        return "not comparable"
    if low <= 0 <= high or changed < FEWEST_CHANGED:
        return "no evidence"
    return "better" if low > 0 else "worse"


def list_moves(pairs: pd.DataFrame) -> list[Move]:
    """Return the five confusions whose count changed most, largest change first.

    A composer has the label of after in both, so a new display name alone moves nothing.
    """
    before = _confusions(pairs, "before", _new_labels(pairs))
    after = _confusions(pairs, "after", {})
    found = [
        Move(actual, predicted, before[actual, predicted], after[actual, predicted])
        for actual, predicted in sorted(before | after)
        if before[actual, predicted] != after[actual, predicted]
    ]
    return sorted(found, key=lambda move: -abs(move.after - move.before))[:5]


def list_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return the parameters that differ, by name."""
    return [
        Change(name, before.get(name), after.get(name))
        for name in sorted(before.keys() | after.keys())
        if before.get(name) != after.get(name) or (name in before) != (name in after)
    ]


def _new_labels(pairs: pd.DataFrame) -> dict[str, str]:
    """Return composers' labels of after, by those of before.

    Labels that share recordings with several are left out: there, a recording changed composer.
    """
    labels = pairs[["actual_before", "actual_after"]].drop_duplicates()
    several = [labels[side].duplicated(keep=False) for side in labels]
    labels = labels[~np.logical_or(*several)]
    return dict(zip(labels["actual_before"], labels["actual_after"], strict=True))


def _confusions(
    pairs: pd.DataFrame, side: str, labels: Mapping[str, str]
) -> Counter[tuple[str, str]]:
    columns = zip(pairs[f"actual_{side}"], pairs[f"predicted_{side}"], strict=True)
    return Counter(
        (labels.get(actual, actual), labels.get(predicted, predicted))
        for actual, predicted in columns
        if actual != predicted
    )


def _listed(experiments: Mapping[str, Experiment]) -> str:
    return ", ".join(experiments) or "none"
