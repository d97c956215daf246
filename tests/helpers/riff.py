"""WAV, AIFF, CAF, AU and Wave64 files as good and as bad writers leave them, made by hand."""

import io
import struct
from collections.abc import Iterator

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE_HZ = 22_050
Wave = NDArray[np.float64]  # (frames, channels), in [-1, 1]

# Sample format -> (WAV tag, bits). Companded ones are written by libsndfile and taken apart.
FORMATS = {"u8": (1, 8), "s16": (1, 16), "s24": (1, 24), "s32": (1, 32)}
FORMATS |= {"f32": (3, 32), "f64": (3, 64), "alaw": (6, 8), "ulaw": (7, 8)}
_SUBTYPES = {"alaw": "ALAW", "ulaw": "ULAW"}
_GUID = bytes.fromhex("000000001000800000aa00389b71")


def samples(wave: Wave, kind: str, order: str = "<") -> bytes:
    """Return the samples in a format and byte order."""
    flat = wave.reshape(-1)
    if kind in _SUBTYPES:
        file = io.BytesIO()
        soundfile.write(file, wave, RATE_HZ, format="RAW", subtype=_SUBTYPES[kind])
        return file.getvalue()
    if kind.startswith("f"):
        return flat.astype(f"{order}{kind[0]}{int(kind[1:]) // 8}").tobytes()
    bits = int(kind[1:])
    whole = np.round(flat * (2 ** (bits - 1) - 1)).astype(np.int64)
    if kind == "u8":
        return (whole + 128).astype(np.uint8).tobytes()
    words = whole.astype(f"{order}i8").view(np.uint8).reshape(-1, 8)
    return bytes(words[:, -bits // 8 :] if order == ">" else words[:, : bits // 8])


def chunk(name: bytes, content: bytes, order: str = "<", *, size: int | None = None) -> bytes:
    """Return a chunk, padded to an even length; `size` is what it says of itself."""
    said = len(content) if size is None else size
    return name + struct.pack(f"{order}I", said) + content + b"\0" * (len(content) % 2)


def fmt(kind: str, channels: int, order: str = "<", *, extensible: bool = False) -> bytes:
    """Return the content of a WAV's chunk `fmt `."""
    tag, bits = FORMATS[kind]
    align = channels * bits // 8
    head = (channels, RATE_HZ, RATE_HZ * align, align, bits)
    if not extensible:
        return struct.pack(f"{order}HHIIHH", tag, *head)
    more = struct.pack(f"{order}HHIH", 22, bits, (1 << channels) - 1, tag)
    return struct.pack(f"{order}HHIIHH", 0xFFFE, *head) + more + _GUID


def riff(*chunks: bytes, order: str = "<", size: int | None = None, name: bytes = b"") -> bytes:
    """Return a WAV of these chunks."""
    body = b"WAVE" + b"".join(chunks)
    name = name or {"<": b"RIFF", ">": b"RIFX"}[order]
    return name + struct.pack(f"{order}I", len(body) if size is None else size) + body


JUNK = chunk(b"?!?!", b"odd")
LIST = chunk(b"LIST", b"INFOISFT\x05\0\0\0abcd\0\0")


def wavs(wave: Wave, kind: str, order: str) -> Iterator[tuple[str, bytes]]:
    """Yield a header's name and a WAV that holds the wave under it."""
    channels = wave.shape[1]
    data, form = samples(wave, kind, order), fmt(kind, channels, order)
    head = chunk(b"fmt ", form, order)
    wide = chunk(b"fmt ", fmt(kind, channels, order, extensible=True), order)
    long = chunk(b"fmt ", form + struct.pack(f"{order}H", 0), order)
    junk = JUNK if order == "<" else chunk(b"?!?!", b"odd", order)
    body = chunk(b"data", data, order)
    half = len(wave) // 2 * len(data) // len(wave)
    two = chunk(b"data", data[:half], order) + chunk(b"data", data[half:], order)

    def make(*chunks: bytes, size: int | None = None) -> bytes:
        return riff(*chunks, order=order, size=size)

    yield "plain", make(head, body)
    yield "18 bytes of fmt", make(long, body)
    yield "extensible", make(wide, body)
    yield "sizes 0", make(head, chunk(b"data", data, order, size=0), size=0)
    yield "data size 0", make(head, chunk(b"data", data, order, size=0))
    yield "sizes -1", make(head, chunk(b"data", data, order, size=2**32 - 1), size=2**32 - 1)
    yield "extensible, sizes 0", make(wide, chunk(b"data", data, order, size=0), size=0)
    yield "riff size 0", make(head, body, size=0)
    yield "size too large", make(head, chunk(b"data", data, order, size=len(data) + 9999))
    yield "unknown chunk first", make(junk, head, body)
    yield "unknown chunk between", make(head, junk, body)
    yield "unknown chunk last", make(head, body, junk)
    yield (
        "unknown chunk first, sizes 0",
        make(junk, head, junk, chunk(b"data", data, order, size=0), size=0),
    )
    yield "two data chunks", make(head, two)
    cut = 8 + half + half % 2
    yield "chunk between data chunks", make(head, two[:cut], junk, two[cut:])
    loose = b"?!?!" + struct.pack(f"{order}I", 3) + b"odd"
    yield "odd chunk without padding", make(loose, head, loose, body)
    yield "padded by recorder", make(head, chunk(b"PAD ", bytes(2000), order), body)
    yield "empty data chunk first", make(head, chunk(b"data", b"", order), body)


def rf64(wave: Wave, kind: str, name: bytes, *, sizes: bool, after: bytes = b"") -> bytes:
    """Return an RF64 or BW64, its 64-bit sizes written or left 0, and chunks after its samples."""
    data = samples(wave, kind)
    head = chunk(b"fmt ", fmt(kind, wave.shape[1]))
    total = 4 + 36 + len(head) + 8 + len(data) + len(data) % 2
    said = (total, len(data), len(wave)) if sizes else (0, 0, 0)
    ds64 = chunk(b"ds64", struct.pack("<QQQI", *said, 0))
    return riff(ds64, head, chunk(b"data", data, size=2**32 - 1), after, size=2**32 - 1, name=name)


def written(wave: Wave, kind: str, subtype: str, endian: str = "FILE") -> bytes:
    """Return what libsndfile writes."""
    file = io.BytesIO()
    soundfile.write(file, wave, RATE_HZ, format=kind, subtype=subtype, endian=endian)
    return file.getvalue()


def patched(content: bytes, mark: bytes, offset: int, value: bytes) -> bytes:
    """Return the content with a value written `offset` bytes after a mark."""
    at = content.index(mark) + offset
    return content[:at] + value + content[at + len(value) :]


# Container -> where its data's size stands: the mark before it, bytes from there, its length.
SIZES = {
    "AIFF": (b"SSND", 4, 4),
    "CAF": (b"data", 4, 8),
    "AU": (b".snd", 8, 4),
    "W64": (b"data\xf3\xac\xd3\x11", 16, 8),
}
