"""A training that is killed goes on where it was, and writes what an undisturbed one does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import synthetic
import warm
import yaml
from generation_corpus import STUDY_TRAINING, STUDY_VAE, write_spectrograms
from pipeline import ROOT
from tasks import contents

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
EPOCHS = 6
# Saves after every epoch, however short, notes each epoch that it computed, and kills itself after
# the one that STOP_AT names.
DRIVER = """\
import os, pathlib, signal, sys
sys.path.insert(0, {source!r})
from takht import stage
import {stage}, tqdm
from takht.cache import checkpoint
checkpoint.LEAST_SECONDS = checkpoint._LEAST_RATIO = 0
def note(bar, *_):
    with pathlib.Path("epochs").open("a") as file:
        file.write("x")
    if os.environ.get("STOP_AT") == str(os.path.getsize("epochs")):
        os.kill(os.getpid(), signal.SIGKILL)
tqdm.tqdm.update = note
stage.run({stage}.{stage})
"""
CLASSIFIER = {
    "kind": "network",
    "features": "mel",
    "model": "mel_six_blocks",  # with dropout
    "balance": "even",
    "masked_copies": 1,
    "batch_size": 16,
    "epochs": EPOCHS,
    "learning_rate": 0.001,
    "patience": EPOCHS,
    "seed": 1,
}
SCALE = {
    "width": 0.0625,
    "recordings_per_composer": 3,
    "windows_per_recording": 4,
    "mask_bands": 15,
    "max_steps": 100,
    "threads": 1,
    "replicas": 1,
    "mixed_precision": False,
    "xla": False,
}
PARAMS = {
    "experiments": {"network": CLASSIFIER},
    "normalize": {"method": "loudness", "target_lufs": -23.0, "peak_dbfs": -1.0},
    "segment": {"seconds": 60.0, "min_seconds": 6.0},
    "generation": {"study_vae": STUDY_VAE},
    "scales": {
        "s": {
            "windows": {"frames": 108, "step_frames": 43},
            "training": SCALE,
            "generation": {"study_vae": STUDY_TRAINING | {"epochs": EPOCHS}},
        }
    },
}
FEATURES = {"network": "mel", "study_vae": "study_spectrogram"}


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    """A process that has imported TensorFlow, to be forked."""
    folder = tmp_path_factory.mktemp("warm") / "bin"
    with warm.started(folder, f"numpy pandas sklearn.preprocessing {warm.LARGE}") as processes:
        yield processes


class Training:
    """A training in a folder of its own, whose epochs are counted."""

    def __init__(self, folder: Path, processes: warm.Warm, name: str) -> None:
        self.folder, self.processes, self.name = folder, processes, name
        self.stage = "train" if name == "network" else "train_vae"
        if name == "network":
            synthetic.write_features(folder / "mel")
        else:
            write_spectrograms(folder, FEATURES[name])
        (folder / "params.yaml").write_text(yaml.safe_dump(PARAMS), encoding="utf-8")
        text = DRIVER.format(source=str(ROOT / "src"), stage=self.stage)
        (folder / "driver.py").write_text(text)

    def start(self, output: str, **variables: str) -> "subprocess.Popen[bytes]":
        (self.folder / "epochs").write_text("")
        named = [f"experiment={self.name}"] if self.stage == "train" else []
        words = ["scale=s", *named, FEATURES[self.name], "split.csv"]
        environment = {
            "PATH": f"{self.processes.folder}:{Path(sys.executable).parent}:/usr/bin:/bin",
            "TAKHT_STORE": str(self.folder / "store"),
        }
        with (self.folder / "said").open("w") as said:
            return subprocess.Popen(
                ["python", "driver.py", *words, f"{output}/model", f"{output}/curve.csv"],
                cwd=self.folder,
                env=environment | variables,
                stderr=said,
            )

    def finish(self, output: str, **variables: str) -> dict[str, bytes]:
        assert self.start(output, **variables).wait() == 0, self.said()
        return contents(self.folder / output)

    def kill_after(self, epochs: int, output: str) -> None:
        """Kill it when it has computed so many epochs: all but the last of them are saved."""
        assert self.start(output, STOP_AT=str(epochs)).wait() != 0
        assert self.epochs() == epochs, self.said()
        assert not (self.folder / output / "model").exists()

    def epochs(self) -> int:
        """Return how many epochs the last run computed."""
        return (self.folder / "epochs").stat().st_size

    def said(self) -> str:
        return (self.folder / "said").read_text(encoding="utf-8")

    def kept(self) -> list[Path]:
        """Return all files of the store's entries, and of those that are being made."""
        store = self.folder / "store"
        return [path for path in store.rglob("*") if path.is_file() and path.suffix != ".sqlite"]


@pytest.mark.parametrize("name", FEATURES)
def test_a_killed_training_goes_on_and_writes_the_same_bytes(tmp_path, processes, name):
    training = Training(tmp_path, processes, name)
    whole = training.finish("whole", TAKHT_STORE_GB="0")
    assert training.epochs() == EPOCHS
    assert training.kept() == []

    saved = 0
    for more in (3, 2):
        training.kill_after(more, "resumed")
        saved += more - 1  # at least: the last one may not have been saved
    assert training.finish("resumed") == whole
    assert 0 < training.epochs() <= EPOCHS - saved
    (after,) = re.findall(rf"^{training.stage}: goes on after epoch (\d+)$", training.said(), re.M)
    assert int(after) == EPOCHS - training.epochs()
    assert training.kept() == []


def test_a_damaged_checkpoint_is_named_and_not_used(tmp_path, processes):
    training = Training(tmp_path, processes, "network")
    whole = training.finish("whole", TAKHT_STORE_GB="0")
    training.kill_after(4, "resumed")
    for path in (tmp_path / "store").rglob("checkpoint.npz"):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    assert training.finish("resumed") == whole
    assert training.epochs() == EPOCHS
    assert re.search(r"damaged \(checkpoint\.npz is not what was kept\)", training.said())
    assert "goes on" not in training.said()
    assert training.kept() == []


@pytest.mark.parametrize("changed", ["learning_rate", "content"])
def test_another_training_does_not_go_on_from_it(tmp_path, processes, changed):
    training = Training(tmp_path, processes, "network")
    training.kill_after(4, "first")
    if changed == "content":
        path = next((tmp_path / "mel").rglob("*.npy"))
        content = bytearray(path.read_bytes())
        content[-1] ^= 1
        path.write_bytes(content)
    else:
        values = yaml.safe_load((tmp_path / "params.yaml").read_text("utf-8"))
        values["experiments"]["network"]["learning_rate"] = 0.002
        (tmp_path / "params.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    training.finish("second")
    assert training.epochs() == EPOCHS
    assert "goes on" not in training.said()
