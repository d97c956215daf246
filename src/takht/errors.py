"""What a user can fix, said so that they can."""

from pathlib import Path


class TakhtError(ValueError):
    """Input the pipeline cannot accept.

    The message names, a line per case, where it is, which rule it breaks, the value found and
    what to do about it.
    """


class DiskFull(TakhtError):
    """There is no room for an output, which is made in `folder`."""

    def __init__(self, message: str, folder: Path) -> None:
        super().__init__(message, folder)  # both, so that it can be pickled
        self.folder = folder

    def __str__(self) -> str:
        """Return the message alone."""
        return str(self.args[0])


class OptionError(TakhtError):
    """An option of a command cannot be used; the message begins with its name."""
