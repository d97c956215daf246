"""Compare continuations of recordings with how the recordings go on.

    python benchmarks/continuations.py [--side test]

Run it in a project whose generation branch is built. Of each recording of a side, the first 8.9 s
of its first segment are known, and 11.9 s follow: the recording's own, a continuation, and a new
piece of its composer. Prints a table in Markdown. All are heard with phases by Griffin-Lim.

comes back: the mean correlation of passages of 2 s with the most alike known one
in scale: share of time within 25 cents of a step of the known part's scale
pulse: of the part that follows
same tempo: share whose strongest period is that of the known part, or 1/4, 1/2, 2 or 4 of it; of
those recordings whose known part has a pulse above .4
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from takht.core import tables  # noqa: E402
from takht.core.arrays import Frames  # noqa: E402
from takht.core.randomness import rng_for  # noqa: E402
from takht.core.threads import one_blas_thread  # noqa: E402
from takht.features.statistics.intervals import compute_pitch_classes  # noqa: E402
from takht.generation.codec.clips import Clips  # noqa: E402
from takht.generation.codec.codec_folder import load_codec  # noqa: E402
from takht.generation.metrics.pitch import (  # noqa: E402
    count_pitches,
    find_scale,
    measure_in_scale,
)
from takht.generation.pieces.from_recordings import continue_recording  # noqa: E402
from takht.generation.pieces.pieces import compose_piece, render_sound  # noqa: E402
from takht.generation.prior.prior_folder import load_prior  # noqa: E402
from takht.generation.spectrogram.level_spectrogram import SAMPLE_RATE_HZ  # noqa: E402
from takht.generation.spectrogram.pulse import (  # noqa: E402
    FRAME_RATE_HZ,
    find_onsets,
    measure_pulse,
)

KNOWN_BLOCKS, NEW_BLOCKS = 24, 32
POOLED, PASSAGE = 4, 11  # frames of pitch classes, 0.19 s; of those, 2 s


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", choices=["validation", "test"], default="validation")
    options = parser.parse_args()
    codec = load_codec(Path("models/codec"))
    prior = load_prior(Path("models/prior"), codec)
    known, whole = (
        blocks * codec.block_frames for blocks in (KNOWN_BLOCKS, KNOWN_BLOCKS + NEW_BLOCKS)
    )
    split = tables.read_table(Path("data/split.csv"))
    folder = Path("data/features/generation_spectrogram")
    clips = Clips(folder, split, options.side, least_frames=whole)
    firsts = clips.rows.drop_duplicates("recording").index
    seconds = (whole - known) / FRAME_RATE_HZ
    rows = []
    with one_blas_thread():
        for place in firsts:
            clip = clips[int(place)][:whole]
            rng, other = (rng_for(1, name, int(place)) for name in ("continuations", "pieces"))
            composer = prior.composers.index(clips.rows["composer"][place])
            piece = compose_piece(prior, composer, seconds, other)[: whole - known]
            for name, frames in (
                ("the recording", clip),
                ("continuation", continue_recording(prior, clip[:known], seconds, rng)),
                ("new piece", np.concatenate([clip[:known], piece])),
            ):
                rows.append({"": name} | measure(frames, known))
    means = pd.DataFrame(rows).groupby("", sort=False).mean().round(3)
    lines = [[str(cell) for cell in row] for row in means.reset_index().itertuples(index=False)]
    header = ["", *means.columns]
    for line in (header, ["---"] * len(header), *lines):
        sys.stdout.write(f"| {' | '.join(line)} |\n")
    sys.stdout.write(f"{len(firsts)} recordings of the {options.side} side\n")


def measure(frames: Frames, known: int) -> dict[str, float]:
    """Return the measures of frames (frames, 513), of which so many are known."""
    wave = render_sound(frames, seed=0)
    cut = round(len(wave) * known / len(frames))
    pitches = [compute_pitch_classes(part, SAMPLE_RATE_HZ) for part in (wave[:cut], wave[cut:])]
    before, after = cut_passages(pitches)
    (strength, period), (strength_after, period_after) = (
        measure_pulse(find_onsets(part)) for part in (frames[:known], frames[known:])
    )
    ratios = period_after / period / np.array([0.25, 0.5, 1, 2, 4])
    scale = find_scale(count_pitches(pitches[0]))
    return {
        "comes back": float((after @ before.T).max(axis=1).mean()),
        "in scale": measure_in_scale(count_pitches(pitches[1]), [scale]),
        "pulse": strength_after,
        "same tempo": float((np.abs(ratios - 1) < 0.04).any()) if strength > 0.4 else np.nan,
    }


def cut_passages(pitches: list[np.ndarray]) -> list[np.ndarray]:
    """Return the passages of each part, less the mean of all, as unit vectors (passages, n)."""
    pooled = [each[: len(each) // POOLED * POOLED] for each in pitches]
    pooled = [each.reshape(-1, POOLED, each.shape[1]).mean(axis=1) for each in pooled]
    pooled = [each / np.maximum(np.linalg.norm(each, axis=1)[:, None], 1e-6) for each in pooled]
    mean = np.concatenate(pooled).mean(axis=0)
    found = []
    for each in pooled:
        starts = np.arange(len(each) - PASSAGE + 1)
        rows = (each - mean)[starts[:, None] + np.arange(PASSAGE)].reshape(len(starts), -1)
        found.append(rows / np.maximum(np.linalg.norm(rows, axis=1)[:, None], 1e-6))
    return found


if __name__ == "__main__":
    main()
