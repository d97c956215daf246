"""takht doctor: whether everything that a run needs is there, and what to do where it is not."""

from pathlib import Path
from typing import Annotated

import typer


def doctor(
    corpus: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FOLDER]", help="The corpus; default: `corpus.root` of params.yaml."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for programs.")] = False,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also hash every file in DVC's cache.")
    ] = False,
) -> None:
    """Check Python, packages, ffmpeg, GPU, DVC and its remote, parameters, corpus, disk and store.

    It prints one line per check, with a remedy. Exit code 1: something failed.
    """
    import dataclasses
    import json

    from takht.cli.doctor.examination import examine

    findings = examine(Path.cwd(), corpus, deep=deep)
    if as_json:
        rows = [dataclasses.asdict(each) for each in findings]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for each in findings:
            typer.echo(each.line())
    if any(each.verdict == "failed" for each in findings):
        raise typer.Exit(1)
