"""takht explain: which times and bands of a recording spoke for its answer."""

from pathlib import Path
from typing import Annotated

import typer


def explain(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A recording.")],
    experiment: Annotated[
        str, typer.Option(metavar="NAME", help="Which model of the folder of models.")
    ] = "best",
    models: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where NAME/model.json is, copied or trained.")
    ] = Path("models"),
    composer: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Folder or label of a composer; the most probable when left out."
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="TIME",
            help="Where to begin, as 90, 1:30 or 1:01:30; without --from and --to, the segment "
            "that speaks most for the answer, a minute.",
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="TIME", help="Where to end; at most 5 minutes after the beginning."
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="The picture to write, a PNG.")
    ] = Path("explanation.png"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
) -> None:
    """Show what of a recording spoke for its composer: a picture, and the strongest in words.

    Ten bands of the sound and times of 3 s are turned down one by one, and the model is asked
    again: what makes the composer's log-odds fall spoke for them. It takes longer than the music.

    Exit code: 0 when it was explained; 1 when the recording or the model cannot be used; 2 for a
    mistake on the command line.
    """
    from takht.cli.arguments.audio_paths import require_recording
    from takht.cli.arguments.generation import find_composer
    from takht.cli.arguments.output_paths import require_suffix, require_writable
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
    classifier = RecordingClassifier(models / experiment)
    card = classifier.card
    number = find_composer(composer, card.composers, card.labels)
    recording = require_recording(path)
    try:
        found = explanation.explain(classifier, recording, from_s, to_s, number, bar=True)
    except UnusableRecording as error:
        raise TakhtError(f"{names.escape(str(path))}: {error}") from None
    save_figure(draw_explanation(found), out)
    if as_json:
        model = {"experiment": experiment, **card.confidence.model_dump()}
        typer.echo(format_json(found, model, str(out)))
    else:
        typer.echo(format_text(found))
        typer.echo(f"picture: {out}")
