"""The tables of docs on large corpora and of docs/remotes.md, from docs/measured/scaling.json."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import folder_objects
import remote
from extrapolation import along, exponent, reaching, wall_hours

HOURS = (10, 1_000, 100_000)
CORES = (2, 64)
LONGER_SEGMENT_MINUTES = 10
PATIENCE_CPU_S = 60.0  # for a command that does nothing
MEMORY_MB = 8_000.0  # of a laptop, for DVC alone


def every(results: dict[str, Any], params: dict[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Return every table by its page and name."""
    hour, curve = results["hour"], folder_objects.from_plain(results["folder_objects"])
    altered = altered_hours(params)
    found = results["remote"]
    return {
        "scaling.md": {
            "time": list(time(hour, altered)),
            "storage": list(storage(hour, altered)),
        },
        "large-corpora.md": {
            "files of a folder": list(folder_objects.table(curve)),
            "segments": list(segments(curve, params)),
            "store": list(store(hour)),
            "training": list(training(results["training"])),
        },
        "near-duplicates.md": {
            "near-duplicates": list(near_duplicates(results["near_duplicates"]))
        },
        "remotes.md": {
            "remote": list(remote.table(remote.from_plain(found["servers"]), found["minutes"]))
        },
    }


def altered_hours(params: Mapping[str, Any]) -> float:
    """Return how much audio altered copies are for an hour of recordings."""
    split = params["split"]
    training_share = 1 - split["validation_share"] - split["test_share"]
    return float(params["aug"]["factor"] * training_share)


def stages(hour: Mapping[str, Any], altered: float) -> dict[str, float]:
    """Return CPU seconds an hour of audio, by stage."""
    return {
        stage: cpu_s * (altered if stage == "augment" else 1)
        for stage, cpu_s in hour["cpu_s"].items()
        if stage != "split"  # a table of names
    }


def sizes(hour: Mapping[str, Any], altered: float) -> dict[str, float]:
    """Return bytes an hour of audio, by folder."""
    found = dict(hour["bytes"])
    found["mel_augmented"] = found["mel"] + altered * found["mel_augmented"]
    return found


def time(hour: Mapping[str, Any], altered: float) -> Iterator[str]:
    """Yield what an hour costs in each stage, and how long it takes by hours and cores."""
    heads = [f"{hours:,} h, {cores} cores" for hours in HOURS for cores in CORES]
    yield _row("stage", ["CPU s per hour", *heads])
    yield f"|---|---:{'|---:' * len(HOURS) * len(CORES)}|"
    costs = stages(hour, altered)
    for stage, cpu_s in (costs | {"**all**": sum(costs.values())}).items():
        yield _row(
            stage,
            [
                f"{cpu_s:.1f}",
                *(_duration(wall_hours(cpu_s, hours, cores)) for hours in HOURS for cores in CORES),
            ],
        )


def storage(hour: Mapping[str, Any], altered: float) -> Iterator[str]:
    """Yield the bytes and objects of each folder by the amount of audio."""
    heads = [f"{hours:,} h, {unit}" for hours in HOURS for unit in ("GB", "objects")]
    yield _row("folder", ["MB per hour", "objects per hour", *heads])
    yield f"|---|---:|---:{'|---:' * len(heads)}|"
    for name, size in sizes(hour, altered).items():
        objects = hour["objects"][name]
        amounts = [
            cell
            for hours in HOURS
            for cell in (f"{size * hours / 1e9:,.1f}", f"{objects * hours:,.0f}")
        ]
        yield _row(name, [f"{size / 1e6:.1f}", f"{objects:.0f}", *amounts])


def segments(curve: dict[int, dict[str, Any]], params: Mapping[str, Any]) -> Iterator[str]:
    """Yield what DVC takes for the folder of segments, and where it is too much."""
    minute = params["segment"]["seconds"] / 60
    heads = [f"`{step}`, CPU s" for step in folder_objects.STEPS]
    yield _row("hours", ["segments of", "objects", *heads, "peak MB"])
    yield f"|---:|---:|---:{'|---:' * len(heads)}|---:|"
    by_step = {
        step: {count: costs[step].cpu_s for count, costs in curve.items()}
        for step in folder_objects.STEPS
    }
    peaks = {count: max(cost.peak_mb for cost in costs.values()) for count, costs in curve.items()}
    for minutes in (minute, LONGER_SEGMENT_MINUTES):
        for hours in HOURS:
            count = hours * 60 / minutes
            cells = [f"{along(each, count):,.0f}" for each in by_step.values()]
            cells += [f"{along(peaks, count):,.0f}"]
            yield _row(f"{hours:,}", [f"{minutes:g} min", f"{count:,.0f}", *cells])
    idle = reaching(by_step["repro"], PATIENCE_CPU_S)
    memory = reaching(peaks, MEMORY_MB)
    yield ""
    yield (
        f"With {_round(idle)} files in a folder ({_round(idle * minute / 60)} hours in segments of "
        f"{minute:g} min), a `dvc repro` with nothing to do takes {PATIENCE_CPU_S:.0f} CPU s. With "
        f"{_round(memory)} files ({_round(memory * minute / 60)} hours), DVC needs "
        f"{MEMORY_MB / 1000:.0f} GB of memory."
    )


def near_duplicates(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield the measured cost of finding duplicates, and what it comes to."""
    curve = {int(number): each for number, each in found["by_recordings"].items()}
    yield (
        "| recordings | look-up, CPU s | alignment, CPU s | CPU ms per recording | peak MB "
        "| planted | found | false | pairs of landmarks compared |"
    )
    yield f"|{'---:|' * 9}"
    for number, each in curve.items():
        cpu_s = each["look_up_cpu_s"] + each["align_cpu_s"]
        yield (
            f"| {number:,} | {each['look_up_cpu_s']:.1f} | {each['align_cpu_s']:.1f} "
            f"| {1e3 * cpu_s / number:.1f} | {each['peak_mb']:,.0f} | {each['planted']} "
            f"| {each['found']} | {each['false']} | {each['compared_share']:.0%} |"
        )
    costs = {number: each["look_up_cpu_s"] + each["align_cpu_s"] for number, each in curve.items()}
    power, last = exponent(costs), max(curve)
    last_hours = last * found["seconds"] / 3600
    times = ", ".join(
        f"{_duration(costs[last] * (hours / last_hours) ** power / 3600)} for {hours:,} hours"
        for hours in HOURS
    )
    yield ""
    yield (
        f"The recordings last {found['seconds']} s. The cost grew as their number to the power "
        f"{power:.2f}. If it goes on like this, one core takes {times}. Memory was "
        f"{curve[last]['peak_mb'] / last_hours:.1f} MB per hour of audio."
    )


def store(hour: Mapping[str, Any]) -> Iterator[str]:
    """Yield what looking through the store costs each stage."""
    found, an_hour = hour["store"], 60 / hour["recording_minutes"]
    yield "| hours | recordings | entries | CPU s per look |"
    yield "|---:|---:|---:|---:|"
    for hours in HOURS:
        entries = hours * an_hour * found["entries_a_recording"]
        cpu_s = entries * found["cpu_s_an_entry"]
        yield f"| {hours:,} | {hours * an_hour:,.0f} | {entries:,.0f} | {cpu_s:,.1f} |"


def training(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield how long an epoch's input takes, how much it reads and what names the windows."""
    small, large = (found["larger_than_memory"][size] for size in ("small", "large"))
    rate = large["windows_a_second"]
    size, named = found["bytes_a_window"], found["table_bytes_a_window"]
    yield (
        f"One core delivers {_round(rate)} windows per second, {rate * size / 1e6:,.0f} MB/s "
        f"of features, if these are read again each epoch; if they stay in memory, "
        f"{_round(found['windows_a_second']['now'])}. Earlier code delivered "
        f"{_round(found['windows_a_second']['before'])} from memory; the median of paired runs is "
        f"{found['ratio']:.1f} times as many. "
        f"An hour has {found['windows_an_hour']:,.0f} windows."
    )
    yield (
        f"An epoch of {large['gb']:.1f} GB of features took {large['peak_mb']:,.0f} MB of memory "
        f"at its peak; one of {small['gb']:.1f} GB took {small['peak_mb']:,.0f} MB."
    )
    yield ""
    yield "| hours | windows | input of one epoch, one core | windows, GB | window table, MB |"
    yield "|---:|---:|---:|---:|---:|"
    for hours in HOURS:
        windows = hours * found["windows_an_hour"]
        yield (
            f"| {hours:,} | {windows:,.0f} | {_duration(windows / rate / 3600)} "
            f"| {windows * size / 1e9:,.1f} | {windows * named / 1e6:,.1f} |"
        )


def _row(head: str, cells: Sequence[str]) -> str:
    return f"| {head} | {' | '.join(cells)} |"


def _duration(hours: float) -> str:
    """Return a time in the unit in which it is read."""
    for unit, length in (("years", 24 * 365.25), ("days", 24.0), ("h", 1.0), ("min", 1 / 60)):
        if hours >= 2 * length:
            return f"{hours / length:,.0f} {unit}"
    return f"{hours * 3600:.0f} s"


def _round(value: float) -> str:
    """Return a number with two digits that count."""
    return f"{float(f'{value:.2g}'):,.0f}"
