"""Precision and recall of near_duplicates, on recordings of known truth on one instrument.

    python benchmarks/duplicates.py --seed 7
    python benchmarks/duplicates.py --seed 7 --before ../checkout-of-another-commit
    python benchmarks/duplicates.py --seed 7 --pipeline --copies 24 --works 10

Prints Markdown tables. The thresholds of takht.features.fingerprints.alignment were chosen on seeds
1 and 2; others have other melodies, copies and speech. There is a corpus of each instrument. Needs
espeak-ng. With --before, the stage of another checkout looks for duplicates in the same recordings.
With --pipeline, the recordings on the string go through all stages that `split` and
`window_statistics` need, and what each stage costs is printed too.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import soundfile

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "benchmarks")]

import duplicate_corpus  # noqa: E402
import growing  # noqa: E402
import preprocess  # noqa: E402
from duplicate_corpus import KINDS, RATE_HZ, Wave  # noqa: E402
from preprocess import measured, show  # noqa: E402

from takht.core.randomness import rng_for  # noqa: E402

PARAMS = "near_duplicates: {min_seconds: 7.5}\n"
SEGMENT_SECONDS = 60
NOT_COPIES = ("different pieces", *duplicate_corpus.PERFORMANCES)
Pair = tuple[str, str]


def main() -> None:
    """Make a corpus for each instrument, look for duplicates, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--copies", type=int, default=12, help="of each kind, of as many pieces")
    parser.add_argument("--works", type=int, default=20, help="pieces that are performed again")
    parser.add_argument("--before", type=Path, help="a checkout of another commit")
    parser.add_argument("--pipeline", action="store_true", help="from recordings on, with its cost")
    options = parser.parse_args()
    if options.pipeline:
        run_pipeline(options.seed, options.copies, options.works)
        return
    checkouts = {"before": options.before} if options.before else {}
    found = {}
    for instrument in duplicate_corpus.SOUNDS:
        with tempfile.TemporaryDirectory() as name:
            here = Path(name)
            corpus = (options.seed, options.copies, options.works, instrument)
            kinds = write_corpus(here / "segments", *corpus)
            for way, checkout in {**checkouts, "now": ROOT}.items():
                pairs = run_stage(here, checkout)
                found[f"{instrument}, {way}"] = Counter(kind_of(pair, kinds) for pair in pairs)
    show(f"Seed {options.seed}, {len(kinds)} recordings on each instrument\n")
    for line in table(kinds, found):
        show(line)


def run_pipeline(seed: int, copies: int, works: int) -> None:
    """Run the stages on recordings of the string; print what each costs and what was found."""
    with tempfile.TemporaryDirectory() as name:
        here = Path(name)
        kinds = write_corpus(here / "raw", seed, copies, works, "string", are_whole=True)
        (here / "params.yaml").write_text(preprocess.PARAMS, encoding="utf-8")
        unused = ("mel", "mfcc", "augment")
        stages = [each for each in growing.STAGES if each[0] not in unused]
        costs = growing.run(here, 2, stages)
        pairs = read_pairs(here / "out/near_duplicates.csv")
    show(f"Seed {seed}, {len(kinds)} recordings of the string\n")
    show("| stage | CPU s | wall s | peak MB |\n|---|---:|---:|---:|")
    for stage, cost in costs.items():
        show(f"| {stage} | {cost.cpu_s:.1f} | {cost.wall_s:.1f} | {cost.peak_mb:.0f} |")
    show("")
    for line in table(kinds, {"found": Counter(kind_of(pair, kinds) for pair in pairs)}):
        show(line)


def write_corpus(
    folder: Path, seed: int, copies: int, works: int, instrument: str, *, are_whole: bool = False
) -> dict[str, str]:
    """Write segments of pieces, copies and other performances; return each recording's kind.

    A name ends with the number of the piece. Whole recordings are files instead of folders.
    """
    write = _write_whole if are_whole else _write
    numbers = range(len(KINDS) * copies)
    pieces = [duplicate_corpus.piece(seed, number, instrument) for number in numbers]
    kinds = {}
    for number, wave in enumerate(pieces):
        kinds[write(folder, f"piece/{number:04}", wave)] = "piece"
    for number, wave in enumerate(pieces):
        kind = list(KINDS)[number // copies]
        others = duplicate_corpus.others_around(seed, number, KINDS[kind], instrument)
        copy = duplicate_corpus.make_copy(wave, KINDS[kind], others, rng_for(seed, kind, number))
        kinds[write(folder, f"copy/{number:04}", copy)] = kind
    for number in range(works):
        for kind, wave in duplicate_corpus.other_performances(seed, number, instrument):
            name = f"{duplicate_corpus.PERFORMANCES.index(kind)}-performance/{number:04}"
            kinds[write(folder, name, wave)] = kind
    return kinds


def _write(folder: Path, name: str, wave: Wave) -> str:
    (folder / name).mkdir(parents=True)
    length = SEGMENT_SECONDS * RATE_HZ
    for number, start in enumerate(range(0, len(wave), length)):
        part = np.clip(wave[start : start + length], -1, 1)
        soundfile.write(folder / name / f"{number:04}.wav", part, RATE_HZ, "PCM_16")
    return name


def _write_whole(folder: Path, name: str, wave: Wave) -> str:
    path = folder / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.clip(wave, -1, 1), RATE_HZ, "PCM_16")
    return name


def run_stage(here: Path, checkout: Path) -> set[Pair]:
    """Return the pairs that the stage of a checkout finds among the segments."""
    (here / "params.yaml").write_text(PARAMS, encoding="utf-8")
    stage = checkout.resolve() / "src/near_duplicates.py"
    measured(
        [sys.executable, stage, "segments", "found.csv"], here, {"TAKHT_STORE": str(here / "store")}
    )
    return read_pairs(here / "found.csv")


def read_pairs(path: Path) -> set[Pair]:
    """Return the pairs of a table of duplicates, the lesser name first."""
    found = pd.read_csv(path)
    pairs = found[["recording", "duplicate_of"]].to_numpy().tolist()
    return {(min(pair), max(pair)) for pair in pairs}


def table(kinds: dict[str, str], counts: dict[str, Counter[str]]) -> Iterator[str]:
    """Yield recall for each kind of copy, and what was found of pairs that are no copies."""

    def row(name: str, cells: Iterable[object]) -> str:
        return f"| {' | '.join([name, *map(str, cells)])} |"

    planted = Counter(kind for kind in kinds.values() if kind in KINDS)
    total, different = planted.total(), count_different(kinds)
    every = [sum(count[kind] for kind in planted) for count in counts.values()]
    false = [count[NOT_COPIES[0]] for count in counts.values()]
    yield row("copies", ["planted", *counts])
    yield f"|---|{'---:|' * (1 + len(counts))}"
    for kind, number in planted.items():
        yield row(kind, [number, *(count[kind] for count in counts.values())])
    yield row("**all** (recall)", [total, *(f"{found} ({found / total:.3f})" for found in every)])
    yield ""
    yield row("pairs that are no copies", ["pairs", *counts])
    yield f"|---|{'---:|' * (1 + len(counts))}"
    for kind in NOT_COPIES:
        pairs = f"{different:,}" if kind == NOT_COPIES[0] else "same work"
        yield row(kind, [pairs, *(count[kind] for count in counts.values())])
    rates = [f"{1e4 * found / different:.2f}" for found in false]
    yield row("**false pairs in 10,000 of different pieces**", ["", *rates])
    both = zip(every, false, strict=True)
    yield row("**precision**", ["", *(f"{good / max(1, good + bad):.3f}" for good, bad in both)])


def kind_of(pair: Pair, kinds: dict[str, str]) -> str:
    """Return which kind of copy or performance makes two recordings a pair."""
    if len({name.split("/")[1] for name in pair}) > 1:
        return NOT_COPIES[0]
    both = {kinds[name] for name in pair}
    performances = sorted(both & set(duplicate_corpus.PERFORMANCES))
    return performances[0] if performances else min(both - {"piece"})


def count_different(kinds: dict[str, str]) -> int:
    """Return how many pairs of recordings are not of one piece."""
    sizes = Counter(name.split("/")[1] for name in kinds)
    return (len(kinds) ** 2 - sum(size**2 for size in sizes.values())) // 2


if __name__ == "__main__":
    main()
