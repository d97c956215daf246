"""A team's remote for real: SSH, S3 and a shared folder; what is pushed, pulled, damaged, cut off.

The commands are those of docs/remotes.md.
"""

import hashlib
import json
import re
import shlex
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager, nullcontext
from itertools import chain
from pathlib import Path

import pytest
import recipes
import servers
import stores
import yaml
from tiny_project import Project, ran

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
KINDS = ("shared_folder", "ssh", "s3")
COMMIT = 'git commit --message "A remote for the team" .dvc/config'
PUSH = "dvc push"
REPRO = "dvc repro --pull --allow-missing"
PULL = "dvc pull"
SEGMENTS = "dvc pull data/segments"
FEATURES = "dvc pull data/features/statistics data/split.csv"
TRAIN = "dvc repro --single-item train@best"
TRY = "dvc exp run --pull --allow-missing --set-param experiments.best.seed=2 evaluate@best"
NAMING = "dvc pull --verbose data/segments"
STAGES = ("catalogue", "convert", "normalize", "segment", "near_duplicates", "split")
STAGES += ("window_statistics", "train", "evaluate")
NO_DECODER = {"TAKHT_FFMPEG": "/bin/false", "TAKHT_WORKERS": "1"}


class Team:
    """A project with a remote, and colleagues who have nothing but its Git repository."""

    def __init__(self, kind, server, owner):
        self.kind, self.server, self.owner = kind, server, owner
        self.store = stores.of(server)
        (segments,) = owner.lock()["segment"]["outs"]
        self.segments = segments["md5"]

    def set_up(self):
        for words in recipes.setup(self.kind, self.server):
            self.owner.run(*words)
        self.owner.run(*shlex.split(COMMIT))

    def colleague(self, folder):
        subprocess.run(["git", "clone", "--quiet", self.owner.root, folder], check=True)
        mine = self.owner.root / ".dvc/config.local"
        if mine.exists():
            shutil.copy(mine, folder / ".dvc/config.local")
        return Project(folder)

    def segment(self):
        """The md5 and path of one segment."""
        first = json.loads(self.store.read(self.segments))[0]
        return first["md5"], f"data/segments/{first['relpath']}"


def trimmed(small, root):
    """Copy the project, with the stages alone that it has run."""
    shutil.copytree(small.root, root, symlinks=True)
    owner = Project(root)
    pipeline = yaml.safe_load((root / "dvc.yaml").read_text("utf-8"))
    pipeline["stages"] = {name: pipeline["stages"][name] for name in STAGES}
    (root / "dvc.yaml").write_text(yaml.safe_dump({"stages": pipeline["stages"]}), "utf-8")
    values = owner.params()
    del values["experiments"]["mel_augmented"]
    owner.set_params(values)
    for name in ("checks", "corpora", "generation", "report", "data/features/mel"):
        shutil.rmtree(root / name)
    lock = yaml.safe_load((root / "dvc.lock").read_text("utf-8"))
    del lock["stages"]["mel"]
    (root / "dvc.lock").write_text(yaml.safe_dump(lock, allow_unicode=True), "utf-8")
    owner.commit("Without the rest")
    return owner


@contextmanager
def team_on(kind, small, folder):
    with getattr(servers, kind)(folder / "server") as server:
        team = Team(kind, server, trimmed(small, folder / "owner"))
        team.set_up()
        yield team


@pytest.fixture(scope="module", params=KINDS)
def team(request, small, tmp_path_factory):
    """A team whose owner has pushed."""
    with team_on(request.param, small, tmp_path_factory.mktemp(request.param)) as team:
        team.owner.run(*shlex.split(PUSH))
        yield team


@pytest.fixture
def colleague(team, tmp_path):
    return team.colleague(tmp_path / "colleague")


def exit_code(project, line):
    """Run a command that may fail; its last printed line is its exit code."""
    output = project.run("sh", "-c", f"{line}; echo $?")
    return int(output.split()[-1]), output


def cached(project, name):
    path = project.root / ".dvc/cache/files/md5" / name[:2] / name[2:]
    return path.read_bytes() if path.exists() else None


def pushable(owner):
    """Names of the objects a remote should have: of outputs but data/wav, and of added data."""
    outs = [out for stage in owner.lock().values() for out in stage["outs"]]
    for path in (owner.root / "data").glob("*.dvc"):
        outs += yaml.safe_load(path.read_text("utf-8"))["outs"]
    away = ("data/wav", "metrics/", "plots/")
    names = {out["md5"] for out in outs if not out["path"].startswith(away)}
    for name in [name for name in names if name.endswith(".dir")]:
        names |= {entry["md5"] for entry in json.loads(cached(owner, name))}
    return names


def test_the_document_has_these_commands_and_no_others():
    shown = list(chain.from_iterable(recipes.BLOCKS))
    plain = ["git push", "make setup && source .venv/bin/activate"]  # nothing of ours
    ours = [*plain, COMMIT, PUSH, REPRO, PULL, SEGMENTS, FEATURES, TRAIN, TRY, NAMING]
    assert sorted(shown) == sorted([*ours, *chain.from_iterable(map(recipes.block, KINDS))])


def test_no_secret_reaches_git(team):
    written = team.owner.run("git", "log", "--patch", "--", ".dvc/config")
    assert team.server.url in written
    assert "verify = true" in written
    assert not any(secret in written for secret in team.server.secrets.values())


def test_all_is_pushed_but_what_is_quicker_made(team):
    assert sound(team.store) == pushable(team.owner)
    (wav,) = team.owner.lock()["convert"]["outs"]
    assert wav["md5"] not in team.store.names()


def test_a_colleague_has_everything_and_runs_nothing(team, colleague):
    output = colleague.run(*shlex.split(REPRO), **NO_DECODER)
    assert ran(output) == set()
    assert not (colleague.root / "data/segments").exists()  # nothing needs them
    colleague.run(*shlex.split(PULL))
    missing = json.loads(colleague.run("dvc", "data", "status", "--json"))
    away = ["data/wav/"]
    assert missing == {"not_in_cache": away, "uncommitted": {"deleted": away}}
    for folder in ("data/raw", "data/segments", "data/features", "models", "metrics"):
        theirs, ours = (
            {
                path.relative_to(root): path.read_bytes()
                for path in (root / folder).rglob("*")
                if path.is_file()
            }
            for root in (colleague.root, team.owner.root)
        )
        assert theirs == ours, folder
    assert colleague.run("git", "status", "--porcelain") == ""


@pytest.mark.parametrize("team", ["s3"], indirect=True)
def test_segments_alone_without_a_recording(team, colleague):
    code, output = exit_code(colleague, SEGMENTS)
    assert code == 0, output
    assert [path.name for path in (colleague.root / "data").iterdir() if path.is_dir()] == [
        "segments"
    ]
    assert cached(colleague, team.segment()[0]) == team.store.read(team.segment()[0])


@pytest.mark.parametrize("team", ["shared_folder"], indirect=True)
def test_plain_pull_and_checkout_leave_out_what_is_not_pushed_and_nothing_else(team, colleague):
    """As `make setup` repairs DVC; a named target must be there."""
    with damaged(team, team.segment()[0], truncated):
        code, output = exit_code(colleague, "dvc pull")
    assert code == 1
    _, _, listed = output.partition("Checkout failed for following targets:")
    assert set(listed.split("Is your cache")[0].split()) == {"data/wav", "data/segments"}
    code, _ = exit_code(colleague, "dvc checkout")
    assert code == 255
    output = colleague.run("dvc", "pull")
    assert "Not made yet, so left out: data/wav\n" in output
    assert (colleague.root / "data/segments").exists()
    assert colleague.run("dvc", "checkout") == "Not made yet, so left out: data/wav\n"
    code, output = exit_code(colleague, "dvc pull data/wav")
    assert code == 1
    assert "data/wav" in output


@pytest.mark.parametrize("team", ["shared_folder"], indirect=True)
def test_predict_names_the_command_that_fetches_its_model_alone(team, colleague):
    colleague.run(*shlex.split(REPRO), **NO_DECODER)
    recording = str(next((team.owner.root / "data/raw").rglob("*.wav")))
    said = colleague.run("takht", "predict", recording, check=False)
    (fetch,) = re.findall(r"fetch it with `(.*?)`", said)
    assert fetch == "dvc pull models/best"
    colleague.run(*shlex.split(fetch))
    assert not (colleague.root / "data/segments").exists()
    colleague.run("takht", "predict", recording)


@pytest.mark.parametrize("team", ["ssh"], indirect=True)
def test_features_are_enough_to_train_on(team, colleague):
    """Neither a recording nor a segment reaches the disk; no decoder could run."""
    colleague.run(*shlex.split(FEATURES))
    values = colleague.params()
    values["experiments"]["best"]["seed"] = 3
    colleague.set_params(values)
    assert ran(colleague.run(*shlex.split(TRAIN), **NO_DECODER)) == {"train@best"}
    colleague.run("git", "checkout", "--quiet", ".")
    output = colleague.run(*shlex.split(TRY), **NO_DECODER)
    assert ran(output) == {"train@best", "evaluate@best"}
    assert json.loads((colleague.root / "metrics/best.json").read_text())["n_recordings"] > 0
    for name in ("raw", "wav", "segments"):
        assert not (colleague.root / "data" / name).exists()
    assert cached(colleague, team.segment()[0]) is None


def flipped(content):
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def truncated(content):
    return content[: len(content) // 2]


@contextmanager
def damaged(team, name, damage):
    good = team.store.read(name)
    team.store.write(name, damage(good))
    yield
    team.store.write(name, good)


SEGMENT_DAMAGE = {"shared_folder": truncated, "ssh": flipped, "s3": truncated}
LIST_DAMAGE = {"shared_folder": flipped, "ssh": truncated, "s3": flipped}


def test_a_damaged_segment_is_refused_and_named(team, colleague):
    name, path = team.segment()
    with damaged(team, name, SEGMENT_DAMAGE[team.kind]):
        code, output = exit_code(colleague, NAMING)
    assert code == 1
    assert re.search(r"Checkout failed for following targets:\s*data/segments\s", output)
    assert re.findall(r"corrupted cache file '.*/files/md5/(.*?)'", output) == [
        f"{name[:2]}/{name[2:]}"
    ]
    assert cached(colleague, name) is None
    assert not (colleague.root / path).exists()
    colleague.run(*shlex.split(SEGMENTS))
    assert (colleague.root / path).read_bytes() == team.store.read(name)


@pytest.mark.parametrize("team", ["shared_folder"], indirect=True)
def test_without_verify_damage_is_trusted(team, colleague):
    """Why the recipe says `verify`: the same damage lands in the workspace, with exit code 0."""
    name, path = team.segment()
    colleague.run("dvc", "remote", "modify", "--local", "team", "verify", "false")
    with damaged(team, name, truncated):
        colleague.run(*shlex.split(SEGMENTS))
    assert (colleague.root / path).read_bytes() == truncated(team.store.read(name))


def test_a_damaged_list_of_files_is_refused(team, colleague):
    with damaged(team, team.segments, LIST_DAMAGE[team.kind]):
        code, _ = exit_code(colleague, SEGMENTS)
    assert code != 0
    assert not (colleague.root / "data/segments").exists()
    colleague.run(*shlex.split(SEGMENTS))
    assert cached(colleague, team.segments) == team.store.read(team.segments)


@pytest.mark.parametrize("team", ["s3"], indirect=True)
def test_what_is_deleted_with_its_list_is_pushed_again(team):
    name, _ = team.segment()
    good = team.store.read(name)
    team.store.delete(name)
    team.store.delete(team.segments)
    team.owner.run(*shlex.split(PUSH))
    assert team.store.read(name) == good
    assert team.segments in team.store.names()


@pytest.mark.parametrize(("kind", "victim"), [("ssh", "dvc"), ("ssh", "server"), ("s3", "dvc")])
def test_an_interrupted_push_is_completed_by_the_next(small, tmp_path, kind, victim):
    """SIGKILL amid a push of many small files: of DVC itself, or of the server."""
    with team_on(kind, small, tmp_path) as team:
        many = team.owner.root / "data/many"
        many.mkdir()
        for number in range(400):
            (many / f"{number:03d}").write_text(str(number))
        team.owner.run("dvc", "add", "--quiet", "data/many")
        with pushing(team.owner, tmp_path / "push.log") as process:
            await_objects(team.store, 3)
            if victim == "dvc":
                process.kill()
            else:
                servers.kill(team.server.process)
            assert process.wait(timeout=300) != 0
        again = getattr(servers, kind)(tmp_path / "server")
        with again if victim == "server" else nullcontext(team.server) as server:
            team = Team(kind, server, team.owner)
            for name, value in server.options.items():
                team.owner.run("dvc", "remote", "modify", "team", name, value)
            before = sound(team.store)
            team.owner.run(*shlex.split(PUSH))
            assert before < sound(team.store) == pushable(team.owner)


@contextmanager
def pushing(owner, log):
    """Push one object at a time, in the background."""
    command = [str(Path(sys.executable).with_name("dvc")), "push", "--jobs", "1"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, cwd=owner.root, stdout=out, stderr=out)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def await_objects(store, count):
    until = time.monotonic() + 120
    while len(store.names()) < count:
        assert time.monotonic() < until, "nothing was pushed"


def sound(store):
    """Return all names, each checked against its content; a list's files are there before it."""
    names = store.names()
    for name in names:
        content = store.read(name)
        assert hashlib.md5(content).hexdigest() == name.removesuffix(".dir")
        if name.endswith(".dir"):
            assert {entry["md5"] for entry in json.loads(content)} <= names
    return names
