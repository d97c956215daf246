"""takht morph: a piece that begins as one recording and ends as another."""

from pathlib import Path
from typing import Annotated

import typer

from takht.cli.arguments.options import Force, ModelsFolder


def morph(
    first: Annotated[Path, typer.Argument(metavar="A", help="A recording of any format.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another recording.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="The WAV file; default: A-to-B.wav."),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            help="Length in s, in whole blocks of 0.37 s; default: the shorter recording."
        ),
    ] = None,
    models_dir: ModelsFolder = None,
    force: Force = False,
) -> None:
    """Glide from one recording to another.

    The models recover the noise that would make each recording. They fade one noise into the other
    and make music of it.
    """
    from tqdm import tqdm

    from takht.cli.arguments import recordings
    from takht.cli.arguments.generation import name_targets, open_prior, require_seconds
    from takht.core.randomness import rng_for
    from takht.core.threads import one_blas_thread
    from takht.generation.pieces import from_recordings, pieces
    from takht.generation.sound.wav_files import write_wav
    from takht.generation.spectrogram.level_spectrogram import level_spectrogram

    if seconds is not None:
        require_seconds(seconds)
    prior = open_prior(models_dir)
    (target,) = name_targets(out or Path(f"{first.stem}-to-{second.stem}.wav"), 1, force=force)
    with one_blas_thread(), tqdm(total=4, desc="morph", unit="step", disable=None) as bar:
        begins = level_spectrogram(recordings.read_recording(first, seconds))
        bar.update()
        ends = level_spectrogram(recordings.read_recording(second, seconds))
        bar.update()
        frames = from_recordings.morph(prior, begins, ends, rng_for(0, "morph"))
        bar.update()
        write_wav(pieces.render_sound(frames, seed=0), target)
        bar.update()
    typer.echo(str(target))
