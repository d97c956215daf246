"""What stands before the audio of a file."""

from pathlib import Path

from takht.core.regular_files import open_regular


def read_start(path: Path) -> bytes:
    """Return the first four bytes of a file behind its ID3 tag, if it has one."""
    with open_regular(path) as file:
        start = file.read(10)
        if start[:3] == b"ID3" and len(start) == 10:
            size = start[6] << 21 | start[7] << 14 | start[8] << 7 | start[9]
            file.seek(10 + size)
            start = file.read(4)
    return start[:4]
