"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

ModelsFolder = Annotated[
    Path | None,
    typer.Option(
        "--models",
        metavar="FOLDER",
        help="Folder of the models codec and prior; default: the project's.",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite the file.")]
