"""A result is out of date if its bytes, its settings or what it was made from are others now."""

import hashlib

import pytest

from takht.errors import TakhtError
from takht.report.results.dvc_experiments import _compare
from takht.report.results.locks import Records, read_locks
from takht.runtime.yaml_files import list_values

OUT, MEL = "metrics/best.json", "data/mel"


def stages(mel_now="m1"):
    """`evaluate` made its output from `mel`, which came from a recording; all from settings."""
    md5 = hashlib.md5(b"{}", usedforsecurity=False).hexdigest()
    return {
        "mel": {
            "deps": [{"path": "data/raw", "md5": "r"}],
            "params": {"params.yaml": {"mel.bands": 64}},
            "outs": [{"path": MEL, "md5": mel_now}],
        },
        "evaluate": {
            "deps": [{"path": MEL, "md5": "m1"}],
            "params": {"params.yaml": {"seed": 1}},
            "outs": [{"path": "other", "md5": "o"}, {"path": OUT, "md5": md5}],
        },
    }


@pytest.mark.parametrize(
    ("change", "outdated"),
    [
        ({}, False),
        ({"text": "{ }"}, True),
        ({"params": {"mel": {"bands": 64}, "seed": 2}}, True),
        ({"params": {"mel": {"bands": 65}, "seed": 1}}, True),
        ({"params": {"mel": 64, "seed": 1}}, True),
        ({"mel_now": "m2"}, True),
        ({"path": "metrics/unknown.json"}, False),
        ({"path": "other"}, False),  # no file there: a folder's hash is DVC's own
    ],
)
def test_what_makes_an_output_out_of_date(tmp_path, monkeypatch, change, outdated):
    monkeypatch.chdir(tmp_path)
    path = tmp_path.relative_to(tmp_path) / change.get("path", OUT)
    if path.suffix:
        path.parent.mkdir(exist_ok=True)
        path.write_text(change.get("text", "{}"), encoding="utf-8")
    params = change.get("params", {"mel": {"bands": 64}, "seed": 1})
    records = Records(stages(change.get("mel_now", "m1")), params)
    assert records.outdated(path) is outdated


def test_locks_are_read_together_and_a_broken_one_is_named(tmp_path):
    for name in "ab":
        (tmp_path / name).write_text(f"stages:\n  {name}: {{cmd: x}}\n", encoding="utf-8")
    found = read_locks(tmp_path / name for name in ("a", "gone", "b"))
    assert found == {"a": {"cmd": "x"}, "b": {"cmd": "x"}}
    for broken in ("schema: '2.0'\n", "stages"):
        (tmp_path / "b").write_text(broken, encoding="utf-8")
        with pytest.raises(TakhtError, match="b: not a lock file of DVC"):
            read_locks([tmp_path / "b"])


def test_changed_parameters_of_an_experiment_are_listed_by_name():
    before = dict(list_values({"b": {"y": 1, "x": {}}, "a": "س", "same": [1]}))
    assert before == {"b.y": 1, "b.x": {}, "a": "س", "same": [1]}
    after = {"b.y": 2, "a": "س", "same": [1], "c": None}
    assert list(_compare(before, after)) == [
        {"parameter": "b.x", "before": "{}", "value": "–"},
        {"parameter": "b.y", "before": "1", "value": "2"},
        {"parameter": "c", "before": "–", "value": "null"},
    ]
