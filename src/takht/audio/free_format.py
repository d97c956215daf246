"""MP3 whose frames have a length of their own choice, which ffmpeg does not read."""

from pathlib import Path

from takht.core.regular_files import open_regular


def is_free_format(path: Path) -> bool:
    """Tell whether the first MPEG audio frame says no bit rate."""
    with open_regular(path) as file:
        start = file.read(10)
        if start[:3] == b"ID3" and len(start) == 10:
            size = start[6] << 21 | start[7] << 14 | start[8] << 7 | start[9]
            file.seek(10 + size)
            start = file.read(4)
    is_frame = len(start) >= 4 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0
    return is_frame and start[2] >> 4 == 0 and start[2] >> 2 & 3 != 3
