"""takht reconstruct: a recording through the trained model and back."""

from pathlib import Path
from typing import Annotated

import typer

from takht.cli.arguments.options import Force


def reconstruct(
    recording: Annotated[Path, typer.Argument(metavar="FILE", help="A recording of any format.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE",
            help="The WAV file to write; default: NAME-reconstructed.wav.",
        ),
    ] = None,
    seconds: Annotated[
        float | None, typer.Option(help="Seconds from the start; default: all.")
    ] = None,
    models_dir: Annotated[
        Path | None,
        typer.Option(
            "--models",
            metavar="FOLDER",
            help="Folder of the model codec; default: the project's.",
        ),
    ] = None,
    force: Force = False,
) -> None:
    """Encode a recording and decode it again.

    You hear, and it prints, what the model keeps.
    """
    from tqdm import tqdm

    from takht.cli.arguments import recordings
    from takht.cli.arguments.generation import name_targets, require_seconds
    from takht.cli.arguments.project import locate_models
    from takht.core.threads import one_blas_thread
    from takht.generation.codec.codec_folder import load_codec
    from takht.generation.metrics.reconstruction import compare_pair
    from takht.generation.pieces import from_recordings, pieces
    from takht.generation.sound.wav_files import write_wav
    from takht.generation.spectrogram.level_spectrogram import level_spectrogram

    if seconds is not None:
        require_seconds(seconds)
    folder = locate_models(models_dir)
    codec = load_codec(folder / "codec")
    (target,) = name_targets(out or Path(f"{recording.stem}-reconstructed.wav"), 1, force=force)
    with (
        one_blas_thread(),
        tqdm(total=4, desc="reconstruct", unit="step", disable=None) as bar,
    ):
        original = recordings.read_recording(recording, seconds)
        bar.update()
        frames = from_recordings.reconstruct(codec, level_spectrogram(original))
        bar.update()
        wave = pieces.render_sound(frames, seed=0)
        write_wav(wave, target)
        bar.update()
        pair = compare_pair(original, wave)
        bar.update()
    typer.echo(
        f"{target}: log-spectral distance {pair.lsd_db:.1f} dB, chroma {pair.chroma:.2f}, "
        f"onsets {pair.onset:.2f}"
    )
