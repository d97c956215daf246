"""takht compare: what changed between two revisions, and whether it is evidence."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from takht.report.comparison.differences import Revision

WORKSPACE = "workspace"


def compare(
    before: Annotated[
        str | None,
        typer.Argument(metavar="REV", help="Branch, tag, commit or DVC experiment; default: HEAD."),
    ] = None,
    after: Annotated[
        str | None,
        typer.Argument(metavar="REV2", help="Another one; default: the files as they are now."),
    ] = None,
    experiments: Annotated[
        tuple[str, str] | None,
        typer.Option(
            metavar="A B",
            help="Two experiments of one revision, REV; default: of the files as they are now.",
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON for programs instead of Markdown.")
    ] = False,
) -> None:
    """Compare two revisions, or two experiments.

    Scores with paired intervals, parameters, stages and confusions. It needs no data and no
    checkout: it reads metrics and predictions from Git and DVC.
    """
    import dataclasses
    import json

    from takht.report.comparison import revisions
    from takht.report.comparison.differences import compare_experiments, compare_revisions
    from takht.report.comparison.markdown import format_markdown

    def read(name: str) -> "Revision":
        return revisions.read_revision(None if name == WORKSPACE else name)

    if experiments and after:
        raise typer.BadParameter("name one revision with --experiments")
    if experiments:
        result = compare_experiments(read(before or WORKSPACE), *experiments)
    else:
        result = compare_revisions(read(before or "HEAD"), read(after or WORKSPACE))
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(result), ensure_ascii=False, indent=2))
    else:
        typer.echo(format_markdown(result))
