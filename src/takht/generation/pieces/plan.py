"""What the stage `generate` is to sound, as spectrograms in sheets of one picture each."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from pydantic import Field

from takht.core.arrays import Frames, Waveform
from takht.core.randomness import rng_for
from takht.generation.codec.block_pca import BlockPca
from takht.generation.codec.codec import LappedPca
from takht.generation.pieces.from_recordings import continue_recording, morph, reconstruct
from takht.generation.pieces.pieces import (
    compose_piece,
    cut_windows,
    join_windows,
    render_sound,
    render_study_sound,
)
from takht.generation.pieces.protocols import ComposerPrior, WindowModel
from takht.generation.prior.prior import Prior
from takht.generation.sound.loudness import normalize_loudness
from takht.generation.spectrogram.level_spectrogram import (
    HOP_SAMPLES,
    SAMPLE_RATE_HZ,
    level_spectrogram,
)
from takht.generation.study_vae.card import BINS, WINDOW_FRAMES
from takht.generation.study_vae.spectrogram import log_spectrogram
from takht.runtime.params import Section, Seed

EXCERPT_FRAMES = 1024  # 11.9 s, two windows of the original
EXCERPT_FROM_SECONDS = 10.0
ITEMS_PER_FIGURE = 6


class GenerationPlan(Section):
    """How much is generated."""

    at: ClassVar[str] = "generation.plan"
    unconditional: int = Field(ge=1, le=1000, description="pieces of composers drawn at random")
    per_composer: int = Field(ge=1, le=1000, description="pieces in the manner of each composer")
    seconds: float = Field(ge=6, le=600, description="length of each of them")
    long_seconds: float = Field(ge=60, le=600, description="length of the long piece")
    reference_windows: int = Field(
        ge=2, le=10_000, description="windows drawn from the original's prior"
    )
    seed: Seed


@dataclass(frozen=True)
class Item:
    """A sound to make: where it goes, what it is, and what it is made of."""

    file: str  # without its suffix
    kind: str  # sample, long, continuation, interpolation, music, reconstruction, phase
    model: str  # codec, pca, study_vae, reference
    frames: Frames  # of the model's own kind; of music its wave
    composer: str = ""  # asked for, or whose recording it is
    recording: str = ""
    seconds: float | None = None

    def wave(self) -> Waveform:
        """Return the sound, in [-1, 1], shape (samples,)."""
        if self.kind == "music":
            return normalize_loudness(self.frames, SAMPLE_RATE_HZ)
        if self.model == "study_vae":
            return render_study_sound(self.frames)
        return render_sound(self.frames, seed=0, seconds=self.seconds)


@dataclass(frozen=True)
class Figure:
    """Sounds that are drawn together, one under the other."""

    file: str  # of the picture, without its suffix
    items: tuple[Item, ...]


def one_per_figure(items: Iterable[Item]) -> Iterator[Figure]:
    """Yield each item on a sheet of its own, under its name."""
    return (Figure(item.file, (item,)) for item in items)


def group_into_figures(file: str, items: Iterable[Item]) -> Iterator[Figure]:
    """Yield the items on sheets of six: `file`, then `file-sheet-2` and on."""
    rest = iter(items)
    for number in itertools.count(1):
        if not (sheet := tuple(itertools.islice(rest, ITEMS_PER_FIGURE))):
            return
        yield Figure(file if number == 1 else f"{file}-sheet-{number}", sheet)


def plan_pieces(prior: ComposerPrior, sizes: GenerationPlan) -> Iterator[Item]:
    """Yield pieces composed by the prior: of no composer, of each, and a long one."""

    def piece(file: str, kind: str, composer: str, seconds: float) -> Item:
        number = list(prior.composers).index(composer) if composer else None
        frames = compose_piece(prior, number, seconds, rng_for(sizes.seed, file))
        return Item(file, kind, "codec", frames, composer=composer, seconds=seconds)

    for number in range(1, sizes.unconditional + 1):
        yield piece(f"unconditional/{number:02d}", "sample", "", sizes.seconds)
    for composer in prior.composers:
        for number in range(1, sizes.per_composer + 1):
            file = f"composers/{composer.replace('/', '∕')}-{number}"
            yield piece(file, "sample", composer, sizes.seconds)
    yield piece("long/piece", "long", "", sizes.long_seconds)


def plan_pca_samples(
    pca: BlockPca, clips: Sequence[Frames], sizes: GenerationPlan
) -> Iterator[Item]:
    """Yield as many pieces of PCA as the plan has, each latent drawn alone, as spread as in clips.

    Clips have shape (frames, bins) and are in [0, 1].

    The baseline of the prior: right in every latent, and without memory.
    """
    spread = np.concatenate([pca.encode(clip) for clip in clips]).std(axis=0)
    blocks = int(sizes.seconds * SAMPLE_RATE_HZ / HOP_SAMPLES / pca.block_frames) + 2
    for number in range(1, sizes.unconditional + 1):
        file = f"baselines/pca-{number:02d}"
        draw = rng_for(sizes.seed, f"yardsticks/pca-{number:02d}")  # its name since version 0.1
        noise = draw.standard_normal((blocks, len(spread)), np.float32)
        yield Item(file, "sample", "pca", pca.decode(noise * spread), seconds=sizes.seconds)


def choose_excerpt(wave: Waveform) -> slice:
    """Return the heard frames of a segment (samples,): 11.9 s from 10 s on, or close to that."""
    frames = 1 + len(wave) // HOP_SAMPLES
    length = min(EXCERPT_FRAMES, frames // WINDOW_FRAMES * WINDOW_FRAMES)
    first = min(round(EXCERPT_FROM_SECONDS * SAMPLE_RATE_HZ / HOP_SAMPLES), frames - length)
    return slice(first, first + length)


def plan_reconstructions(
    recording: str,
    wave: Waveform,
    codec: LappedPca,
    pca: BlockPca,
    original: WindowModel,
    *,
    composer: str,
) -> Iterator[Item]:
    """Yield an excerpt of a segment (samples,) in [-1, 1], then one per model and phase.

    Our models see the whole segment, the original's its windows of the excerpt.
    """
    wave = normalize_loudness(wave, SAMPLE_RATE_HZ)
    part, unit = choose_excerpt(wave), level_spectrogram(wave)
    theirs = log_spectrogram(wave)[part]
    kept = join_windows(original.decode(original.encode(cut_windows(theirs))[0]))
    heard = wave[part.start * HOP_SAMPLES : (part.stop - 1) * HOP_SAMPLES]
    for name, kind, model, frames in (
        ("music", "music", "reference", heard),
        ("codec", "reconstruction", "codec", reconstruct(codec, unit)[part]),
        ("pca", "reconstruction", "pca", reconstruct(pca, unit)[part]),
        ("study_vae", "reconstruction", "study_vae", kept),
        ("phase", "phase", "codec", unit[part]),
        ("original_phase", "phase", "study_vae", theirs),
    ):
        file = f"reconstructions/{recording}/{name}"
        yield Item(file, kind, model, frames, composer=composer, recording=recording)


def plan_study_samples(original: WindowModel, sizes: GenerationPlan) -> Iterator[Item]:
    """Yield windows that the original's decoder makes of latents from N(0, 1): its prior."""
    count = original.encode(np.zeros((1, BINS, WINDOW_FRAMES), np.float32))[0].shape[1]
    for number in range(1, sizes.reference_windows + 1):
        file = f"baselines/study_vae-{number:02d}"
        draw = rng_for(sizes.seed, f"yardsticks/original-{number:02d}")  # its name, as above
        latents = draw.standard_normal((1, count), np.float32)
        yield Item(file, "sample", "study_vae", join_windows(original.decode(latents)))


def plan_continuation(
    name: str, wave: Waveform, prior: Prior, sizes: GenerationPlan
) -> Iterator[Item]:
    """Yield seconds of a recording, and as many of new music that goes on from there.

    `wave` is in [-1, 1], shape (samples,).
    """
    known = normalize_loudness(wave[: round(sizes.seconds * SAMPLE_RATE_HZ)], SAMPLE_RATE_HZ)
    rng = rng_for(sizes.seed, "continuation/1")
    frames = continue_recording(prior, level_spectrogram(known), sizes.seconds, rng)
    yield Item("continuation/1", "continuation", "codec", frames, recording=name)


def plan_morphs(
    names: Sequence[str], waves: Sequence[Waveform], prior: Prior, sizes: GenerationPlan
) -> Iterator[Item]:
    """Yield two recordings' excerpts and a piece that goes from the first to the second.

    `waves` are in [-1, 1], shape (samples,) each.
    """
    excerpts = [
        normalize_loudness(wave[: choose_excerpt(wave).stop * HOP_SAMPLES], SAMPLE_RATE_HZ)
        for wave in waves
    ]
    for number, (name, wave) in enumerate(zip(names, excerpts, strict=True), 1):
        yield Item(f"interpolation/{number}", "music", "reference", wave, recording=name)
    file, between = "interpolation/1-to-2", " to ".join(names)
    spectrograms = [level_spectrogram(wave) for wave in excerpts]
    frames = morph(prior, spectrograms[0], spectrograms[1], rng_for(sizes.seed, file))
    yield Item(file, "interpolation", "codec", frames, recording=between)
