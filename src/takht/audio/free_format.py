"""MP3 whose frames have a length of their own choice, which ffmpeg does not read."""

from pathlib import Path

from takht.audio.tags import read_start


def is_free_format(path: Path) -> bool:
    """Tell whether the first MPEG audio frame says no bit rate."""
    start = read_start(path)
    is_frame = len(start) == 4 and start[0] == 0xFF and start[1] & 0xE0 == 0xE0
    return is_frame and start[2] >> 4 == 0 and start[2] >> 2 & 3 != 3
