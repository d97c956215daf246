"""What `takht predict` costs for one long recording: time, memory, and memory's independence of it.

    python benchmarks/predict_cost.py --minutes 3 55 --experiments best mel_even

Prints a Markdown table. The models are those in models/; the recordings are generated, stereo
mp3 at 128 kb/s. Memory is that of the command with all that it starts, added up and looked at
fifty times a second.
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from preprocess import ROOT, Cost, generate, show


def main() -> None:
    """Run the command for every model and length, and print what each took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--minutes", type=int, nargs="+", default=[3, 55])
    parser.add_argument("--experiments", nargs="+", default=["best", "mel_even"])
    options = parser.parse_args()
    show("| model | recording | CPU s | wall s | real time : wall | peak MB |")
    show("|---|---|---|---|---|---|")
    for experiment in options.experiments:
        for minutes in options.minutes:
            with tempfile.TemporaryDirectory() as name:
                (source,) = generate(Path(name), minutes, 1)
                cost = predicted(source, experiment)
            show(
                f"| `{experiment}` | {minutes} min | {cost.cpu_s:.1f} | {cost.wall_s:.1f} "
                f"| {60 * minutes / cost.wall_s:.0f} | {cost.peak_mb:.0f} |"
            )


def predicted(source: Path, experiment: str) -> Cost:
    """Return what the whole command costs for a recording."""
    takht = str(Path(sys.executable).with_name("takht"))
    words = [takht, "predict", str(source), "--model", experiment, "--json"]
    started, before, most_bytes = time.perf_counter(), os.times(), 0
    process = psutil.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        with contextlib.suppress(psutil.NoSuchProcess):  # one of them has just ended
            # What Python starts shows Python's own memory until it is ffmpeg.
            others = [each for each in process.children() if each.exe() != process.exe()]
            tree = [process, *others]
            most_bytes = max(most_bytes, sum(each.memory_info().rss for each in tree))
        time.sleep(0.02)
    after = os.times()
    if process.returncode:
        sys.exit(f"takht predict ended with {process.returncode}")
    cpu_s = after.children_user + after.children_system
    cpu_s -= before.children_user + before.children_system
    return Cost(cpu_s, time.perf_counter() - started, most_bytes / 1e6)


if __name__ == "__main__":
    main()
