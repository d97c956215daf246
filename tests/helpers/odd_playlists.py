"""Playlists and redirections: small texts, and containers, that ask a player to open others."""

import struct
from collections.abc import Iterator

from odd_making import ACCEPTED, Odd, encoded, odd, sound

_ASX = '<asx version="3.0"><entry><ref href="{0}"/></entry></asx>'
_XSPF = '<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>'
_DASH = (
    '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
    'mediaPresentationDuration="PT8S"><Period><AdaptationSet mimeType="audio/mp4">'
    '<Representation id="1" bandwidth="1"><BaseURL>{0}</BaseURL><SegmentBase/>'
    "</Representation></AdaptationSet></Period></MPD>"
)
TEXTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXTINF:8,\n{0}\n#EXT-X-ENDLIST\n",
    "hls key": "#EXTM3U\n#EXT-X-TARGETDURATION:8\n#EXT-X-KEY:METHOD=AES-128,URI={0}\n"
    "#EXTINF:8,\n{0}\n#EXT-X-ENDLIST\n",
    "hls master": "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{0}\n",
    "ffconcat": "ffconcat version 1.0\nfile '{0}'\n",
    "concat": "file '{0}'\n",
    "dash": _DASH,
    "m3u": "#EXTM3U\n#EXTINF:8,song\n{0}\n",
    "pls": "[playlist]\nFile1={0}\nNumberOfEntries=1\nVersion=2\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\na=control:{0}\n"
    "m=audio {1} RTP/AVP 0\n",
    "asx": _ASX,
    "asf reference": "[Reference]\nRef1={0}\nRef2={0}\n",
    "xspf": _XSPF + "<track><location>{0}</location></track></trackList></playlist>",
    "smil": "<smil><body><audio src='{0}'/></body></smil>",
    "smooth streaming": "<SmoothStreamingMedia MajorVersion='2' Duration='80000000'><StreamIndex "
    "Type='audio' Url='{0}'><c d='80000000'/></StreamIndex></SmoothStreamingMedia>",
    "ram": "{0}\n",
    "cue": 'FILE "{0}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n',
    "internet shortcut": "[InternetShortcut]\nURL={0}\n",
    "rtsp": "RTSPtext\n{0}\n",
    "ffmetadata": ";FFMETADATA1\ntitle={0}\n",
}


def every() -> Iterator[Odd]:
    """Yield each kind of playlist under the name of a song."""
    for name, text in TEXTS.items():
        content = text.format("canary.wav", 9).encode()
        yield odd("playlists and manifests named .mp3", f"{name}.mp3", "unreadable", content)
    yield odd("files that refer to others", "chapters.mkv", ACCEPTED, matroska("canary.mkv"))
    yield odd("files that refer to others", "external.mov", "unreadable|empty", quicktime("canary"))


def element(number: int, *parts: bytes) -> bytes:
    """Return a Matroska element."""
    content = b"".join(parts)
    name = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return name + (len(content) | 1 << 56).to_bytes(8, "big") + content


def matroska(target: str) -> bytes:
    """Return a Matroska file with sound whose ordered chapters and next segment are in another."""
    other = bytes(range(16))
    head = element(0x1A45DFA3, element(0x4282, b"matroska"), element(0x4287, b"\x04"))
    info = element(
        0x1549A966,
        element(0x2AD7B1, b"\x0f\x42\x40"),
        element(0x73A4, other[::-1]),
        *(element(0x3EB923, other), element(0x3E83BB, target.encode())),  # next segment
        *(element(0x3CB923, other), element(0x3C83AB, target.encode())),  # previous segment
    )
    atom = element(
        0xB6,
        *(element(0x73C4, b"\x01"), element(0x91, b"\x00"), element(0x92, b"\x7f\xff\xff\xff")),
        element(0x6E67, other),  # the chapter lies in that segment
    )
    chapters = element(0x1043A770, element(0x45B9, element(0x45DD, b"\x01"), atom))
    track = element(
        0xAE,
        *(element(0xD7, b"\x01"), element(0x73C5, b"\x01"), element(0x83, b"\x02")),
        element(0x86, b"A_PCM/INT/LIT"),
        element(0xE1, element(0xB5, struct.pack(">d", 8000)), element(0x9F, b"\x01"),
                element(0x6264, b"\x10")),
    )  # fmt: skip
    pcm = (sound("chapters", rate_hz=8000) * 32767).astype("<i2").tobytes()
    blocks = [
        element(0xA3, b"\x81" + struct.pack(">hB", start // 16, 0x80), pcm[start : start + 8000])
        for start in range(0, len(pcm), 8000)
    ]
    cluster = element(0x1F43B675, element(0xE7, b"\x00"), *blocks)
    return head + element(0x18538067, info, chapters, element(0x1654AE6B, track), cluster)


def quicktime(target: str) -> bytes:
    """Return a QuickTime file whose samples are said to be in another (an alias, `dref`)."""
    film = encoded("external", "mov", "-c:a", "pcm_s16le")
    # As ffmpeg's demuxer reads it: volume, file name, levels up and down, then typed records.
    path = f"/{target}".encode()
    record = struct.pack(">hH", 2, len(path)) + path + bytes(len(path) % 2)
    alias = bytes(10 + 28 + 12 + 64 + 16) + struct.pack(">HH", 1, 1) + bytes(16)
    alias += record + struct.pack(">hH", -1, 0) + bytes(40)
    entry = struct.pack(">I4sI", 12 + len(alias), b"alis", 0) + alias
    dref = struct.pack(">I4sII", 16 + len(entry), b"dref", 0, 1) + entry
    return _replaced(film, (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref"), dref)


def _replaced(atoms: bytes, way: tuple[bytes, ...], new: bytes) -> bytes:
    """Return the atoms with the one at the end of the way replaced, and their sizes fixed."""
    out, at = b"", 0
    while at < len(atoms):
        size, name = struct.unpack_from(">I4s", atoms, at)
        atom = atoms[at : at + size]
        if name == way[0] and len(way) == 1:
            atom = new
        elif name == way[0]:
            inner = _replaced(atom[8:], way[1:], new)
            atom = struct.pack(">I4s", 8 + len(inner), name) + inner
        out, at = out + atom, at + size
    return out
