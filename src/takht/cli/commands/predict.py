"""takht predict: the composer of each recording, as a whole and over time."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def predict(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE|FOLDER", help="Recordings, or folders of recordings."),
    ],
    model: Annotated[str, typer.Option(metavar="NAME", help="Name of the model.")] = "best",
    models: Annotated[
        Path | None,
        typer.Option(
            metavar="FOLDER", help="Folder that holds NAME/model.json; default: the project's."
        ),
    ] = None,
    timeline: Annotated[
        bool | None,
        typer.Option(
            "--timeline/--no-timeline",
            help="Composers over time. The table shows this by default for recordings of more than "
            "3 minutes; JSON always has it; CSV then lists spans instead of recordings.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV for programs.")] = False,
) -> None:
    """Name the composer of each recording.

    It lists the most probable three, or answers "unknown". It needs only the model's folder: no
    params.yaml, no data.

    Exit code 0: every recording has an answer. 1: the model or a recording cannot be used; stderr
    names the recording and the reason, and the others still get an answer. 2: a mistake on the
    command line.
    """
    if as_json and as_csv:
        raise typer.BadParameter("choose one of --json and --csv")
    from takht.cli.arguments.audio_paths import find_audio
    from takht.cli.arguments.project import locate_models
    from takht.inference.formats import (
        describe_knowledge,
        format_csv,
        format_json,
        format_table,
    )
    from takht.inference.prediction import Failure, predict_all
    from takht.inference.recording_classifier import RecordingClassifier
    from takht.text import names

    classifier = RecordingClassifier(locate_models(models) / model)
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
            f"note: {len(found.passed_over)} ignored, not named as audio: "
            f"{names.escape(', '.join(suffixes[:10]))}; name a file itself to have it tried\n"
        )
    for failure in failures:
        sys.stderr.write(f"error: {names.escape(failure.file)}: {failure.reason}\n")
    if failures:
        raise typer.Exit(1)
