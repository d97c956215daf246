"""takht generate: new pieces from the trained models."""

from pathlib import Path
from typing import Annotated

import typer

from takht.cli.arguments.options import Force, ModelsFolder


def generate(
    composer: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Composer's folder or label; default: any."),
    ] = None,
    seconds: Annotated[float, typer.Option(help="Length of a piece, 1 to 600 s.")] = 60.0,
    tempo: Annotated[
        float | None,
        typer.Option(
            metavar="BPM",
            help="Beats per minute, 24 to 240; default: that of a recording of the composer.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Each seed gives another piece.")] = 1,
    count: Annotated[
        int, typer.Option(help="Number of pieces; above 1: piece-1.wav, piece-2.wav …")
    ] = 1,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="The WAV file to write.")
    ] = Path("piece.wav"),
    models_dir: ModelsFolder = None,
    force: Force = False,
) -> None:
    """Compose new pieces in a composer's manner.

    They are at -23 LUFS and never clipped. The same seed always gives the same pieces. It needs no
    GPU and no TensorFlow.
    """
    from tqdm import tqdm

    from takht.cli.arguments.generation import (
        find_composer,
        name_targets,
        open_prior,
        require_seconds,
        require_within,
    )
    from takht.core.randomness import rng_for
    from takht.core.threads import one_blas_thread
    from takht.generation.pieces import pieces
    from takht.generation.pieces.tempo import FASTEST_BPM, SLOWEST_BPM, set_tempo
    from takht.generation.sound.wav_files import write_wav

    require_seconds(seconds)
    require_within(count, 1, 1000, "--count")
    require_within(seed, 0, 2**32 - 1, "--seed")
    if tempo is not None:
        require_within(tempo, SLOWEST_BPM, FASTEST_BPM, "--tempo")
    prior = open_prior(models_dir)
    if tempo is not None:
        prior = set_tempo(prior, tempo)
    number = find_composer(composer, prior.composers, prior.labels)
    targets = name_targets(out, count, force=force)
    with (
        one_blas_thread(),
        tqdm(total=2 * count, desc="generate", unit="step", disable=None) as bar,
    ):
        for place, target in enumerate(targets):
            rng = rng_for(seed, "piece", place)
            frames = pieces.compose_piece(prior, number, seconds, rng)
            bar.update()
            wave = pieces.render_sound(frames, seed=int(rng.integers(2**32)), seconds=seconds)
            write_wav(wave, target)
            bar.update()
    typer.echo("\n".join(map(str, targets)))
