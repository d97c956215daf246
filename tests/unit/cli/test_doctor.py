"""takht doctor: each check says ok where all is well, and what is wrong where one thing is not."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
import soundfile
import yaml
from dvc.repo import Repo
from pipeline import PARAMS, ROOT

from takht.cli.doctor import corpus, decoder, disk, dvc_state, gpu, installation, settings
from takht.cli.doctor.cached_files import check_cached_files
from takht.cli.doctor.examination import examine
from takht.cli.doctor.finding import Finding


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A folder with what doctor looks at: the stages, params.yaml, a DVC repository, a corpus."""
    here = tmp_path / "project"
    shutil.copytree(ROOT / "src", here / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock", "params.yaml"):
        shutil.copy(ROOT / name, here)
    Repo.init(str(here), no_scm=True).close()
    for words in (["init", "--quiet"], ["commit", "--quiet", "--allow-empty", "--message", "x"]):
        owner = ["-c", "user.name=T", "-c", "user.email=t@example.org"]
        subprocess.run(["git", "-C", here, *owner, *words], check=True)
    for key in ("name", "email"):
        subprocess.run(["git", "-C", here, "config", f"user.{key}", "t@example.org"], check=True)
    for number in range(6):
        path = here / "data/demo" / ("umm", "قصبجي")[number % 2] / f"{number}.wav"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, _noise(number), 22_050)
    monkeypatch.chdir(here)
    return here


def _noise(seed, seconds=7):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, seconds * 22_050)


def verdicts(findings):
    return [(each.check, each.verdict) for each in findings]


def test_a_python_that_is_too_old_fails(project):
    assert installation.check_python(project).verdict == "ok"
    text = (project / "pyproject.toml").read_text().replace(">=3.11,<3.14", ">=3.14")
    (project / "pyproject.toml").write_text(text)
    found = installation.check_python(project)
    assert (found.verdict, found.remedy) == (
        "failed",
        "make .venv again: `make setup PYTHON=python3.11`",
    )
    assert ">=3.14 is needed" in found.what


def test_a_demo_corpus_that_is_not_made_yet_is_no_mistake(tmp_path):
    (found,) = corpus.check_corpus(tmp_path / "data/demo", tmp_path)
    assert (found.what, found.remedy) == (
        f"{tmp_path}/data/demo: not made yet",
        "run `dvc repro corpora/dvc.yaml`",
    )


def test_packages_that_differ_or_miss_are_named(project):
    lock = project / "requirements.lock"
    lock.write_text("numpy==0.1 \\\n    --hash=sha256:00\n")
    found = installation.check_packages(project)
    assert (found.verdict, found.remedy.split(";")[0]) == ("warning", "run `make setup`")
    assert f"numpy {np.__version__}, not 0.1" in found.what
    lock.write_text("no-such-package==1.0\nno-such-either==2 ; sys_platform == 'other'\n")
    found = installation.check_packages(project)
    assert (found.verdict, found.what) == ("failed", "missing: no-such-package")
    lock.unlink()
    assert installation.check_packages(project).what == "as in pyproject.toml"
    text = (project / "pyproject.toml").read_text().replace('"numpy>=2,<2.5"', '"numpy>=99"')
    (project / "pyproject.toml").write_text(text)
    assert "numpy" in installation.check_packages(project).what


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("exit 3", "ended with code 3"),
        ('[ $1 = -version ] && echo avconv || exec {real} "$@"', "says 'avconv'"),
        ("echo ffmpeg version 9; exit 1", "holds no audio|ended with code 1"),
        (
            'case $1 in -version) echo ffmpeg version 9;; *) exec {real} -t 0.5 "$@";; esac',
            "wrongly",
        ),
    ],
)
def test_an_ffmpeg_that_does_not_decode_fails(tmp_path, monkeypatch, script, said):
    from takht.audio import ffmpeg

    assert decoder.check_decoder().verdict == "ok"
    fake = tmp_path / "ffmpeg"
    fake.write_text("#!/bin/sh\n" + script.replace("{real}", ffmpeg.find_ffmpeg()) + "\n")
    fake.chmod(0o755)
    for cached in (ffmpeg.find_ffmpeg, ffmpeg.read_ffmpeg_version):
        cached.cache_clear()
    monkeypatch.setenv("TAKHT_FFMPEG", str(fake))
    try:
        found = decoder.check_decoder()
    finally:
        for cached in (ffmpeg.find_ffmpeg, ffmpeg.read_ffmpeg_version):
            cached.cache_clear()
    assert (found.verdict, found.remedy) == (
        "failed",
        "reinstall imageio-ffmpeg, or set TAKHT_FFMPEG to an ffmpeg that runs",
    )
    assert any(part in found.what for part in said.split("|")), found.what


def test_tensorflow_is_asked_for_gpus_only_where_it_is_installed(monkeypatch, tmp_path):
    monkeypatch.setattr(gpu, "find_spec", lambda _: None)
    monkeypatch.setattr(gpu, "_ASK", "raise SystemExit('never asked')")
    found = gpu.check_gpu()
    assert found.verdict == "warning"
    assert "TensorFlow is not installed" in found.what
    monkeypatch.setattr(gpu, "find_spec", lambda _: object())
    assert "TensorFlow does not start: never asked" in gpu.check_gpu().what
    monkeypatch.setattr(gpu, "_ASK", "import time; time.sleep(60)")
    with monkeypatch.context() as hasty:
        hasty.setattr(gpu, "_SECONDS", 0.1)
        assert "TensorFlow did not start within 0.1 s" in gpu.check_gpu().what
    monkeypatch.setattr(gpu, "_ASK", "print('GPUs:', 0)")
    assert gpu.check_gpu().verdict == "ok"
    (tmp_path / "nvidia0").touch()
    monkeypatch.setattr(gpu, "Path", lambda _: tmp_path)
    found = gpu.check_gpu()
    assert (found.verdict, found.what) == ("warning", "TensorFlow sees 0 of 1 NVIDIA GPUs")


def test_the_repository_its_lock_and_cache(project, tmp_path):
    assert verdicts(dvc_state.check_dvc(project)) == [
        ("dvc", "ok"),
        ("dvc cache", "ok"),
        ("dvc remote", "ok"),
    ]
    (project / ".dvc/config.local").write_text("[cache]\n    type = symlink\n")
    (project / "dvc.lock").write_text(
        "schema: '2.0'\n<<<<<<< ours\nstages: {}\n=======\n>>>>>>> x\n"
    )
    found = {each.check: each for each in dvc_state.check_dvc(project)}
    assert found["dvc"].what == "dvc.lock holds conflict markers"
    assert found["dvc"].remedy == "`git checkout --ours dvc.lock`, then `dvc repro`"
    assert found["dvc cache"].verdict == "warning"
    assert "cache.type symlink" in found["dvc cache"].what
    (project / "dvc.lock").write_text(
        "schema: '2.0'\nstages:\n  mel:\n    cmd: x\n    deps:\n    - pa"
    )
    (found, *_) = dvc_state.check_dvc(project)
    assert (found.verdict, found.what) == ("failed", "dvc.lock is incomplete or no lock file")
    (tmp_path / "empty").mkdir()
    assert verdicts(dvc_state.check_dvc(tmp_path / "empty")) == [("dvc", "failed")]


def test_a_remote_is_reached_and_should_be_verified(project, tmp_path):
    config = "[core]\n    remote = r\n['remote \"r\"']\n    url = {}\n{}"
    local = project / ".dvc/config.local"

    def remote():
        return dvc_state.check_dvc(project)[-1]

    (tmp_path / "there").mkdir()
    local.write_text(config.format(tmp_path / "there", ""))
    assert (remote().verdict, remote().remedy) == (
        "warning",
        "`dvc remote modify r verify true`",
    )
    local.write_text(config.format(tmp_path / "there", "    verify = true\n"))
    assert remote().verdict == "ok"
    local.write_text(config.format(tmp_path / "elsewhere", ""))
    assert (remote().verdict, remote().what.rpartition(": ")[2]) == ("failed", "no such folder")
    local.write_text(config.format("ssh://127.0.0.1:9/none", ""))
    assert remote().verdict == "failed"
    local.write_text("[core]\n    remote = absent\n")
    assert "not in .dvc/config" in remote().what


def test_room_is_held_against_the_corpus(project, monkeypatch):
    root = project / "data/demo"
    held = sum(file.stat().st_size for file in root.rglob("*.wav"))
    for free, verdict in [
        (held * disk.OUTPUTS_PER_BYTE, "ok"),
        (held * disk.OUTPUTS_PER_BYTE - 1, "warning"),
        (held - 1, "failed"),
    ]:
        usage = shutil._ntuple_diskusage(0, 0, free)
        monkeypatch.setattr(disk.shutil, "disk_usage", lambda _, usage=usage: usage)
        assert disk.check_disk(project, root).verdict == verdict


def test_the_store_says_where_it_is_and_what_is_wrong_with_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_STORE", str(tmp_path / "store"))
    assert disk.check_store().what == f"{tmp_path / 'store'} holds 0.00 of at most 50 GB"
    assert list((tmp_path / "store/partial").iterdir()) == []
    monkeypatch.setenv("TAKHT_STORE_GB", "viel")
    assert (disk.check_store().verdict, disk.check_store().remedy) == ("failed", "fix or unset it")
    monkeypatch.setenv("TAKHT_STORE_GB", "0")
    assert disk.check_store().verdict == "warning"
    monkeypatch.delenv("TAKHT_STORE_GB")
    (tmp_path / "file").touch()
    monkeypatch.setenv("TAKHT_STORE", str(tmp_path / "file"))
    assert (disk.check_store().verdict, disk.check_store().remedy) == (
        "warning",
        "fix it, or set TAKHT_STORE to another folder",
    )


def set_params(project, **changes):
    values = yaml.safe_load((project / "params.yaml").read_text())
    for section, value in changes.items():
        values[section] |= value
    (project / "params.yaml").write_text(yaml.safe_dump(values))


def test_the_corpus_passes_by_the_rules_of_catalogue(project):
    root = project / "data/demo"
    shape = f"{root}: 6 recordings of 2 composers, 3 to 3 each"
    assert corpus.check_corpus(root, project) == [Finding("corpus", "ok", shape)]
    soundfile.write(root / "umm/short.wav", _noise(7, 1), 22_050)
    (root / "umm/cover.mp3").write_text("no music")
    found = corpus.check_corpus(root, project)
    assert [each.verdict for each in found] == ["failed"] * 3
    assert [each.what for each in found if "short.wav: is too short" in each.what]
    set_params(project, catalogue={"on_unreadable": "skip"})
    assert verdicts(corpus.check_corpus(root, project)) == [
        *[("corpus", "warning")] * 2,
        ("corpus", "ok"),
    ]
    (root / "umm/0.wav").unlink()
    (few,) = corpus.check_corpus(root, project)
    assert few.verdict == "failed"
    assert "needs at least 3 recordings" in few.what
    set_params(project, split={"drop_small_composers": True})
    assert corpus.check_corpus(root, project)[-1].verdict == "ok"
    (gone,) = corpus.check_corpus(project / "none", project)
    assert "no such folder" in gone.what
    (project / "none.dvc").write_text("outs: []")
    (gone,) = corpus.check_corpus(project / "none", project)
    assert (gone.verdict, gone.remedy) == ("failed", f"run `dvc pull {project / 'none'}`")


def test_params_are_loaded_as_the_stages_load_them(project):
    (found,) = settings.check_settings(project)
    assert found.verdict == "ok"
    values = {**PARAMS, "segment": {"seconds": -1.0, "min_seconds": 6.0}, "aug": {}}
    (project / "params.yaml").write_text(yaml.safe_dump(values, allow_unicode=True))
    lines = [each.what for each in settings.check_settings(project)]
    assert any("segment.seconds" in line and "got -1.0" in line for line in lines)
    assert any("aug.factor: Field required" in line for line in lines)
    (project / "params.yaml").write_text("scale: [")
    (found,) = settings.check_settings(project)
    assert (found.verdict, found.remedy) == ("failed", "restore it from Git")


def test_names_are_checked_as_the_first_stage_checks_them(project):
    path = project / "params.yaml"
    for place, remedy in (("features", "write {}"), ("experiments", "restore it from Git")):
        path.write_text(yaml.safe_dump({**PARAMS, place: None}, allow_unicode=True))
        found = settings.check_settings(project)
        assert (f"{path}: {place}: not a section, and dvc.yaml needs one", remedy) in [
            (each.what, each.remedy) for each in found
        ]
    (project / "dvc.yaml").write_text(
        "outs: [data/features/mel, data/features/own, data/features/statistics]"
    )
    experiments = {
        "typo": {**PARAMS["experiments"]["best"], "features": "mle", "model": "qda"},
        "own": {**PARAMS["experiments"]["best"], "features": "own"},
        "net": {**PARAMS["experiments"]["mel_even"], "features": "statistics"},
        "none": {"features": "statistics"},
    }
    values = {**PARAMS, "experiments": experiments}
    path.write_text(yaml.safe_dump(values, allow_unicode=True))
    found = settings.check_settings(project)
    assert {
        "write one of mel, own, statistics",
        "write mel or mfcc",
        "fix the name or write that file",
    } <= {each.remedy for each in found}
    assert "experiments.net.features: a network needs frames" in " ".join(
        each.what for each in found
    )


@pytest.mark.parametrize("place", ["experiments", "features", "scales"])
def test_a_name_with_other_characters_than_a_shell_leaves_alone_is_named(project, place):
    values = yaml.safe_load((project / "params.yaml").read_text("utf-8"))
    values[place]["it's; touch x"] = next(iter(values[place].values()), {})
    if place == "scales":
        values["scale"] = "it's; touch x"
    (project / "params.yaml").write_text(yaml.safe_dump(values, allow_unicode=True))
    (found,) = {
        (each.what, each.remedy)
        for each in settings.check_settings(project)
        if "it's" in each.what and "other characters" in each.what
    }
    kind = {"features": "feature", "scales": "scale"}.get(place, "experiment")
    assert found[0].endswith(
        f'the {kind} name "it\'s; touch x" has other characters than A-Z, a-z, 0-9, _ and -'
    )
    assert found[1] == "rename it"


def test_a_flipped_bit_in_the_cache_is_found(tmp_path):
    import hashlib

    tmp_path = tmp_path / "my cache"
    for content in (b"one", b"two"):
        name = hashlib.md5(content).hexdigest()
        (tmp_path / name[:2]).mkdir(parents=True)
        (tmp_path / name[:2] / name[2:]).write_bytes(content)
    assert [each.verdict for each in check_cached_files(tmp_path)] == ["ok"]
    (tmp_path / name[:2] / name[2:]).write_bytes(b"twp")
    (found,) = check_cached_files(tmp_path)
    assert found.verdict == "failed"
    assert str(tmp_path / name[:2] / name[2:]) in found.what
    assert f"`rm -f '{tmp_path}/" in found.remedy


def test_a_check_that_breaks_is_a_finding_and_the_others_run(project, monkeypatch):
    def broken(_):
        raise KeyError("x")

    monkeypatch.setattr("takht.cli.doctor.examination.check_python", broken)
    monkeypatch.setattr(
        "takht.cli.doctor.examination.check_gpu", lambda: Finding("gpu", "ok", "none")
    )
    found = {each.check: each for each in examine(project, None, deep=True)}
    assert found["python"].verdict == "failed"
    assert "KeyError" in found["python"].what
    assert found["ffmpeg"].verdict == "ok"
    assert found["cached files"].verdict == "ok"


@pytest.mark.slow
def test_the_command_prints_lines_or_json_and_its_exit_code_tells(project):
    def doctor(*words):
        return subprocess.run(
            [
                sys.executable,
                "-c",
                "from takht.cli.main import main; main()",
                "doctor",
                *words,
            ],
            env=os.environ | {"PYTHONPATH": str(project / "src")},
            capture_output=True,
            text=True,
            check=False,
        )

    (project / "data/demo").rename(project / "data/raw")
    good = doctor("data/raw")
    (project / "data/raw").rename(project / "data/demo")
    assert (good.returncode, good.stderr) == (0, "")
    assert all(line.split()[0] in {"ok", "warning"} for line in good.stdout.splitlines())
    shutil.rmtree(project / "data/demo")
    bad = doctor("--json")
    assert bad.returncode == 1
    rows = json.loads(bad.stdout)
    assert {row["check"] for row in rows if row["verdict"] == "failed"} == {"corpus"}
    assert all(row["remedy"] for row in rows if row["verdict"] != "ok")
