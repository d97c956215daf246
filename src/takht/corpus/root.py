"""Folders that cannot be meant as the corpus."""

from pathlib import Path

from takht.errors import TakhtError

_REMEDY = "name the folder that holds one folder a composer, such as data/raw"


def require_corpus_folder(root: Path) -> None:
    """Raise TakhtError where the folder holds the project itself, as '', '.', '..' and '/' do.

    The shell alone knows what `~` stands for: DVC and this program do not.
    """
    if root.parts[:1] and root.parts[0].startswith("~") and not root.exists():
        raise TakhtError(f"corpus.root: a path without '~', got '{root}'; write the path in full")
    if Path.cwd().resolve().is_relative_to(root.resolve()):
        raise TakhtError(f"corpus.root: a folder beside the project, got '{root}'; {_REMEDY}")
