"""A file of every kind that ffmpeg may read, which names another file wherever it can hold text."""

import struct
from collections.abc import Callable

from odd_making import encoded, sound, written

# As ffmpeg writes them; of ffmpeg's demuxer, the suffix of a file and how it is coded.
_CODED: dict[str, tuple[str, ...]] = {
    "aac": ("aac",),
    "ac3": ("ac3",),
    "aiff": ("aiff", "-write_id3v2", "1"),
    "amr": ("amr", "-ar", "8000"),
    "asf": ("wma",),
    "au": ("au",),
    "avi": ("avi",),
    "caf": ("caf",),
    "flac": ("flac",),
    "matroska": ("mka",),
    "mov": ("m4a",),
    "mp3": ("mp3",),
    "ogg": ("ogg",),
    "tta": ("tta",),
    "w64": ("w64",),
    "wav": ("wav", "-write_bext", "1"),
    "wv": ("wv",),
    "dts": ("dts", "-strict", "-2", "-c:a", "dca", "-ar", "44100"),
    "eac3": ("eac3", "-ar", "44100"),
    "flv": ("flv", "-c:a", "adpcm_swf"),
    "ircam": ("sf", "-c:a", "pcm_s16le", "-f", "ircam"),
    "loas": ("latm", "-c:a", "aac", "-f", "latm"),
    "mlp": ("mlp", "-strict", "-2", "-ar", "44100"),
    "mpeg": ("mpg", "-c:a", "mp2", "-f", "mpeg"),
    "mpegts": ("ts", "-c:a", "mp2", "-f", "mpegts"),
    "rm": ("rm", "-c:a", "ac3", "-ar", "44100"),
    "sox": ("sox",),
    "truehd": ("thd", "-strict", "-2", "-c:a", "truehd", "-ar", "44100"),
    "voc": ("voc", "-c:a", "pcm_s16le"),
}


def make(demuxer: str, target: str) -> bytes:
    """Return a file of a kind, by the name of ffmpeg's demuxer, whose texts all are `target`.

    Raises:
        KeyError: nobody has written yet how a file of that kind is made.
    """
    if demuxer in _CODED:
        suffix, *options = _CODED[demuxer]
        fields = ("title", "artist", "comment", "album", "url", "encoded_by", "description")
        texts = [word for field in fields for word in ("-metadata", f"{field}={target}")]
        return encoded(demuxer, suffix, *options, *texts, seconds=3)
    return _WRITTEN[demuxer](target.encode())


def _aea(text: bytes) -> bytes:
    head = b"\x00\x08\x00\x00" + text[:240].ljust(256, b"\0") + struct.pack("<IB", 99, 1)
    return head.ljust(2048, b"\0") + bytes(99 * 212)


def _ape(text: bytes) -> bytes:
    descriptor = struct.pack("<4sHH7I16x", b"MAC ", 3990, 0, 52, 24, 4, 0, 64, 0, 0)
    head = struct.pack("<HHIIIHHI", 2000, 0, 73_728, 999, 1, 16, 1, 44_100)
    return descriptor + head + struct.pack("<I", 80) + bytes(64) + _tags(text)


def _dsf(text: bytes) -> bytes:
    samples = b"\x69" * (4096 * 200)
    kind = struct.pack(
        "<4sQ6IQII", b"fmt ", 52, 1, 0, 1, 1, 2_822_400, 1, 8 * len(samples), 4096, 0
    )
    sound_at = 28 + len(kind)
    whole = sound_at + 12 + len(samples)
    head = struct.pack("<4sQQQ", b"DSD ", 28, whole + len(_id3(text)), whole)
    return head + kind + struct.pack("<4sQ", b"data", 12 + len(samples)) + samples + _id3(text)


def _dtshd(text: bytes) -> bytes:
    dts = make("dts", text.decode())
    parts = [(b"DTSHDHDR", bytes(32)), (b"FILEINFO", text + b"\0"), (b"STRMDATA", dts)]
    return b"".join(name + struct.pack(">Q", len(content)) + content for name, content in parts)


def _iff(text: bytes) -> bytes:
    file = written(sound("iff", 3), kind="SVX")
    chunks = file[12:]
    for name in (b"NAME", b"AUTH", b"ANNO"):
        chunks = name + struct.pack(">I", len(text)) + text + bytes(len(text) % 2) + chunks
    return struct.pack(">4sI4s", b"FORM", 4 + len(chunks), file[8:12]) + chunks


def _mpc(text: bytes) -> bytes:
    return b"MP+\x07" + struct.pack("<I", 9) + bytes(20) + text.ljust(4096, b"\0") + _tags(text)


def _mpc8(text: bytes) -> bytes:
    head = b"SH\x0d" + b"\1\2\3\4" + b"\x08\x90\x00\x00" + bytes(2)
    return b"MPCK" + head + b"AP" + bytes([127]) + text[:124].ljust(124, b"\0") + _tags(text)


def _nistsphere(text: bytes) -> bytes:
    file = written(sound("nistsphere", 3), kind="NIST")
    comment = b"\ncomment -s%d %s\nend_head" % (len(text), text)
    head = file[:1024].rstrip(b"\0 \n").replace(b"\nend_head", comment)
    return head.ljust(1024, b"\n") + file[1024:]


def _oma(text: bytes) -> bytes:
    tag = b"ea3" + _id3(text)[3:]
    head = b"EA3\x01\x00\x60\xff\xff" + bytes(24) + b"\x04" + bytes(63)
    return tag + head + (32_000 * sound("oma", 3, 2, 44_100)).astype(">i2").tobytes()


def _shn(text: bytes) -> bytes:
    return b"ajkg\x02\xfb\xb1\x70\x09\xf9\x25\x59\x52\xa4\xd1\xa8" + text.ljust(4096, b"\x55")


def _tak(text: bytes) -> bytes:
    info = bytes.fromhex("02004a010000a10c8000")
    return b"tBaK\x01" + struct.pack("<I", len(info) + 3)[:3] + info + bytes(3) + bytes(4) + text


def _id3(text: bytes) -> bytes:
    """Return an ID3 tag with links: of the file, and of a picture that lies elsewhere."""
    frames = b"".join(
        name + struct.pack(">IH", len(content), 0) + content
        for name, content in (
            (b"WOAF", text),
            (b"WXXX", b"\0\0" + text),
            (b"LINK", b"APIC" + text + b"\0"),
            (b"APIC", b"\0-->\0\x03\0" + text),
        )
    )
    size = bytes(len(frames) >> shift & 127 for shift in (21, 14, 7, 0))
    return b"ID3\x03\0\0" + size + frames


def _tags(text: bytes) -> bytes:
    """Return an APEv2 tag, its text marked as a link."""
    item = struct.pack("<II", len(text), 2 << 1) + b"File\0" + text
    return item + struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(item) + 32, 1, 0)


_WRITTEN: dict[str, Callable[[bytes], bytes]] = {
    "aea": _aea,
    "ape": _ape,
    "dsf": _dsf,
    "dtshd": _dtshd,
    "iff": _iff,
    "mpc": _mpc,
    "mpc8": _mpc8,
    "nistsphere": _nistsphere,
    "oma": _oma,
    "shn": _shn,
    "tak": _tak,
}
