"""Every variant of WAV and its kin decodes to the samples that went in."""

import numpy as np
import pytest
import riff
import soundfile
from audio_sources import agreement, decode, melody

WAVE = np.stack([melody(1, 1.5, riff.RATE_HZ), melody(2, 1.5, riff.RATE_HZ)], axis=1)[:-1]
CODED = ("G72", "NMS", "GSM", "DWVW", "ADPCM")  # frames of several samples, or noisy


def assert_all_heard(path, wave, name):
    heard, _ = decode(path, riff.RATE_HZ)
    extra, correlation, gain = agreement(heard, wave)
    assert correlation > 0.999, name
    assert abs(gain - 1) < 0.01, name
    assert 0 <= extra <= 1, name  # a byte of padding where sizes were never written


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", riff.FORMATS)
def test_wav_in_every_format_order_and_state_of_its_header(tmp_path, kind, order, channels):
    path = tmp_path / "x.wav"
    for name, content in riff.wavs(WAVE[:, :channels], kind, order):
        path.write_bytes(content)
        assert_all_heard(path, WAVE[:, :channels], name)


@pytest.mark.parametrize("kind", riff.FORMATS)
@pytest.mark.parametrize("name", [b"RF64", b"BW64"])
@pytest.mark.parametrize("sizes", [True, False])
def test_wav_of_64_bit_sizes_written_or_not(tmp_path, kind, name, sizes):
    path = tmp_path / "x.wav"
    path.write_bytes(riff.rf64(WAVE, kind, name, sizes=sizes))
    assert_all_heard(path, WAVE, name)
    if sizes:  # what comes after the samples is not heard
        path.write_bytes(riff.rf64(WAVE, kind, name, sizes=True, after=riff.LIST))
        assert_all_heard(path, WAVE, name)


@pytest.mark.parametrize("endian", ["FILE", "LITTLE", "BIG"])
@pytest.mark.parametrize("kind", ["AIFF", "CAF", "AU", "W64", "WAVEX", "RF64", "NIST", "IRCAM"])
def test_kin_of_wav_in_every_format_and_order(tmp_path, kind, endian):
    tried = 0
    for subtype in soundfile.available_subtypes(kind):
        if not soundfile.check_format(kind, subtype, endian) or any(c in subtype for c in CODED):
            continue
        path = tmp_path / f"{kind}-{subtype}.{kind.lower()}"
        path.write_bytes(content := riff.written(WAVE, kind, subtype, endian))
        assert_all_heard(path, WAVE, path.name)
        mark, offset, length = riff.SIZES.get(kind, (b"none of it", 0, 0))
        for value in (b"\0", b"\xff") if mark in content and "ALAC" not in subtype else ():
            path.write_bytes(riff.patched(content, mark, offset, value * length))
            assert_all_heard(path, WAVE, f"{path.name}, sizes {value!r}")
        tried += 1
    assert tried >= 5 or endian != "FILE"


def test_a_big_endian_wav_of_compressed_samples_is_no_noise(tmp_path):
    content = riff.written(WAVE, "WAV", "IMA_ADPCM")
    (tmp_path / "x.wav").write_bytes(b"RIFX" + content[4:])
    with pytest.raises(ValueError, match="big-endian WAV of compressed samples; convert it"):
        decode(tmp_path / "x.wav", riff.RATE_HZ)


def test_what_a_truncated_wav_claims_is_missing_and_what_follows_one_is_unread(tmp_path):
    path = tmp_path / "x.wav"
    whole = riff.written(WAVE, "WAV", "PCM_16")
    path.write_bytes(whole[: len(whole) // 3])
    _, sound = decode(path, riff.RATE_HZ)
    assert sound.missing_seconds == pytest.approx(1.0, abs=0.01)
    path.write_bytes(whole + whole)
    _, sound = decode(path, riff.RATE_HZ)
    assert (sound.missing_seconds, sound.unread_bytes) == (0, len(whole))
    junk = np.random.default_rng(0).bytes(99_999)
    path.write_bytes(whole + junk)
    assert decode(path, riff.RATE_HZ)[1].unread_bytes == len(junk)
