"""Decode a recording once, from end to end, and note what it holds."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from takht.audio.decoding import Audio
from takht.audio.mono import Sound, decode_mono
from takht.audio.pcm import Pcm
from takht.core.hashing import hash_file


@dataclass(frozen=True)
class Probe(Sound):
    """What a file decodes to, and hashes of its bytes and of its mono samples."""

    sha256: str = field(kw_only=True)
    audio_sha256: str = field(kw_only=True)


def probe(
    path: Path,
    sample_rate_hz: int,
    take: Callable[[Pcm], object],
    restart: Callable[[], object] = lambda: None,
) -> Probe:
    """Return the facts of a recording, and give `take` its mono mix at a sample rate in Hz.

    In bounded memory. `take` is given 16-bit blocks (samples,); `restart` is called before the
    first, and before they all come again where the channels or the rate change on the way.
    `audio_sha256` is a hash of the samples: a copy with other tags or in another lossless container
    has the same. Decoding ends at the first sample that is not finite.

    Raises:
        Unreadable: the file does not decode, or lasts longer than a day.
    """

    def hashed(blocks: Iterator[Pcm], _: Audio) -> str:
        restart()
        digest = hashlib.sha256(str(sample_rate_hz).encode())
        for pcm in blocks:
            digest.update(pcm.data)
            take(pcm)
        return digest.hexdigest()

    audio_sha256, sound = decode_mono(path, sample_rate_hz, hashed)
    return Probe(**asdict(sound), sha256=hash_file(path), audio_sha256=audio_sha256)
