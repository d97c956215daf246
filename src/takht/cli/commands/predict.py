"""takht predict: whose music a recording is, and who is heard from when to when."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def predict(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|FOLDER", help="Recordings; folders with all they hold."),
    ],
    experiment: Annotated[
        str, typer.Option(metavar="NAME", help="Which model of the folder of models.")
    ] = "best",
    models: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where NAME/model.json is, copied or trained.")
    ] = Path("models"),
    timeline: Annotated[
        bool | None,
        typer.Option(
            "--timeline/--no-timeline",
            help="Who is heard from when to when. The table has it for recordings of more than 3 "
            "minutes, JSON always, CSV instead of whole recordings.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for programs.")] = False,
) -> None:
    """Name the composer of each recording: the most probable three, or "unknown".

    Needs the model's folder and nothing else: no params.yaml, no data.

    Exit code: 0 when every recording was answered; 1 when one could not be (stderr says which and
    why, the others are answered) or the model cannot be used; 2 for a mistake on the command line.
    """
    if as_json and as_csv:
        raise typer.BadParameter("choose one of --json and --csv")
    from takht.cli.arguments import audio_paths as audio_files
    from takht.inference import batch as answering
    from takht.inference import formats as answer_formats
    from takht.inference.prediction import Failure
    from takht.inference.recording_classifier import Listener
    from takht.text import names

    listener = Listener(models / experiment)
    found = audio_files.find(paths)
    faults = [Failure(str(path), reason) for path, reason in found.faults.items()]
    answers, unheard = answering.answered(listener, found.audio)
    failures = faults + unheard
    if as_json:
        confidence = listener.card.confidence.model_dump()
        model = {"experiment": experiment, "composers": len(listener.card.composers), **confidence}
        typer.echo(answer_formats.as_json(answers, failures, model))
    elif as_csv:
        typer.echo(answer_formats.as_csv(answers, failures, bool(timeline)))
    elif answers:
        typer.echo(answer_formats.table(answers, timeline))
    if found.passed_over:
        suffixes = sorted({path.suffix.lower() or path.name for path in found.passed_over})
        sys.stderr.write(
            f"note: {len(found.passed_over)} passed over, not named as audio: "
            f"{names.shown(', '.join(suffixes[:10]))}; name a file itself to have it tried\n"
        )
    for failure in failures:
        sys.stderr.write(f"error: {names.shown(failure.file)}: {failure.reason}\n")
    if failures:
        raise typer.Exit(1)
