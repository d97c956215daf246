"""The report's results: true counts, nothing of other data, nothing private, whatever was run."""

import json
import shutil
import subprocess
import sys

import pandas as pd
import pytest
import results_on_file
import yaml
from results_on_file import LABELS

from takht.errors import TakhtError
from takht.report.page import generation_measures, mishearing
from takht.report.results import provenance


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder of results and what the first stage found there."""
    root = tmp_path_factory.mktemp("results")
    results_on_file.write(root)
    return root, results_on_file.gather(root)


@pytest.fixture
def alone(tmp_path):
    """Results without checks and generation, in a folder to be altered."""
    results_on_file.write(tmp_path, checks=False, generation=False)
    return tmp_path


def test_minutes_and_recordings_add_up_to_the_catalogue(written):
    root, found = written
    catalogue = pd.read_csv(root / "data/catalogue.csv")
    corpus = found["corpus"]
    assert corpus["hours"] == pytest.approx(catalogue["seconds"].sum() / 3600)
    by_label = catalogue.groupby("label")["seconds"].sum() / 60
    for each in corpus["composers"]:
        assert each["minutes"] == pytest.approx(by_label[each["label"]])
        assert sum(each["minutes_by_side"].values()) == pytest.approx(each["minutes"])
        assert each["recordings_by_side"] == {"train": 1, "validation": 1, "test": 2, "left out": 0}
    minutes = [each["minutes"] for each in corpus["composers"]]
    assert minutes == sorted(minutes, reverse=True)
    assert corpus["incomplete"] == (catalogue["missing_seconds"] > 1).sum() > 0
    assert corpus["rejected"] == [{"file": "=cmd/<b>x.mp3", "reason": "silent"}]
    assert corpus["duplicates"] == [  # once, though it is on file in both directions
        {"recording": "umm/مقام <b>0", "duplicate_of": "hostile/مقام <b>0"}
        | {"score": 0.5, "seconds_alike": 31.4, "start_seconds": 65.2}
        | {"duplicate_start_seconds": 67.7, "side": "train"}
    ]
    assert corpus["codecs"] == {"flac": 6, "mp3": 6}


def test_a_recording_outside_the_split_is_left_out(alone):
    split = pd.read_csv(alone / "data/split.csv")
    split.iloc[1:].to_csv(alone / "data/split.csv", index=False)
    corpus = results_on_file.gather(alone)["corpus"]
    assert corpus["sides"] == {"train": 2, "validation": 3, "test": 6, "left out": 1}


def test_experiments_come_in_the_order_of_params_yaml_and_then_those_of_ones_own(alone):
    shutil.copy(alone / "metrics/best.json", alone / "metrics/added.json")
    (alone / "metrics/other.json").write_text('{"something": 1}')
    found = results_on_file.gather(alone)["experiments"]
    assert [each["name"] for each in found] == ["plain", "best", "added"]
    assert found[2]["verdicts"] is None
    assert found[2]["curve"] is None


def test_what_was_not_run_is_none(written, alone):
    found = results_on_file.gather(alone)
    assert (found["generation"], found["sounds"]) == (None, [])
    for part in ("leak", "crossval", "sanity_checks"):
        assert [each[part] for each in found["experiments"]] == [None, None]
        assert all(each[part] for each in written[1]["experiments"])


def test_scores_without_intervals_are_refused_by_name(alone):
    (alone / "metrics/mine.json").write_text('{"accuracy_recordings": 0.5}')
    with pytest.raises(TakhtError, match=r"mine\.json: no number accuracy_recordings_low, "):
        results_on_file.gather(alone)
    (alone / "metrics/mine.json").unlink()
    (alone / "metrics/leak").mkdir()
    (alone / "metrics/leak/best.json").write_text('{"leak_gap": "much"}')
    with pytest.raises(TakhtError, match=r"leak/best\.json: no number .*, leak_gap; write it"):
        results_on_file.gather(alone)


def test_the_moment_is_where_the_experiment_was_surest(written):
    plain = next(each for each in written[1]["experiments"] if each["name"] == "plain")
    verdict = plain["verdicts"][0]
    # The probability of the predicted grows from window to window: the last, of segment 1, at 15 s.
    assert (verdict["segment"], verdict["start_seconds"], verdict["share"]) == (1, 15.0, 1.0)


def test_a_probability_is_the_mean_over_windows_at_the_models_temperature(alone):
    card = alone / "models/best/model.json"
    means = [0.1 + 0.1 * 1.5, 0.1, 0.1]  # of four windows: the predicted composer's grows by 0.1
    for temperature in (1.0, 2.0):
        card.write_text(json.dumps({"confidence": {"temperature": temperature}}))
        best = results_on_file.gather(alone)["experiments"][1]
        powers = [mean ** (1 / temperature) for mean in means]
        for verdict in best["verdicts"]:
            assert verdict["probability"] == pytest.approx(powers[0] / sum(powers))


def test_dvc_experiments_of_this_commit_are_listed_with_what_they_changed(alone, monkeypatch):
    monkeypatch.chdir(alone)
    assert results_on_file.gather(alone)["dvc_experiments"] == []  # no Git

    def dvc(*words):
        subprocess.run([sys.executable, "-m", "dvc", *words], check=True, capture_output=True)

    def save(name, score):
        text = (alone / "params.yaml").read_text(encoding="utf-8")
        (alone / "params.yaml").write_text(text.replace("max_steps: 7", f"max_steps: {name[1:]}"))
        (alone / "metrics/best.json").write_text(
            json.dumps(metrics | {"macro_f1_recordings": score})
        )
        dvc("exp", "save", "--name", name)
        subprocess.run(["git", "checkout", "--quiet", "."], check=True)

    metrics = json.loads((alone / "metrics/best.json").read_text())
    subprocess.run(["git", "init", "--quiet"], check=True)
    for key, value in (("user.name", "T"), ("user.email", "t@example.org")):
        subprocess.run(["git", "config", key, value], check=True)
    dvc("init", "--quiet")
    results_on_file.commit(alone, "Before")
    save("e1", 0.1)  # of a commit that is not checked out any more
    (alone / "README").write_text("later")
    commit = results_on_file.commit(alone, "Now")
    assert results_on_file.gather(alone)["dvc_experiments"] == []
    save("e8", 0.25)
    save("e9", 0.75)
    now, *found = results_on_file.gather(alone)["dvc_experiments"]
    assert commit.startswith(now["name"])
    assert (now["changes"], now["scores"]) == ([], {"best": 1.0, "plain": 0.5})
    assert [(each["name"], each["scores"]["best"], each["changes"]) for each in found] == [
        (name, score, [{"parameter": "crossval.max_steps", "before": "7", "value": name[1:]}])
        for name, score in (("e8", 0.25), ("e9", 0.75))
    ]


def test_misheard_recordings_and_pairs_are_counted_over_experiments():
    def said(experiment, *answers):
        keys = ("recording", "actual", "predicted", "share", "segment", "start_seconds")
        rows = [(*answer, 0.5, 0, 1.0 if experiment == "x" else 2.0) for answer in answers]
        return {
            "name": experiment,
            "verdicts": [dict(zip(keys, row, strict=True)) for row in rows],
        }

    x = said("x", ("r1", "a", "a"), ("r2", "a", "b"), ("r3", "b", "a"))
    y = said("y", ("r1", "a", "b"), ("r2", "a", "b"), ("r3", "b", "c"))
    z = said("z", ("r1", "a", "a"), ("r2", "a", "c"), ("r3", "b", "c"))
    cases = mishearing.list_misclassified([x, y, z, {"name": "none", "verdicts": None}])
    assert [(c["recording"], c["wrong"], c["taken_for"], c["by"]) for c in cases] == [
        ("r2", 3, "b", "x"),
        ("r3", 3, "c", "y"),
        ("r1", 1, "b", "y"),
    ]
    assert [case["start_seconds"] for case in cases] == [1.0, 2.0, 2.0]
    pairs = mishearing.find_hardest_pairs(cases)
    assert [(p["actual"], p["predicted"], p["times"], p["recordings"]) for p in pairs] == [
        ("a", "b", 3, 2),
        ("b", "c", 2, 1),
        ("a", "c", 1, 1),
        ("b", "a", 1, 1),
    ]


def test_sounds_are_chosen_by_role_with_their_pictures(written):
    _, found = written
    chosen = [(sound["role"], sound["file"]) for sound in found["sounds"]]
    assert chosen == [
        ("long", "long/piece.wav"),
        ("drawn", "unconditional/01.wav"),
        *(("composer", f"composers/{composer}-1.wav") for composer in sorted(LABELS)),
        ("continuation", "continuation/1.wav"),
        ("morph", "interpolation/1.wav"),
        ("morph", "interpolation/1-to-2.wav"),
        ("morph", "interpolation/2.wav"),
        *(
            ("kept", f"reconstructions/x/{model}.wav")
            for model in ("reference", "codec", "study_vae")
        ),
        ("baseline", "baselines/pca-1.wav"),
        ("baseline", "baselines/study_vae-1.wav"),
    ]
    pictures = [sound["picture"] for sound in found["sounds"] if sound["picture"]]
    assert pictures == ["long/piece.png", "reconstructions/x/all.png"]


def test_no_folder_of_this_machine_is_told(written):
    _, found = written
    assert found["corpus"]["root"] == "music"
    assert "private" not in json.dumps(found)
    assert provenance.show_path("data/demo") == "data/demo"


def test_an_example_is_of_training_music(written):
    assert written[1]["training_recordings"] == {
        label: f"{composer}/مقام <b>0" for composer, label in LABELS.items()
    }


# Locks


def record(path, md5="1", deps=(), params=None):
    """A stage's entry in a lock file."""
    return {
        "deps": [{"path": dep, "md5": of, "size": 1} for dep, of in deps],
        "outs": [{"path": path, "md5": md5, "size": 1}],
        "params": {"params.yaml": params or {}},
    }


def test_outdated_experiments_and_checks_are_named_and_left_out(alone):
    (alone / "metrics/leak").mkdir()
    (alone / "metrics/leak/best.json").write_text('{"leak_gap": 0.5}')
    stages = {
        "split": record("data/split.csv", "new"),
        "evaluate@plain": record((alone / "metrics/plain.json").as_posix(), "made of others"),
        "leak@best": record(
            (alone / "metrics/leak/best.json").as_posix(), "x", [("data/split.csv", "old")]
        ),
    }
    (alone / "dvc.lock").write_text(yaml.safe_dump({"stages": stages}))
    found = results_on_file.gather(alone)
    assert found["outdated"] == ["plain"]
    assert {each["name"] for each in found["stages"]} == set(stages)
    assert [(each["name"], each["leak"]) for each in found["experiments"]] == [("best", None)]
    params = (alone / "params.yaml").read_text(encoding="utf-8").replace("plain: {}, ", "")
    (alone / "params.yaml").write_text(params, encoding="utf-8")
    found = results_on_file.gather(alone)
    assert found["outdated"] == []  # nothing measures `plain` again
    assert [each["name"] for each in found["experiments"]] == ["best"]
    assert {each["name"] for each in found["stages"]} == {"split", "leak@best"}


def test_the_commit_is_the_one_that_recorded_the_results(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    lock = tmp_path / "dvc.lock"
    lock.write_text("stages: {}")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert provenance.read_commit([lock]) is None
    subprocess.run(["git", "init", "--quiet"], check=True)
    recorded = results_on_file.commit(tmp_path, "Results")
    (tmp_path / "README").write_text("later")
    later = results_on_file.commit(tmp_path, "Words")
    found = provenance.read_commit([lock, tmp_path / "missing.lock"])
    assert recorded.startswith(found["commit"])
    assert not later.startswith(found["commit"])
    assert found["changed"] is False
    lock.write_text("stages: {a: 1}")
    assert provenance.read_commit([lock])["changed"] is True


def test_measures_without_a_value_have_no_verdict():
    metrics = json.loads((results_on_file.ROOT / "metrics/generation.json").read_text())
    rows = dict(zip(generation_measures.full_names(), generation_measures.ROWS, strict=True))
    frechet = rows["samples, Fréchet distance ÷ that of held-out music"]
    metrics["codec"] |= {"frechet": 19.9, "frechet_reference": 10.0}
    assert generation_measures.verdict(frechet, metrics) is True
    metrics["codec"]["frechet"] = 20.1
    assert generation_measures.verdict(frechet, metrics) is False
    onset = rows["reconstruction: onset correlation"]
    metrics["codec"]["onset"] = None
    assert generation_measures.verdict(onset, metrics) is None
    scales = rows["samples: time on the composer's scales"]
    assert generation_measures.verdict(scales, metrics) is True
    for model in ("reference", "codec"):  # of music that is too short for a measure
        del metrics[model]["in_scale_share"]
        assert generation_measures.verdict(scales, metrics) is None
