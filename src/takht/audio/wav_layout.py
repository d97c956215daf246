"""Where the samples of a WAV or AU file lie, also where its writer did not finish the header."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from takht.core.regular_files import open_regular

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_CODECS = {
    **{(_PCM, 8): "PCM_U8", (_PCM, 16): "PCM_16", (_PCM, 24): "PCM_24", (_PCM, 32): "PCM_32"},
    **{(_FLOAT, 32): "FLOAT", (_FLOAT, 64): "DOUBLE", (6, 8): "ALAW", (7, 8): "ULAW"},
}
_AU_CODECS = {1: ("ULAW", 1), 2: ("PCM_S8", 1), 3: ("PCM_16", 2), 4: ("PCM_24", 3)}
_AU_CODECS |= {5: ("PCM_32", 4), 6: ("FLOAT", 4), 7: ("DOUBLE", 8), 27: ("ALAW", 1)}
_MOST_CHUNKS = 10_000
_CHANNELS, _RATES_HZ = range(1, 1025), range(1, 768_001)  # of libsndfile, of sound


@dataclass
class Layout:
    """Uncompressed samples in a file: their format, and the pieces (offset, bytes) that hold them.

    `claimed_bytes` is what the header says, or what there is where it says nothing; `unread_bytes`
    lie after the samples and are no chunks.
    """

    codec: str  # libsndfile's name of the sample format
    is_big_endian: bool
    sample_rate_hz: int
    channels: int
    frame_bytes: int
    pieces: list[tuple[int, int]] = field(default_factory=list)
    claimed_bytes: int = 0
    unread_bytes: int = 0

    @property
    def frames(self) -> int:
        """Samples of each channel that are there."""
        return sum(size // self.frame_bytes for _, size in self.pieces)


def read_layout(path: Path) -> Layout | None:
    """Return where a file's samples lie, or None if it is no WAV or AU of uncompressed samples."""
    with open_regular(path) as file:
        end = file.seek(0, 2)
        file.seek(0)
        start = file.read(24)
        if start[:4] in {b".snd", b"dns."} and len(start) == 24:
            return _read_au(start, end)
        if start[:4] in {b"RIFF", b"RIFX", b"RF64", b"BW64"} and start[8:12] == b"WAVE":
            return _read_wav(file, end, ">" if start[:4] == b"RIFX" else "<")
    return None


def _read_au(start: bytes, end: int) -> Layout | None:
    order = ">" if start[:4] == b".snd" else "<"
    offset, size, kind, rate_hz, channels = struct.unpack_from(f"{order}5I", start, 4)
    codec, width = _AU_CODECS.get(kind, ("", 0))
    is_sane = channels in _CHANNELS and rate_hz in _RATES_HZ and 24 <= offset <= end
    if not codec or not is_sane:
        return None
    rest = end - offset
    claimed = rest if size in {0, 2**32 - 1} else size
    pieces = [(offset, min(rest, claimed))]
    return Layout(codec, order == ">", rate_hz, channels, width * channels, pieces, claimed)


def _read_wav(file: BinaryIO, end: int, order: str) -> Layout | None:
    layout, wide_size = None, 0
    for name, size, at in _chunks(file, end, order):
        if name == b"ds64" and size >= 24:
            file.seek(at)
            _, wide_size = struct.unpack("<QQ", file.read(16))
        elif name == b"fmt " and not layout and size >= 16:
            file.seek(at)
            layout = _read_format(file.read(min(size, 40)), order)
            if not layout:
                return None
        elif name == b"data" and layout:
            said = wide_size if size == 2**32 - 1 and wide_size else size
            layout.pieces.append((at, min(said, end - at)))
            layout.claimed_bytes += end - at if said and _is_unwritten(said) else said
        elif not name and layout:
            layout.unread_bytes = size
    return layout if layout and layout.pieces else None


def _is_unwritten(size: int) -> bool:
    """Tell whether a size stands where the writer could not say it yet."""
    return size == 0 or 0x7FFF0000 <= size <= 0x80000000 or 0xFFFF0000 <= size <= 0xFFFFFFFF


def _read_format(content: bytes, order: str) -> Layout | None:
    tag, channels, rate_hz, _, align, bits = struct.unpack_from(f"{order}HHIIHH", content)
    if tag == _EXTENSIBLE and len(content) >= 26:
        (tag,) = struct.unpack_from(f"{order}H", content, 24)
        bits = align * 8 // channels if channels else 0  # 20 bits lie in 24
    codec = _CODECS.get((tag, bits))
    if not codec or channels not in _CHANNELS or rate_hz not in _RATES_HZ:
        return None
    return Layout(codec, order == ">", rate_hz, channels, bits // 8 * channels)


def _chunks(file: BinaryIO, end: int, order: str) -> Iterator[tuple[bytes, int, int]]:
    """Yield each chunk's name, size and place, and last what is none, under no name.

    A chunk of samples whose size is 0 or too large reaches to the end of the file, unless another
    chunk follows it.
    """
    at = 12
    for _ in range(_MOST_CHUNKS):
        if not _is_chunk(file, at, end, order):
            break
        file.seek(at)
        name, size = struct.unpack(f"{order}4sI", file.read(8))
        at += 8
        if name == b"data" and _is_unwritten(size) and not _is_chunk(file, at + size, end, order):
            yield name, size or end - at, at
            return
        yield name, size, at
        odd = at + size  # some writers do not pad to an even length
        at = odd if size % 2 and not _is_chunk(file, odd + 1, end, order) else odd + size % 2
        if size % 2 and at == odd and not _is_chunk(file, odd, end, order):
            at = odd + 1
    if at < end:
        yield b"", end - at, at


def _is_chunk(file: BinaryIO, at: int, end: int, order: str) -> bool:
    """Tell whether a chunk can begin here: a name of printable letters, a size."""
    if at + 8 > end:
        return False
    file.seek(at)
    name, size = struct.unpack(f"{order}4sI", file.read(8))
    return all(32 <= letter < 127 for letter in name) and (
        at + 8 + size <= end + 1 or name == b"data"
    )
