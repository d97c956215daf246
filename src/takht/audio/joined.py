"""A second file that was joined to the first, which no decoder of its kind reads."""

import re
from pathlib import Path

from takht.core.regular_files import open_regular

_BLOCK_BYTES = 2**20
# How files begin whose decoders stop at the end of the first. MP3, AAC, Ogg, FLAC, Matroska, AVI
# and AU are not among them: they are decoded to their end, however many were joined.
_STARTS = [
    re.compile(start, re.DOTALL)
    for start in (
        rb"(?:RIFF|RIFX|RF64)....WAVE",
        rb"FORM....AIF[FC]",
        rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb",  # Wave64
        rb"caff\x00\x01\x00\x00desc",
        rb"\0\0\0[\x0c-\x80]ftyp[\w ]{4}",  # m4a, mp4, mov
        rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9",  # wma
        rb"TTA1[\x01\x03]\x00",
        rb"MAC .\x0f\0\0\x34\0\0\0",  # ape
        rb"Creative Voice File\x1a",
        rb"DSD \x1c\0\0\0\0\0\0\0",  # dsf
    )
]
_LONGEST = 32


def find_joined_file(path: Path) -> int | None:
    """Return at which byte a second file of the same kind begins, or None."""
    with open_regular(path) as file:
        data = file.read(_LONGEST)
        start = next((start for start in _STARTS if start.match(data)), None)
        if not start:
            return None
        at = 1  # of the file, where `data` begins
        data = data[1:]
        while block := file.read(_BLOCK_BYTES):
            data += block
            if found := start.search(data):
                return at + found.start()
            at += len(data) - _LONGEST
            data = data[-_LONGEST:]
    return None


def find_next_ogg_link(path: Path) -> int | None:
    """Return at which byte the second of Ogg streams that follow one another begins, or None."""
    with open_regular(path) as file:
        at, is_begun = 0, False
        while (page := file.read(27))[:4] == b"OggS" and len(page) == 27:
            if page[5] & 2 and is_begun:
                return at
            is_begun = is_begun or not page[5] & 2
            at += 27 + page[26] + sum(file.read(page[26]))
            file.seek(at)
    return None
