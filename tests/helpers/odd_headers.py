"""Files whose bytes are not what they say: cut off, misnamed, lying, damaged, of two pieces."""

import io
import struct
import zipfile
from collections.abc import Iterator
from functools import cache

import numpy as np
import soundfile
from odd_making import ACCEPTED, SECONDS, Odd, coded, encoded, odd, sound, wav, written
from PIL import Image

_LOSSLESS = {"wav": "WAV", "flac": "FLAC", "aiff": "AIFF"}
_FORMATS = (*_LOSSLESS, "mp3", "ogg", "opus", "m4a", "wma", "mka")
_SHARES = (0.001, 0.05, 0.6, 0.99)  # of a file of twice the least length


def every() -> Iterator[Odd]:
    """Yield all of them."""
    yield from _nothing_in_it()
    yield from _truncated()
    yield from _misnamed()
    yield from _no_audio()
    yield from _lies()
    yield from _chunks()
    yield from _damage()


def _nothing_in_it() -> Iterator[Odd]:
    for suffix in ("mp3", "wav"):
        yield odd("empty files, only tags", f"empty {suffix}.{suffix}", "is empty, 0 bytes", b"")
        yield odd("empty files, only tags", f"one byte {suffix}.{suffix}", "unreadable", b"\xff")
    title = b"TIT2" + struct.pack(">IH", 5, 0) + b"\0song"
    id3 = b"ID3\x03\0\0" + struct.pack(">I", len(title)) + title
    yield odd("empty files, only tags", "id3v2 only.mp3", "unreadable", id3)
    id3v1 = b"TAG" + b"song".ljust(125, b"\0")
    yield odd("empty files, only tags", "id3v1 only.mp3", "unreadable", id3v1)
    ape = b"APETAGEX" + struct.pack("<IIII8x", 2000, 32, 0, 1 << 31)
    yield odd("empty files, only tags", "ape tag only.mp3", "unreadable", ape)
    picture = b"APIC" + struct.pack(">IH", 8 + 500, 0) + b"\0image/\0" + bytes(500)
    only = b"ID3\x03\0\0" + struct.pack(">I", (len(picture) // 128 << 8) + len(picture) % 128)
    yield odd("empty files, only tags", "cover only.mp3", "unreadable", only + picture)


def _truncated() -> Iterator[Odd]:
    for suffix in _FORMATS:
        for share in _SHARES:
            long_enough = share * 2 * SECONDS > SECONDS and suffix != "m4a"
            no_end = "unreadable" if suffix == "m4a" else "is too short|unreadable|is empty"
            verdict = ACCEPTED if long_enough else no_end
            whole = _twice_as_long(suffix)
            content = whole[: round(share * len(whole))]
            yield odd(
                "truncated at many points", f"cut {suffix} {share:g}.{suffix}", verdict, content
            )
    whole = encoded("fast", "m4a", "-movflags", "faststart", seconds=2 * SECONDS)
    content = whole[: round(0.6 * len(whole))]
    yield odd("truncated at many points", "header first.m4a", ACCEPTED, content)


@cache
def _twice_as_long(suffix: str) -> bytes:
    if suffix in _LOSSLESS:
        return written(sound(f"cut.{suffix}", 2 * SECONDS), kind=_LOSSLESS[suffix])
    return encoded(f"cut.{suffix}", suffix, "-b:a", "64k", seconds=2 * SECONDS)


def _misnamed() -> Iterator[Odd]:
    pairs = {"mp3.wav": "mp3", "flac.ogg": "flac", "ogg.flac": "ogg", "m4a.mp3": "m4a"}
    pairs |= {"opus.wma": "opus", "mp3 without": "mp3", "MP3.MP3": "mp3", "flac too.xyz": "flac"}
    pairs |= {"m4a too.txt": "m4a", "ogg.mp3.wav": "ogg", "wma.pdf": "wma"}
    for file, suffix in pairs.items():
        yield odd("sound under a wrong extension", f"really {file}", ACCEPTED, coded(suffix))
    yield odd("sound under a wrong extension", "really wav.mp3", ACCEPTED, wav())
    yield odd("sound under a wrong extension", "really aiff.wav", ACCEPTED, wav(kind="AIFF"))


def _no_audio() -> Iterator[Odd]:
    contents = {
        "text": "هذا نص لا موسيقى\n".encode() * 100,
        "html": b"<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>",
        "json": b'{"error": "quota exceeded"}',
        "pdf": b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n",
        "program": b"\x7fELF\x02\x01\x01" + bytes(500),
        "script": b"#!/bin/sh\ntouch /tmp/takht-was-here\n",
        "gzip": b"\x1f\x8b\x08" + bytes(300),
        "sqlite": b"SQLite format 3\0" + bytes(500),
        "pickle": b"\x80\x04cposix\nsystem\n(S'touch pwned'\ntR.",
        "midi": b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x04\0\xff\x2f\0",
        "subtitles": b"1\n00:00:00,000 --> 00:00:09,000\nla la la\n",
        "zeros": bytes(100_000),
        "noise": np.random.default_rng(0).bytes(100_000),
        "zip": _zipped(b"no music here" * 99),
    }
    for name, content in contents.items():
        yield odd("no sound at all, named .mp3", f"{name}.mp3", "unreadable", content)
    for name in ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF"):
        file = io.BytesIO()
        Image.new("RGB", (64, 64), "red").save(file, name)
        yield odd("no sound at all, named .mp3", f"{name}.mp3", "unreadable", file.getvalue())


def _zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("song.txt", content)
    return file.getvalue()


def _lies() -> Iterator[Odd]:
    kind = "huge and lying headers"
    for name, claim in (("70 s, holds 20", 70 * 44_100), ("4 GB", 2**32 - 1), ("2 GB", 2**31)):
        whole = written(sound(name, 20))
        lying = whole[:40] + struct.pack("<I", claim) + whole[44:]
        yield odd(kind, f"claims {name}.wav", ACCEPTED, lying)
    whole = written(sound("claims 1 s"))
    one = whole[:40] + struct.pack("<I", 44_100) + whole[44:]
    yield odd(kind, "claims 1 s, holds more.wav", "is too short, 1.00 s", one)
    for name, offset, shape, value in (
        ("no channel", 22, "<H", 0),
        ("65535 channels", 22, "<H", 65_535),
        ("0 Hz", 24, "<I", 0),
        ("4 GHz", 24, "<I", 2**32 - 1),
        ("0 bits", 34, "<H", 0),
        ("1000 bits", 34, "<H", 1000),
        ("codec 0xabcd", 20, "<H", 0xABCD),
    ):
        lying = bytearray(written(sound(name)))
        struct.pack_into(shape, lying, offset, value)
        yield odd(kind, f"{name}.wav", "unreadable", bytes(lying))
    lying = bytearray(written(sound("2^36"), kind="FLAC"))
    lying[21] |= 0x0F
    lying[22:26] = b"\xff" * 4
    yield odd(kind, "claims 2^36 samples.flac", ACCEPTED, bytes(lying))
    lying[21] &= 0xF0
    lying[22:26] = bytes(4)
    lying[-9] ^= 1  # or it would be the same sound
    yield odd(kind, "claims no length.flac", ACCEPTED, bytes(lying))
    mp3 = encoded("id3 lies", "mp3")
    yield odd(kind, "tag of 256 MB.mp3", "unreadable", b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + mp3)
    xing = bytearray(encoded("xing lies", "mp3"))
    at = max(xing.find(b"Xing"), xing.find(b"Info"))
    struct.pack_into(">I", xing, at + 8, 2**31)
    yield odd(kind, "claims 2^31 frames.mp3", ACCEPTED, bytes(xing))
    for name, atom, offset in (("2^32 samples", b"stsz", 12), ("2^32 chunks", b"stsc", 8)):
        lying = bytearray(encoded(name, "m4a"))
        struct.pack_into(">I", lying, lying.find(atom) + offset, 2**32 - 1)
        yield odd(kind, f"claims {name}.m4a", "unreadable|is empty|is too short", bytes(lying))
    lying = bytearray(encoded("atom", "m4a"))
    struct.pack_into(">I", lying, lying.find(b"moov") - 4, 2**31)
    yield odd(kind, "atom of 2 GB.m4a", ACCEPTED, bytes(lying))
    lying = bytearray(encoded("au", "au", "-c:a", "pcm_s16be"))
    struct.pack_into(">I", lying, 8, 2**32 - 1)
    yield odd(kind, "claims no length too.au", ACCEPTED, bytes(lying))


def _chunks() -> Iterator[Odd]:
    kind = "wav with odd chunks, RF64"
    whole = written(sound("chunks"))
    form, data = whole[12:36], whole[36:]
    junk = b"LIST" + struct.pack("<I", 11) + b"INFO\0junk!!\0"
    for name, chunks in {
        "list first": junk + form + data,
        "list between": form + junk + data[:-2],
        "list last": form + data[:-4] + junk,
        "huge id3 chunk": form + b"id3 " + struct.pack("<I", 10**6) + bytes(10**6) + data[:-6],
        "unknown chunks": b"\0\0\0\0\x02\0\0\0ab" + form + b"?!?!\x01\0\0\0x\0" + data[:-8],
    }.items():
        head = b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE"
        yield odd(kind, f"{name}.wav", ACCEPTED, head + chunks)
    head = b"RIFF" + struct.pack("<I", 4 + len(data)) + b"WAVE"
    yield odd(kind, "no fmt.wav", "unreadable", head + data)
    bomb = b"LIST" + struct.pack("<I", 2**32 - 2) + b"INFO"
    yield odd(kind, "list of 4 GB.wav", "unreadable|is empty", head + form + bomb + data)
    for name in ("RF64", "WAVEX", "W64", "CAF", "AIFF"):
        yield odd(kind, f"{name}.wav", ACCEPTED, wav(kind=name))
    big = io.BytesIO()
    soundfile.write(big, sound("big-endian"), 22_050, format="WAV", endian="BIG")
    yield odd(kind, "RIFX.wav", ACCEPTED, big.getvalue())


def _damage() -> Iterator[Odd]:
    for suffix in ("mp3", "ogg", "flac"):
        whole = bytearray(encoded(f"damaged.{suffix}", suffix, seconds=2 * SECONDS))
        middle = len(whole) // 2
        whole[middle : middle + 999] = np.random.default_rng(1).bytes(999)
        yield odd(
            "damaged in the middle, joined", f"damaged {suffix}.{suffix}", ACCEPTED, bytes(whole)
        )
        two = encoded(f"one.{suffix}", suffix) + encoded(f"two.{suffix}", suffix)
        yield odd("damaged in the middle, joined", f"chained {suffix}.{suffix}", ACCEPTED, two)
    first, second = encoded("a", "ogg"), encoded("b", "ogg", "-ar", "44100", "-ac", "2")
    content = first + second
    yield odd("damaged in the middle, joined", "chained, other rate.ogg", ACCEPTED, content)
    mp3 = encoded("after", "mp3")
    content = b"junk before the music" * 50 + mp3
    yield odd("damaged in the middle, joined", "junk before.mp3", ACCEPTED, content)
    tail = encoded("before", "mp3") + bytes(50_000)
    yield odd("damaged in the middle, joined", "zeros after.mp3", ACCEPTED, tail)
