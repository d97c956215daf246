"""What stands before the audio of a file."""

from pathlib import Path

from takht.core.regular_files import open_regular

_HEAD_BYTES = 10  # of an ID3 tag; as many may close it
_HAS_FOOT = 0x10
_MOST_TAGS = 16  # a hostile file may consist of them


def read_start(path: Path) -> bytes:
    """Return the first four bytes of a file behind its ID3 tags."""
    with open_regular(path) as file:
        end, head = 0, file.read(_HEAD_BYTES)
        for _ in range(_MOST_TAGS):
            if len(head) < _HEAD_BYTES or not head.startswith(b"ID3"):
                break
            flags, sizes = head[5], [byte & 0x7F for byte in head[6:]]
            size = sizes[0] << 21 | sizes[1] << 14 | sizes[2] << 7 | sizes[3]
            end += _HEAD_BYTES + size + (_HEAD_BYTES if flags & _HAS_FOOT else 0)
            file.seek(end)
            head = file.read(_HEAD_BYTES)
    return head[:4]
