"""Where the rate or the channels change on the way, every sample comes out, at its level."""

import numpy as np
import pytest
import scipy.signal
from audio_sources import agreement, decode, encode, melody

from takht.audio.mono import describe_losses

RATE_HZ = 44_100
BARE = {
    "mp3": ("-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0", "-id3v2_version", "0"),
    "aac": ("-b:a", "128k"),
    "ac3": ("-b:a", "192k"),
}


def joined(folder, suffix, pieces, *options):
    """Join pieces (samples, channels) at their rates into one file, and return it."""
    parts = []
    for number, (wave, rate_hz) in enumerate(pieces):
        part = folder / f"{number}.{suffix}"
        parts.append(encode(part, wave, rate_hz, *(options or BARE.get(suffix, ()))).read_bytes())
    whole = folder / f"whole.{suffix}"
    whole.write_bytes(b"".join(parts))
    return whole


@pytest.mark.parametrize("codec", ["libvorbis", "libopus"])
def test_an_ogg_that_goes_on_with_other_channels_says_how_much_is_not_read(tmp_path, codec):
    pieces = [(melody(n, 1, RATE_HZ)[:, None].repeat(n, 1), RATE_HZ) for n in (1, 2, 1)]
    path = joined(tmp_path, "ogg", pieces, "-c:a", codec)
    _, sound = decode(path, RATE_HZ)
    assert sound.unread_bytes == path.stat().st_size - (tmp_path / "0.ogg").stat().st_size
    (line,) = describe_losses(sound)
    assert "bytes after its 1.00 s of audio that are not read; if files were joined" in line


def test_joined_flac_of_other_channels_loses_a_frame_and_that_is_said(tmp_path):
    pieces = [(melody(n, 2, RATE_HZ)[:, None].repeat(n, 1), RATE_HZ) for n in (1, 2, 1)]
    heard, sound = decode(joined(tmp_path, "flac", pieces), RATE_HZ)
    assert len(heard) / RATE_HZ == pytest.approx(6, abs=0.2)
    assert len(heard) == 6 * RATE_HZ or "decode errors" in describe_losses(sound)[0]


def aligned(heard, piece, near):
    """Return what was heard that agrees best with a piece, close to a place."""
    start = max(0, near - 4000)
    part = heard[start : start + len(piece) + 12_000]
    middle = piece[len(piece) // 4 : len(piece) * 3 // 4]
    at = int(np.argmax(scipy.signal.correlate(part, middle, "valid", method="fft")))
    return part[at : at + len(middle)], middle


@pytest.mark.parametrize("suffix", BARE)
@pytest.mark.parametrize("first", [1, 2])
def test_alternating_mono_and_stereo_is_heard_in_full_and_at_one_level(tmp_path, suffix, first):
    whole = melody(31, 6, RATE_HZ)
    length = round(0.5 * RATE_HZ)
    cut = [whole[n * length : (n + 1) * length] for n in range(12)]
    stereo = [
        np.stack([piece, piece], 1) if (n + first) % 2 else piece for n, piece in enumerate(cut)
    ]
    path = joined(tmp_path, suffix, [(piece, RATE_HZ) for piece in stereo])
    heard, sound = decode(path, RATE_HZ)
    assert sound.channels == (2 if first == 1 else 1)
    assert -0.01 < len(heard) / RATE_HZ - 6 < 12 * 0.09  # each piece is padded by its encoder
    for number, piece in enumerate(cut):
        found, expected = aligned(heard, piece, round(number * len(heard) / 12))
        _, correlation, gain = agreement(found, expected)
        assert correlation > 0.95, number
        assert 0.9 < gain < 1.07, number


@pytest.mark.parametrize("suffix", BARE)
def test_a_change_of_rate_loses_nothing(tmp_path, suffix):
    rates_hz = [44_100, 32_000, 48_000, 44_100]
    path = joined(tmp_path, suffix, [(melody(n, 1, rate), rate) for n, rate in enumerate(rates_hz)])
    heard, _ = decode(path, RATE_HZ)
    assert -0.01 < len(heard) / RATE_HZ - 4 < 4 * 0.09
    for number in range(4):
        piece = melody(number, 1, RATE_HZ)
        found, expected = aligned(heard, piece, round(number * len(heard) / 4))
        _, correlation, gain = agreement(found, expected)
        assert correlation > 0.9, number  # notes begin a little elsewhere at another rate
        assert 0.85 < gain < 1.1, number
