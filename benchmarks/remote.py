"""Push and pull the same audio as minute segments and as the original's overlapping files.

    python benchmarks/remote.py --minutes 20 --results docs/measured/scaling.json

Prints a Markdown table, and keeps what it shows in the JSON file, if one is named. The audio is
generated; the original's way is a 5-s WAV file every 2 s at the recording's own rate (44.1 kHz,
stereo), in the third row at ours (22,050 Hz, mono), so that the number of files is told from their
size. The servers are an OpenSSH and an S3-compatible one on loopback: no network to wait for, so
what is left is the cost of each object. Every push goes to an empty remote, every pull to an empty
cache; seconds are those of the whole command.
"""

import argparse
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [
    str(ROOT / name) for name in ("src", "benchmarks", "tests/helpers", "tests/resilience/harness")
]

import servers  # noqa: E402
import survived  # noqa: E402
from preprocess import Cost, measured  # noqa: E402

DVC = Path(sys.executable).with_name("dvc")


class Way(NamedTuple):
    """How audio is cut into files."""

    name: str
    rate_hz: int
    channels: int
    seconds: float
    step_seconds: float


class Transfer(NamedTuple):
    """What a way costs for all the audio."""

    push: Cost
    pull: Cost
    idle: Cost  # a push with nothing to do
    objects: int
    megabytes: float


OURS = Way("minute segments", 22_050, 1, 60.0, 60.0)
WAYS = (
    OURS,
    Way("5 s every 2 s, as the original", 44_100, 2, 5.0, 2.0),
    Way("5 s every 2 s, at our rate", 22_050, 1, 5.0, 2.0),
)


def main() -> None:
    """Measure every way on both servers and print how they compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=20, help="of audio")
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    found = costs(options.minutes)
    if options.results:
        part = {"minutes": options.minutes, "servers": plain(found)}
        survived.keep(options.results, "remote", part)
    sys.stdout.write("\n".join(table(found, options.minutes)) + "\n")


def costs(minutes: int) -> dict[str, dict[str, Transfer]]:
    """Return the cost of each way, by server."""
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        projects = [project(here / str(number), way, minutes) for number, way in enumerate(WAYS)]
        found: dict[str, dict[str, Transfer]] = {}
        for label, start in (("SSH", servers.ssh), ("S3", servers.s3)):
            with start(here / label) as server:
                for way, folder in zip(WAYS, projects, strict=True):
                    found.setdefault(label, {})[way.name] = transferred(folder, server)
    return found


def table(found: dict[str, dict[str, Transfer]], minutes: int) -> Iterator[str]:
    """Yield the lines of the table, in Markdown."""
    idle = min(cost.idle.wall_s for ways in found.values() for cost in ways.values())
    yield (
        f"{minutes} minutes of audio. × compares with minute segments on the same server, in wall "
        f"or CPU seconds. A push with nothing to do takes {idle:.1f} s."
    )
    yield ""
    yield "| remote | files | objects per hour | MB per hour | push, s | × | pull, s | × | CPU × |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for label, ways in found.items():
        ours = ways[OURS.name]
        for name, cost in ways.items():
            cpu, cpu_ours = (each.push.cpu_s + each.pull.cpu_s for each in (cost, ours))
            yield (
                f"| {label} | {name} | {cost.objects * 60 / minutes:.0f} "
                f"| {cost.megabytes * 60 / minutes:.0f} "
                f"| {cost.push.wall_s:.1f} | {cost.push.wall_s / ours.push.wall_s:.1f} "
                f"| {cost.pull.wall_s:.1f} | {cost.pull.wall_s / ours.pull.wall_s:.1f} "
                f"| {cpu / cpu_ours:.1f} |"
            )


def plain(found: dict[str, dict[str, Transfer]]) -> dict[str, Any]:
    """Return the costs as JSON holds them."""
    return {
        label: {
            name: {
                key: asdict(value) if isinstance(value, Cost) else value
                for key, value in cost._asdict().items()
            }
            for name, cost in ways.items()
        }
        for label, ways in found.items()
    }


def from_plain(part: dict[str, Any]) -> dict[str, dict[str, Transfer]]:
    """Return the costs that JSON holds."""
    return {
        label: {
            name: Transfer(
                **{
                    key: Cost(**value) if isinstance(value, dict) else value
                    for key, value in cost.items()
                }
            )
            for name, cost in ways.items()
        }
        for label, ways in part.items()
    }


def project(folder: Path, way: Way, minutes: int) -> Path:
    """Return a new DVC project that holds the audio, cut in this way."""
    (folder / "audio").mkdir(parents=True)
    write(folder / "audio", way, minutes)
    for words in (("init", "--no-scm"), ("config", "core.analytics", "false"), ("add", "audio")):
        dvc(folder, *words)
    return folder


def write(folder: Path, way: Way, minutes: int) -> None:
    """Write the files: noise, so that no two are alike."""
    rng = np.random.default_rng(7)
    length, step = (round(s * way.rate_hz) for s in (way.seconds, way.step_seconds))
    total = minutes * 60 * way.rate_hz
    samples = rng.integers(-9999, 9999, (total, way.channels), dtype=np.int16)
    for number, start in enumerate(range(0, total - length + 1, step)):
        with (folder / f"{number:05d}.wav").open("wb") as file, wave.open(file, "wb") as wav:
            wav.setnchannels(way.channels)
            wav.setsampwidth(2)
            wav.setframerate(way.rate_hz)
            wav.writeframes(samples[start : start + length].tobytes())


def transferred(folder: Path, server: servers.Server) -> Transfer:
    """Return what it costs to push the project's files and to pull them somewhere else."""
    dvc(folder, "remote", "add", "--force", "--default", "team", f"{server.url}/{folder.name}")
    for name, value in (server.options | server.secrets).items():
        dvc(folder, "remote", "modify", "team", name, value)
    dvc(folder, "remote", "modify", "team", "verify", "true")
    push, idle = (measured([DVC, "push", "--quiet"], cwd=folder) for _ in range(2))
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        other = Path(name)
        dvc(other, "init", "--no-scm")
        for kept in (".dvc/config", "audio.dvc"):
            (other / kept).write_bytes((folder / kept).read_bytes())
        pull = measured([DVC, "pull", "--quiet"], cwd=other)
    cached = [each for each in (folder / ".dvc/cache/files").rglob("*") if each.is_file()]
    size = sum(each.stat().st_size for each in cached)
    return Transfer(push, pull, idle, len(cached), size / 1e6)


def dvc(folder: Path, *words: str) -> None:
    """Run DVC; its output shows only when it fails."""
    done = subprocess.run([DVC, *words], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"dvc {' '.join(words)} failed in {folder}:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
