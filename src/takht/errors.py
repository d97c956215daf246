"""What a user can mend, said so that they can."""


class TakhtError(ValueError):
    """Input the pipeline cannot accept.

    The message names, a line per case, where it is, which rule it breaks, the value found and
    what to do about it.
    """


class DiskFull(TakhtError):
    """There is no room for an output."""
