"""The command `takht`: its subcommands, and how they say what went wrong."""

import io
import os
import signal
import sys
from importlib import metadata
from types import FrameType
from typing import Annotated

import typer

from takht.cli.commands.compare import compare
from takht.cli.commands.continue_recording import continue_recording
from takht.cli.commands.doctor import doctor
from takht.cli.commands.explain import explain
from takht.cli.commands.generate import generate
from takht.cli.commands.morph import morph
from takht.cli.commands.predict import predict
from takht.cli.commands.reconstruct import reconstruct
from takht.core.environment import require_sound_start, set_environment
from takht.errors import OptionError
from takht.runtime.error_lines import describe_error

set_environment()  # the commands import NumPy inside their functions

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for command in (predict, explain, compare, generate, reconstruct, morph, doctor):
    app.command()(command)
app.command("continue")(continue_recording)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"takht {metadata.version('takht')}")
        raise typer.Exit


@app.callback()
def takht(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Classification and generation of Arabic music."""


def main() -> None:
    """Run the command line; whatever goes wrong ends in one line on stderr and exit code 1.

    An option at fault ends in exit code 2, Ctrl-C in 130. TAKHT_DEBUG=1 shows the traceback.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal without Arabic
    signal.signal(signal.SIGINT, _interrupted)
    try:
        require_sound_start()
        app()
    except Exception as error:
        if os.environ.get("TAKHT_DEBUG") == "1":
            raise
        sys.stderr.write(describe_error(error, " ".join(["takht", *sys.argv[1:2]])) + "\n")
        sys.exit(2 if isinstance(error, OptionError) else 1)


def _interrupted(_number: int, _frame: FrameType | None) -> None:
    """End as a program that was interrupted; Typer would call it code 1."""
    sys.stderr.write("interrupted\n")
    raise SystemExit(130)
