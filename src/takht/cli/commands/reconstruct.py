"""takht reconstruct: a recording through the trained model and back."""

from pathlib import Path
from typing import Annotated

import typer


def reconstruct(
    recording: Annotated[Path, typer.Argument(metavar="FILE", help="A recording of any format.")],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", metavar="FILE", help="Default: NAME-reconstructed.wav, here."),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="So many from its start; the whole when left out.")
    ] = None,
    models_dir: Annotated[
        Path, typer.Option("--models", metavar="FOLDER", help="Where the model vae is.")
    ] = Path("models"),
) -> None:
    """Encode a recording and decode it again, to hear what the model keeps of it."""
    from tqdm import tqdm

    from takht.cli.arguments import generation as asking
    from takht.cli.arguments import recordings
    from takht.core.threads import one_blas_thread
    from takht.generation.metrics import reconstruction as scores
    from takht.generation.pieces import load as models
    from takht.generation.pieces import pieces
    from takht.generation.sound import wav_files as sound_files
    from takht.generation.spectrogram import log_mel

    if seconds is not None:
        asking.demand_seconds(seconds)
    codec = models.load_codec(models_dir / "vae")
    (target,) = asking.targets(out or Path(f"{recording.stem}-reconstructed.wav"), 1)
    with (
        one_blas_thread(),
        tqdm(total=4, desc="reconstruct", unit="step", disable=None) as bar,
    ):
        original = recordings.read(recording, seconds)
        bar.update()
        frames = pieces.through(codec, log_mel.log_mel(original))
        bar.update()
        wave = pieces.sound(frames, seed=0)
        sound_files.write(wave, target)
        bar.update()
        pair = scores.of_pair(original, wave)
        bar.update()
    typer.echo(
        f"{target}: log-spectral distance {pair.lsd_db:.1f} dB, chroma {pair.chroma:.2f}, "
        f"onsets {pair.onset:.2f}"
    )
