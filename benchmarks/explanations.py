"""How much softer a part has to be for `takht explain` to tell what counts, in one run.

    python benchmarks/explanations.py best FILE …

For each of several steps down and each recording, the log-odds lost (nats) when the tenth of the
cells that count most by the map is turned down together, and when as many at random are. Means
over the recordings, as a Markdown table.
"""

import sys
import time
from pathlib import Path
from statistics import mean

import numpy as np

from takht.inference.explanation import occlusion
from takht.inference.explanation.explanation import explain
from takht.inference.recording_classifier import RecordingClassifier

STEPS_DB = (3.0, 6.0, 12.0, 120.0)


def main() -> None:
    """Print the table."""
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    classifier, files = (
        RecordingClassifier(Path("models") / sys.argv[1]),
        [Path(f) for f in sys.argv[2:]],
    )
    show("| softer, dB | strongest tenth | random tenth | ratio | CPU s a second of music |")
    show("|---|---|---|---|---|")
    for step_db in STEPS_DB:
        occlusion._TAKEN = np.float32(1 - 10 ** (-step_db / 20))
        before = time.process_time()
        found = [explain(classifier, file) for file in files]
        seconds = sum(each.edges_seconds[-1] - each.edges_seconds[0] for each in found)
        cost = (time.process_time() - before) / seconds
        strongest = mean(each.check.strongest_drop for each in found)
        random = mean(each.check.random_drop for each in found)
        show(
            f"| {step_db:g} | {strongest:.2f} | {random:.2f} | {strongest / random:.1f} "
            f"| {cost:.2f} |"
        )


def show(line: str) -> None:
    """Print a line of the table."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
