"""takht explain: which times and bands of a recording are evidence for its answer."""

from pathlib import Path
from typing import Annotated

import typer


def explain(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A recording.")],
    model: Annotated[str, typer.Option(metavar="NAME", help="Name of the model.")] = "best",
    models: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder that holds NAME/model.json; default: the project's."
        ),
    ] = None,
    composer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Composer's folder or label; default: the most probable."
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="Start: 90, 1:30 or 1:01:30. Without --from and --to, takht chooses the one-minute"
            " segment with the strongest evidence.",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option("--to", metavar="TIME", help="End; at most 5 minutes after the start."),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="The PNG file to write.")
    ] = Path("explanation.png"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show the evidence for a composer.

    It draws a picture and lists the strongest evidence. It attenuates ten frequency bands and spans
    of 3 s, one at a time, and asks the model again. The parts whose attenuation lowers the
    composer's log-odds most are the evidence.

    Exit code 1: the recording or the model cannot be used. 2: a mistake on the command line.
    """
    from takht.cli.arguments.audio_paths import require_recording
    from takht.cli.arguments.generation import find_composer
    from takht.cli.arguments.output_paths import require_suffix, require_writable
    from takht.cli.arguments.project import locate_models
    from takht.errors import TakhtError
    from takht.inference.decoded_recording import UnusableRecording
    from takht.inference.explanation import explanation
    from takht.inference.explanation.figures import draw_explanation, save_figure
    from takht.inference.explanation.formats import format_json, format_text
    from takht.inference.explanation.time_span import parse_seconds
    from takht.inference.recording_classifier import RecordingClassifier
    from takht.text import names

    from_s = None if start is None else parse_seconds(start, "--from")
    to_s = None if end is None else parse_seconds(end, "--to")
    require_suffix(out, ".png")
    require_writable(out)
    classifier = RecordingClassifier(locate_models(models) / model)
    card = classifier.card
    number = find_composer(composer, card.composers, card.labels)
    recording = require_recording(path)
    try:
        found = explanation.explain(classifier, recording, from_s, to_s, number, bar=True)
    except UnusableRecording as error:
        raise TakhtError(f"{names.escape(str(path))}: {error}") from None
    save_figure(draw_explanation(found), out)
    if as_json:
        about = {"name": model, **card.confidence.model_dump()}
        typer.echo(format_json(found, about, str(out)))
    else:
        typer.echo(format_text(found))
        typer.echo(f"picture: {out}")
