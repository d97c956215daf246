"""What a file holds, or why it cannot be read: the decoder's path, its audio thrown away."""

from pathlib import Path

from takht.audio import probe as probing
from takht.audio.ffmpeg import Unreadable
from takht.audio.probe import Probe

RATE_HZ = 22_050


def probe(path: Path) -> Probe | str:
    """Return a Probe, or the reason of an Unreadable; no other exception is caught."""
    try:
        return probing.probe(path, RATE_HZ, lambda _: None)
    except Unreadable as error:
        return str(error)
