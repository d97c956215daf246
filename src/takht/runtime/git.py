"""Git, asked for what it knows of a folder."""

import subprocess
from pathlib import Path


def ask_git(folder: Path, *words: str) -> str:
    """Return what Git prints in a folder.

    Raises:
        OSError: Git is not there.
        subprocess.CalledProcessError: it fails.
    """
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
