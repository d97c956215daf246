"""The faults: each is put into a project, and what its user then sees is returned."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import yaml
from fault_project import MODEL, FaultProject, mounted
from soak_project import Lost

from takht.audio import ffmpeg

REPRO = "`dvc repro`"
ROOM = f"free space, then {REPRO}"
NO_STORE = {"TAKHT_STORE_GB": "0", "TAKHT_STORE": "none"}  # nor one that makes room


class Injection(NamedTuple):
    """A fault: its name, the stage that meets it, how it comes, and what heals it."""

    fault: str
    stage: str
    inject: Callable[[FaultProject], str]
    healed: str


def one_line(said: str, start: str, *parts: str) -> str:
    """Return the one line of what was said that begins so.

    Raises:
        Lost: there is none, or several, or a traceback; or it lacks a part.
    """
    lines = [line for line in said.splitlines() if line.startswith(start)]
    if len(lines) != 1 or "Traceback" in said or any(part not in lines[0] for part in parts):
        raise Lost(f"not one line that begins with {start!r} and has {parts}:\n{said}")
    return lines[0]


def full_disk(stage: str) -> Injection:
    """Leave nothing on the disk, and no store that could make room."""

    def inject(project: FaultProject) -> str:
        project.fill_disk(0)
        said = project.stage(stage, **NO_STORE)
        return one_line(said, "error: ", "the disk is full", "free space on it and run again")

    return Injection("disk full", stage, inject, ROOM)


def full_of_the_store(project: FaultProject) -> str:
    """Fill the disk, but for what the store keeps of an earlier run."""
    shutil.rmtree(project.root / ".takht")
    values = project.params()
    project.write_params(values | {"segment": values["segment"] | {"seconds": 6.5}})
    project.stage("segment")
    project.write_params(values)
    shutil.rmtree(project.root / "data/segments")
    project.fill_disk(2**20)
    said = project.stage("segment")
    return one_line(said, "disk full: ", "bytes of the store deleted, starting again")


def store_on_a_full_disk(project: FaultProject) -> str:
    """Keep the store on a disk of a megabyte."""
    disk = mounted(project.warm.folder.with_name("small"), 1)
    said = project.stage("segment", TAKHT_STORE=str(disk / "store"))
    line = one_line(said, str(disk), "cannot keep finished results (No space left on device)")
    if not list((project.root / "data/segments").rglob("*.wav")):
        raise Lost("segment made nothing")
    return line.replace(str(disk), "small disk")


def cache_on_a_full_disk(project: FaultProject) -> str:
    """Let DVC copy outputs into its cache with half a megabyte left."""
    shutil.rmtree(project.root / ".dvc/cache")
    project.fill_disk(2**19)
    said = project.tried("dvc", "repro", "--force", "segment")
    return one_line(said, "ERROR: ", "failed to reproduce").partition(". See")[0]


def want_of_memory(stage: str, **variables: str) -> Injection:
    """Allow a stage 1 MB more than it has imported."""

    def inject(project: FaultProject) -> str:
        said = project.limited(stage, 1, **NO_STORE, **variables)
        return one_line(said, "error: ", "memory", "TAKHT_WORKERS=1", "run again")

    where = f"{stage}, in workers" if variables else stage
    return Injection("memory limit hit", where, inject, f"free memory, then {REPRO}")


def no_ffmpeg(project: FaultProject) -> str:
    """Name a decoder that is not there."""
    said = project.stage("catalogue", TAKHT_FFMPEG="nowhere/ffmpeg", **NO_STORE)
    return one_line(said, "error: ", "TAKHT_FFMPEG", "fix or unset the variable")


def ffmpeg_killed(project: FaultProject) -> str:
    """Have the decoder killed after 64 kB of each recording, where the unreadable are skipped."""
    script = project.warm.folder.with_name("killed ffmpeg")
    real = ffmpeg.find_ffmpeg()
    script.write_text(
        f'#!/bin/sh\n[ "$1" = -version ] && exec {real} "$@"\n'
        f'{real} "$@" | head -c 65536\nkill -9 $$\n'
    )
    script.chmod(0o755)
    said = project.stage("catalogue", TAKHT_FFMPEG=str(script), **NO_STORE)
    return one_line(said, "error: data/raw/", "ffmpeg was killed", "signal 9", "run again")


def flipped(path: Path, *, in_place: bool) -> None:
    """Flip a bit in the middle of a file, in place or as a new file of that name."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    if not in_place:
        path.unlink()
    path.write_bytes(data)


def modified(project: FaultProject, output: str) -> str:
    """Return the line of `dvc status` that names an output.

    Raises:
        Lost: DVC does not notice.
    """
    said = project.tried("dvc", "status")
    lines = [line.split() for line in said.splitlines() if line.split()[1:] == [output]]
    if not lines:
        raise Lost(f"dvc status does not name {output}:\n{said}")
    return " ".join(lines[0])


def output_flipped(stage: str, output: str, pattern: str) -> Injection:
    """Flip a bit in a file of an output."""

    def inject(project: FaultProject) -> str:
        flipped(sorted((project.root / output).glob(pattern))[0], in_place=False)
        return modified(project, output)

    return Injection(f"a bit flipped in {output}/{pattern}", stage, inject, REPRO)


def shared_with_the_store(project: FaultProject) -> str:
    """Flip a bit of a segment in place; the store's is the same file."""
    shutil.rmtree(project.root / "data/segments")
    project.stage("segment")  # which links to what the store has, where DVC copies
    flipped(sorted((project.root / "data/segments").glob("*/*/*.wav"))[0], in_place=True)
    said = project.stage("segment")
    return one_line(said, str(project.root / ".takht/store"), "damaged", "made again")


def store_flipped(project: FaultProject) -> str:
    """Flip a bit of what the store alone has, and need it."""
    shutil.rmtree(project.root / "data/segments")
    project.stage("segment")  # which links to what the store has
    used = {path.stat().st_ino for path in (project.root / "data/segments").rglob("*.wav")}
    shutil.rmtree(project.root / "data/segments")
    kept = sorted((project.root / ".takht/store").glob("??/*/product/*.wav"))
    flipped(next(path for path in kept if path.stat().st_ino in used), in_place=True)
    return one_line(project.stage("segment"), str(project.root / ".takht/store"), "damaged")


def cache_flipped(project: FaultProject) -> str:
    """Flip a bit in a file of DVC's cache; DVC trusts it, for it is read-only."""
    (cached,) = _cached(project, "data/gains.csv")
    flipped(cached, in_place=True)
    cached.chmod(0o444)
    (project.root / "data/gains.csv").unlink()
    said = project.tried("takht", "doctor", "--deep", PYTHONPATH=str(project.root / "src"))
    cached.unlink()
    line = one_line(said, "failed  cached files", "has changed since it was cached", "rm -f")
    return " ".join(line.split())


def _cached(project: FaultProject, output: str) -> list[Path]:
    lock = yaml.safe_load((project.root / "dvc.lock").read_text("utf-8"))["stages"]
    hashes = [
        each["md5"] for stage in lock.values() for each in stage["outs"] if each["path"] == output
    ]
    return [project.root / ".dvc/cache/files/md5" / md5[:2] / md5[2:] for md5 in hashes]


def model_by_hand(name: str) -> Injection:
    """Flip a bit in a file of the model, and evaluate it without DVC, which would notice."""

    def inject(project: FaultProject) -> str:
        for path in (project.root / "models" / MODEL).glob(name):
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        return one_line(project.stage("evaluate"), "error: ", f"models/{MODEL}")

    return Injection(
        f"models/{MODEL}/{name} truncated, then used without DVC", "evaluate", inject, REPRO
    )


def lock_in_conflict(project: FaultProject) -> str:
    """Leave dvc.lock as a merge leaves it."""
    lock = project.root / "dvc.lock"
    text = lock.read_text("utf-8")
    middle = text.index("\n", len(text) // 2) + 1
    mark = "<<<<<<< HEAD\n" + text[middle : middle + 100] + "=======\n>>>>>>> theirs\n"
    lock.write_text(text[:middle] + mark + text[middle:])
    said = project.tried("dvc", "repro")
    doctor = project.tried("takht", "doctor", PYTHONPATH=str(project.root / "src"))
    lock.write_text(text)
    if "'./dvc.lock' is invalid" not in said or "Traceback" in said:
        raise Lost(f"dvc repro goes on with a dvc.lock in conflict:\n{said}")
    return " ".join(one_line(doctor, "failed  dvc", "holds conflict markers").split())


def params_cut(project: FaultProject) -> str:
    """Cut params.yaml in the middle of a line."""
    path = project.root / "params.yaml"
    text = path.read_text("utf-8")
    path.write_text(text[: text.index("semitones") + 4])
    said = project.stage("augment")
    path.write_text(text)
    return one_line(said, "error: ", "params.yaml")


def joined_by_a_stray(project: FaultProject) -> str:
    """Put a file of one's own beside segments."""
    next((project.root / "data/segments").rglob("*.wav")).with_name("stray.txt").write_text("mine")
    return modified(project, "data/segments")


# One per mechanism: all stages write, compute and read through the same few functions.
INJECTIONS = [
    *map(full_disk, ("segment", "split", "train@network")),
    Injection("disk filled by the store", "segment", full_of_the_store, "by itself"),
    Injection("the store's disk full", "segment", store_on_a_full_disk, "by itself"),
    Injection("disk full under DVC's cache", "segment", cache_on_a_full_disk, ROOM),
    *map(want_of_memory, ("convert", "train@network")),
    want_of_memory("window_statistics", TAKHT_WORKERS="2"),
    Injection("no ffmpeg", "catalogue", no_ffmpeg, "unset TAKHT_FFMPEG"),
    Injection("ffmpeg killed in the middle", "catalogue", ffmpeg_killed, REPRO),
    output_flipped("segment", "data/segments", "*/*/*.wav"),
    Injection(
        "a bit flipped in a segment that the store shares", "segment", shared_with_the_store, REPRO
    ),
    Injection("a bit flipped in the store", "segment", store_flipped, "by itself"),
    Injection("a bit flipped in DVC's cache", "normalize", cache_flipped, f"`rm -f`, then {REPRO}"),
    model_by_hand("*.npz"),
    model_by_hand("model.json"),
    Injection("dvc.lock in conflict", "all", lock_in_conflict, "`git checkout`, as the line says"),
    Injection("params.yaml truncated", "augment", params_cut, "restore it from Git"),
    Injection(
        "a stray file added to data/segments",
        "segment",
        joined_by_a_stray,
        REPRO,
    ),
]
