"""The command `takht`: its subcommands, and how they say what went wrong."""

import io
import os
import sys

import typer

from takht.commands.compare import compare
from takht.commands.explain import explain
from takht.commands.generate import generate
from takht.commands.morph import morph
from takht.commands.predict import predict
from takht.commands.reconstruct import reconstruct
from takht.errors import TakhtError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (predict, explain, compare, generate, reconstruct, morph):
    app.command()(command)


@app.callback()
def takht() -> None:
    """Classification and generation of Arabic music."""


def main() -> None:
    """Run the command line; what a user can mend ends in lines on stderr and exit code 1.

    TAKHT_DEBUG=1 shows the traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Arabic
    try:
        app()
    except (TakhtError, OSError) as error:
        if os.environ.get("TAKHT_DEBUG") == "1":
            raise
        sys.exit("\n".join(f"error: {line}" for line in str(error).splitlines()))
