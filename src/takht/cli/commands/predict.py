"""takht predict: whose music a recording is, and who is predicted from when to when."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def predict(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|FOLDER", help="Recordings; folders with all they hold."),
    ],
    model: Annotated[
        str, typer.Option(metavar="NAME", help="Which model of the folder of models.")
    ] = "best",
    models: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where NAME/model.json is, copied or trained.")
    ] = Path("models"),
    timeline: Annotated[
        bool | None,
        typer.Option(
            "--timeline/--no-timeline",
            help="Who is predicted from when to when. The table has it for recordings of more than "
            "3 minutes, JSON always, CSV instead of whole recordings.",
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
    from takht.cli.arguments.audio_paths import find_audio
    from takht.inference.formats import (
        describe_knowledge,
        format_csv,
        format_json,
        format_table,
    )
    from takht.inference.prediction import Failure, predict_all
    from takht.inference.recording_classifier import RecordingClassifier
    from takht.text import names

    classifier = RecordingClassifier(models / model)
    found = find_audio(paths)
    faults = [Failure(str(path), reason) for path, reason in found.faults.items()]
    predictions, unheard = predict_all(classifier, found.audio)
    failures = faults + unheard
    if as_json:
        confidence = classifier.card.confidence.model_dump()
        count = len(classifier.card.composers)
        learnt = {"training_recordings": classifier.card.training_recordings}
        about = {"name": model, "composers": count, **learnt, **confidence}
        typer.echo(format_json(predictions, failures, about))
    elif as_csv:
        typer.echo(format_csv(predictions, failures, bool(timeline)))
    elif predictions:
        typer.echo(format_table(predictions, timeline))
        sys.stderr.write(f"note: {describe_knowledge(model, classifier.card)}\n")
    if found.passed_over:
        suffixes = sorted({path.suffix.lower() or path.name for path in found.passed_over})
        sys.stderr.write(
            f"note: {len(found.passed_over)} passed over, not named as audio: "
            f"{names.escape(', '.join(suffixes[:10]))}; name a file itself to have it tried\n"
        )
    for failure in failures:
        sys.stderr.write(f"error: {names.escape(failure.file)}: {failure.reason}\n")
    if failures:
        raise typer.Exit(1)
