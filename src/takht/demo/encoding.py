"""Audio files whose bytes depend on the audio alone."""

import io
import zlib

import numpy as np
import soundfile
import soxr

from takht.demo.mixing import Mix

SUBTYPES = {"wav": "PCM_16", "flac": "PCM_16", "ogg": "VORBIS", "mp3": "MPEG_LAYER_III"}
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
PART_SAMPLES = 65_536


def limit_peaks(mix: Mix, from_hz: int, to_hz: int, peak_dbfs: float) -> Mix:
    """Return the mix at another rate, shape (samples, channels), with its peak at `peak_dbfs`.

    Raises:
        ValueError: the mix is silent.
    """
    resampled = soxr.resample(mix, from_hz, to_hz)
    peak = float(np.max(np.abs(resampled)))
    if peak == 0:
        raise ValueError("a silent mix has no peak to bring to a level")
    return np.asarray(resampled * np.float32(10 ** (peak_dbfs / 20) / peak), dtype=np.float32)


def encode(mix: Mix, rate_hz: int, extension: str) -> bytes:
    """Return a mix (samples, channels) in [-1, 1] as the bytes of a file with that extension.

    Raises:
        KeyError: the extension is none of SUBTYPES.
    """
    subtype, file = SUBTYPES[extension], io.BytesIO()
    with soundfile.SoundFile(
        file, "w", rate_hz, mix.shape[1], subtype, format=extension.upper()
    ) as out:
        # Given minutes at once, libsndfile overflows its stack encoding Vorbis.
        for first in range(0, len(mix), PART_SAMPLES):
            out.write(mix[first : first + PART_SAMPLES])
    data = file.getvalue()
    return set_serial(data, 1) if extension == "ogg" else data


def set_serial(data: bytes, serial: int) -> bytes:
    """Return an Ogg file's bytes with that serial number on every page (RFC 3533, section 6).

    libsndfile draws the serial from the clock. Each page ends with a checksum that covers it.

    Raises:
        ValueError: the bytes are not Ogg pages end to end.
    """
    pages, start = [], 0
    while start < len(data):
        if data[start : start + 4] != b"OggS":
            raise ValueError(f"no Ogg page at byte {start} of {len(data)}")
        table = start + 27
        body = table + data[start + 26]
        end = body + sum(data[table:body])
        head = (
            data[start : start + 14] + serial.to_bytes(4, "little") + data[start + 18 : start + 22]
        )
        rest = data[start + 26 : end]
        pages += [head, _checksum(head + bytes(4) + rest).to_bytes(4, "little"), rest]
        start = end
    return b"".join(pages)


def _checksum(page: bytes) -> int:
    """Ogg's CRC-32: zlib's polynomial, but from 0, not inverted, and most significant bit first."""
    crc = zlib.crc32(page.translate(REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{crc:032b}"[::-1], 2)
