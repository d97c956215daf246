"""Where the project is, for commands that are called in a folder below it."""

import os
from pathlib import Path

MODELS = Path("models")


def find_project(here: Path | None = None) -> Path | None:
    """Return the nearest folder, from `here` upwards, that is a project; None if there is none.

    `here` is the current folder if None. Folders of single pipelines have a dvc.yaml too, so a
    project is where `.dvc` is, or dvc.yaml and params.yaml together.
    """
    start = (here or Path.cwd()).absolute()
    for folder in (start, *start.parents):
        pipeline = (folder / "dvc.yaml").is_file() and (folder / "params.yaml").is_file()
        if pipeline or (folder / ".dvc").is_dir():
            return folder
    return None


def locate_models(asked: Path | None) -> Path:
    """Return the folder of models that was asked for; without one, `models` here or in the project.

    It need not exist.
    """
    project = find_project()
    if asked is not None or MODELS.is_dir() or project is None:
        return asked or MODELS
    return Path(os.path.relpath(project / MODELS))
