"""takht continue: a recording, and new music after it."""

from pathlib import Path
from typing import Annotated

import typer

from takht.cli.arguments.options import Force, ModelsFolder


def continue_recording(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", help="Of any format.")],
    seconds: Annotated[float, typer.Option(help="Length of the new music, 1 to 600 s.")] = 30.0,
    seed: Annotated[int, typer.Option(help="Each seed goes on in another way.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="The WAV file; default: RECORDING-continued.wav."
        ),
    ] = None,
    models_dir: ModelsFolder = None,
    force: Force = False,
) -> None:
    """Go on from the end of a recording.

    The file begins with the last 30 s of the recording, or all of it if it is shorter. New music of
    its timbre and pulse follows.
    """
    from tqdm import tqdm

    from takht.cli.arguments.generation import (
        name_targets,
        open_prior,
        require_seconds,
        require_within,
    )
    from takht.cli.arguments.recordings import read_end
    from takht.core.randomness import rng_for
    from takht.core.threads import one_blas_thread
    from takht.generation.pieces import from_recordings, pieces
    from takht.generation.sound.wav_files import write_wav
    from takht.generation.spectrogram.level_spectrogram import level_spectrogram

    require_seconds(seconds)
    require_within(seed, 0, 2**32 - 1, "--seed")
    prior = open_prior(models_dir)
    target = out or Path(f"{recording.stem}-continued.wav")
    (target,) = name_targets(target, 1, force=force)
    with one_blas_thread(), tqdm(total=3, desc="continue", unit="step", disable=None) as bar:
        end = level_spectrogram(read_end(recording, from_recordings.MOST_KNOWN_SECONDS))
        bar.update()
        known = from_recordings.leave_out_quiet_end(end)
        rng = rng_for(seed, "continuation")
        frames = from_recordings.continue_recording(prior, known, seconds, rng)
        bar.update()
        write_wav(pieces.render_sound(frames, seed=0), target)
        bar.update()
    typer.echo(str(target))
