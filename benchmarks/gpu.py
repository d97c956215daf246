"""Check training on a GPU, in at most eight minutes: `python benchmarks/gpu.py`.

Trains `mel_even` at the full scale of params.yaml in float32 and mixed precision, with and without
XLA, with the input of before and of now; then the study's VAE. Prints windows
a second, the GPU's peak memory, and the first losses, on a GPU beside those of this machine's CPU.
Features are invented. Without a GPU it does the same at a size that takes a CPU two minutes.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / name) for name in ("src", "benchmarks", "tools/docs")]

import committed  # noqa: E402

from takht.core import tensorflow_setup  # noqa: E402
from takht.core.environment import set_environment  # noqa: E402

set_environment()
tensorflow_setup.set_up(os.cpu_count() or 1, mixed_precision=True)  # without oneDNN: see there

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
import training_input  # noqa: E402

from takht.classifiers import networks  # noqa: E402
from takht.classifiers.standardisation import Standardisation  # noqa: E402
from takht.core.randomness import rng_for  # noqa: E402
from takht.dataset.batches import Batch, Batches, ShuffledBatches  # noqa: E402
from takht.dataset.feature_folder import array_path, write_index  # noqa: E402
from takht.dataset.raw_windows import RawWindows  # noqa: E402
from takht.dataset.windows import FeatureFolder, WindowSize  # noqa: E402
from takht.generation.study_vae.loop import train_study_vae  # noqa: E402
from takht.generation.study_vae.network import build_decoder, build_encoder  # noqa: E402
from takht.training.network_inputs import NetworkInputs  # noqa: E402
from takht.training.replicas import choose_strategy  # noqa: E402
from takht.training.step import TrainStep  # noqa: E402

FIRST = 3  # losses that are shown
MEAN, STD = -40.0, 11.0  # dB, of the invented features
COMPOSERS = 4


@dataclass(frozen=True)
class Size:
    """How much is trained."""

    width: float  # of the network, and of the study's VAE
    minutes: int  # of features
    batch: int
    steps: int  # that are timed


ON_GPU = Size(width=1.0, minutes=80, batch=32, steps=200)
ON_CPU = Size(width=0.0625, minutes=20, batch=8, steps=4)


class Data:
    """Invented log-mel features of four composers, and their batches."""

    def __init__(self, folder: Path, size: Size) -> None:
        scale = committed.params()["scales"]["full"]
        self.shape = WindowSize(**scale["windows"])
        self.bands, self.size = scale["mel"]["bands"], size
        self.features = FeatureFolder(training_input.write_mel(folder, size.minutes, scale["mel"]))
        self.rows = self.features.windows(self.shape)
        composers = self.rows["recording"].str.partition("/")[0]
        self.targets = composers.str.removeprefix("composer").to_numpy(np.int64)
        self.norm = Standardisation(
            np.full(self.bands, MEAN, np.float32), np.full(self.bands, STD, np.float32)
        )
        self.source = RawWindows(self.features, self.rows, self.shape.frames)

    def before(self, steps: int) -> Iterator[Batch]:
        """Yield batches as they were read before: rows of a table, prepared in NumPy."""
        order = rng_for(1, "epoch", 0).permutation(len(self.rows))
        none = np.zeros((self.size.batch, 2), np.int32)
        for few in np.resize(order, (steps, self.size.batch)):
            windows = self.features.read(self.rows.iloc[few], self.shape.frames)
            yield Batch(self.norm.apply(windows), none, self.targets[few])

    def now(self, steps: int) -> Iterator[Batch]:
        """Yield batches as they are read now: as stored."""
        epoch, left = 0, steps
        while left > 0:
            batches = ShuffledBatches(
                self.source, self.size.batch, targets=self.targets, max_steps=left, seed=1
            )
            batches.shuffle(epoch)
            yield from batches
            epoch, left = epoch + 1, left - len(batches)

    def inputs(self, way: str) -> NetworkInputs:
        """Return what a step makes of the batches."""
        if way == "now":
            return NetworkInputs("dB", self.source.dtype, self.norm)
        nothing = Standardisation(np.zeros(self.bands, "f4"), np.ones(self.bands, "f4"))
        return NetworkInputs("prepared", np.dtype(np.float32), nothing)


def main() -> None:
    """Print the set-up and all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--losses", action="store_true", help="print the first losses as JSON")
    options = parser.parse_args()
    gpus = tf.config.list_physical_devices("GPU")
    with tempfile.TemporaryDirectory() as name:
        if options.losses:  # in a process that sees no GPU
            show(json.dumps(train(Data(Path(name) / "mel", ON_GPU), "now", steps=0)[1]))
            return
        show_setup(gpus)
        size = ON_GPU if gpus else ON_CPU
        data = Data(Path(name) / "mel", size)
        show_classifier(data)
        if gpus:
            show(f"first losses of this machine's CPU, float32: {losses_of_cpu()}")
        show_study_vae(Path(name) / "study", size)


def show_setup(gpus: list[Any]) -> None:
    """Print the versions, the GPUs and their driver."""
    show(f"TensorFlow {tf.__version__}, Keras {keras.__version__}, {os.cpu_count()} CPU cores")
    built = tf.sysconfig.get_build_info()
    show(f"built for CUDA {built.get('cuda_version')}, cuDNN {built.get('cudnn_version')}")
    show(f"GPUs that TensorFlow sees: {len(gpus)}")
    asked = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        show(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    except (OSError, subprocess.CalledProcessError):
        show("no NVIDIA driver" if not gpus else "nvidia-smi does not answer")


def show_classifier(data: Data) -> None:
    """Print how fast `mel_even` trains, each way."""
    show("| input | precision | XLA | windows a second | GPU's peak, MB | first losses |")
    show("|---|---|---|---:|---:|---|")
    for way in ("before", "now"):
        steps = len(data.rows) // data.size.batch
        list(getattr(data, way)(steps))  # once before it counts
        started = time.perf_counter()
        for _ in getattr(data, way)(steps):
            pass
        rate = steps * data.size.batch / (time.perf_counter() - started)
        show(f"| {way}, alone | – | – | {rate:,.0f} | – | – |")
    for half in (False, True):
        for xla in (False, True):
            for way in ("before", "now"):
                kinds = ("mixed" if half else "float32", "yes" if xla else "no")
                try:
                    rate, losses = train(data, way, half=half, xla=xla, steps=data.size.steps)
                    speed, shown = f"{rate:,.0f}", ", ".join(f"{loss:.5f}" for loss in losses)
                except tf.errors.UnimplementedError as error:
                    speed, shown = "–", str(error).splitlines()[0]
                show(f"| {way} | {' | '.join(kinds)} | {speed} | {peak_mb()} | {shown} |")


def train(
    data: Data, way: str, *, half: bool = False, xla: bool = False, steps: int
) -> tuple[float, list[float]]:
    """Return windows a second of `steps` steps, and the losses of the first ones before."""
    reset_peak()
    experiment = committed.params()["experiments"]["mel_even"]
    network = networks.build_network(
        experiment["model"],
        frames=data.shape.frames,
        bands=data.bands,
        composers=COMPOSERS,
        width=data.size.width,
        seed=1,
        mixed_precision=half,
    )
    rate = experiment["learning_rate"]
    step = TrainStep(network, choose_strategy(1), data.inputs(way), learning_rate=rate, xla=xla)
    batches = getattr(data, way)(FIRST + 2 + steps)
    losses = [step.train([next(batches)])[0] for _ in range(FIRST)]
    if not steps:
        return 0.0, losses
    step.train([next(batches), next(batches)])  # by then the reading thread is at work
    started = time.perf_counter()
    step.train(batches)
    return data.size.steps * data.size.batch / (time.perf_counter() - started), losses


def losses_of_cpu() -> str:
    """Return the first losses that a process without a GPU computes."""
    environment = os.environ | {"CUDA_VISIBLE_DEVICES": "-1"}
    argv = [sys.executable, __file__, "--losses"]
    done = subprocess.run(argv, env=environment, check=True, capture_output=True, text=True)
    return ", ".join(f"{loss:.5f}" for loss in json.loads(done.stdout))


def show_study_vae(folder: Path, size: Size) -> None:
    """Print what a step of the study's VAE takes."""
    reset_peak()
    rng, name = np.random.default_rng(1), "composer/recording"
    array_path(folder, name).parent.mkdir(parents=True)
    np.save(array_path(folder, name), rng.random((4 * 512, 256), np.float32).astype(np.float16))
    settings = {"unit": "range", "sample_rate_hz": 22_050, "hop_samples": 256}
    write_index(folder, {name: [(0, 0, 0.0, 0, 4 * 512)]}, settings)
    features = FeatureFolder(folder)
    source = RawWindows(features, features.windows(WindowSize(frames=512, step_frames=512)), 512)
    batch = committed.params()["generation"]["study_vae"]["batch_size"]
    parts = [build(size.width, seed=1) for build in (build_encoder, build_decoder)]
    started = time.perf_counter()
    curve = train_study_vae(
        *parts,
        ShuffledBatches(source, batch, max_steps=1, seed=1),
        Batches(source, batch),
        epochs=2,
        learning_rate=0.001,
        seed=1,
    )
    seconds = time.perf_counter() - started
    errors = ", ".join(f"{each:.5f}" for each in curve["train_mse"])
    show(
        f"the study's VAE, width {size.width}: two steps of {batch} windows and their compilation "
        f"in {seconds:.1f} s, errors {errors}, GPU's peak {peak_mb()} MB"
    )


def reset_peak() -> None:
    """Count the GPU's memory from now on."""
    if tf.config.list_physical_devices("GPU"):
        tf.config.experimental.reset_memory_stats("GPU:0")


def peak_mb() -> str:
    """Return the most memory that the GPU held since, in MB; a dash without one."""
    if not tf.config.list_physical_devices("GPU"):
        return "–"
    return f"{tf.config.experimental.get_memory_info('GPU:0')['peak'] / 1e6:,.0f}"


def show(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
