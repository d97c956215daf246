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
    from takht.cli.arguments import audio_paths as audio_files
    from takht.cli.arguments import generation as asking
    from takht.cli.arguments import output_paths as written_files
    from takht.errors import TakhtError
    from takht.inference.decoded_recording import Unheard
    from takht.inference.explanation import explanation as explaining
    from takht.inference.explanation import figures as explanation_plots
    from takht.inference.explanation import formats as explanation_formats
    from takht.inference.explanation import time_span as spans_of_time
    from takht.inference.recording_classifier import Listener
    from takht.text import names

    from_s = None if start is None else spans_of_time.seconds_of(start, "--from")
    to_s = None if end is None else spans_of_time.seconds_of(end, "--to")
    written_files.demand_suffix(out, ".png")
    written_files.demand_writable(out)
    listener = Listener(models / experiment)
    card = listener.card
    number = asking.composer_number(composer, card.composers, card.labels)
    recording = audio_files.recording(path)
    try:
        found = explaining.explain(listener, recording, from_s, to_s, number, bar=True)
    except Unheard as error:
        raise TakhtError(f"{names.shown(str(path))}: {error}") from None
    explanation_plots.save(explanation_plots.figure(found), out)
    if as_json:
        model = {"experiment": experiment, **card.confidence.model_dump()}
        typer.echo(explanation_formats.as_json(found, model, str(out)))
    else:
        typer.echo(explanation_formats.words(found))
        typer.echo(f"picture: {out}")
