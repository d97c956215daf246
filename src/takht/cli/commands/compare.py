"""takht compare: what changed between two revisions, and whether it is evidence."""

from typing import Annotated

import typer

WORKSPACE = "workspace"


def compare(
    before: Annotated[
        str, typer.Argument(metavar="REV", help="Branch, tag, commit or DVC experiment.")
    ] = "HEAD",
    after: Annotated[
        str, typer.Argument(metavar="REV2", help="Another one; default: the files as they are now.")
    ] = WORKSPACE,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for programs instead of Markdown.")
    ] = False,
) -> None:
    """Compare two revisions: scores with paired intervals, parameters, stages, confusions.

    It needs no data and no checkout: it reads metrics and predictions from Git and DVC.
    """
    import dataclasses
    import json

    from takht.report.comparison import revisions
    from takht.report.comparison.differences import compare_revisions
    from takht.report.comparison.markdown import format_markdown

    names = [None if name == WORKSPACE else name for name in (before, after)]
    result = compare_revisions(*(revisions.read_revision(name) for name in names))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(result), ensure_ascii=False, indent=2))
    else:
        typer.echo(format_markdown(result))
