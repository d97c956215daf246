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
    """Check everything that a run needs.

    Python, packages, ffmpeg, GPU, Git, DVC and its remote, parameters, corpus, disk and store. It
    prints one line per check, with a remedy. Exit code 1: something failed.
    """
    import contextlib
    import dataclasses
    import json
    import os

    from takht.cli.arguments.project import find_project
    from takht.cli.doctor.examination import examine

    project = find_project() or Path.cwd()
    if corpus and not corpus.is_absolute():  # it was named from here
        corpus = Path(os.path.relpath(corpus, project))
    with contextlib.chdir(project):
        findings = examine(project, corpus, deep=deep)
    if as_json:
        rows = [dataclasses.asdict(each) for each in findings]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for each in findings:
            typer.echo(each.line())
    if any(each.verdict == "failed" for each in findings):
        raise typer.Exit(1)
