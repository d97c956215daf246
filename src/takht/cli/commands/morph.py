"""takht morph: a piece that begins as one recording and ends as another."""

from pathlib import Path
from typing import Annotated

import typer


def morph(
    first: Annotated[Path, typer.Argument(metavar="A", help="A recording of any format.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Default: A-to-B.wav, here.")
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Length; what both last when left out.")
    ] = None,
    models_dir: Annotated[
        Path, typer.Option("--models", metavar="FOLDER", help="Where the model vae is.")
    ] = Path("models"),
) -> None:
    """Glide from one recording to another in the model's latent space."""
    from tqdm import tqdm

    from takht.cli.arguments import generation as asking
    from takht.cli.arguments import recordings
    from takht.core.threads import one_blas_thread
    from takht.generation.pieces import load as models
    from takht.generation.pieces import pieces
    from takht.generation.sound import wav_files as sound_files
    from takht.generation.spectrogram import log_mel

    if seconds is not None:
        asking.demand_seconds(seconds)
    codec = models.load_codec(models_dir / "vae")
    (target,) = asking.targets(out or Path(f"{first.stem}-to-{second.stem}.wav"), 1)
    with one_blas_thread(), tqdm(total=4, desc="morph", unit="step", disable=None) as bar:
        spectrograms = []
        for path in (first, second):
            spectrograms.append(log_mel.log_mel(recordings.read(path, seconds)))
            bar.update()
        frames = pieces.morph(codec, *spectrograms)
        bar.update()
        sound_files.write(pieces.sound(frames, seed=0), target)
        bar.update()
    typer.echo(str(target))
