"""What is not decoded is said, with its figure; several streams are counted."""

import numpy as np
import pytest
import soundfile
from audio_sources import agreement, decode, encode, melody, run

from takht.audio.mono import describe_losses, find_fault

RATE_HZ = 44_100
WAVE = melody(5, 4, RATE_HZ)
KINDS = {"mp3": (), "m4a": ("-movflags", "faststart"), "mka": (), "flac": (), "tta": (), "wv": ()}
KINDS |= {"aiff": (), "au": (), "wav": (), "avi": ("-c:a", "mp3")}
# Of two that were joined, these decode the first alone.
FIRST_ALONE = {"m4a", "tta", "aiff", "wav"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_lacks_nothing(tmp_path, kind):
    heard, sound = decode(encode(tmp_path / f"x.{kind}", WAVE, RATE_HZ, *KINDS[kind]), RATE_HZ)
    assert describe_losses(sound) == []
    assert agreement(heard[: len(WAVE)], WAVE)[1] > 0.99 or kind in {"mp3", "avi"}


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"avi"}))
def test_a_cut_file_says_how_many_seconds_are_missing(tmp_path, kind):
    path = encode(tmp_path / f"x.{kind}", WAVE, RATE_HZ, *KINDS[kind])
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 6 // 10])
    heard, sound = decode(path, RATE_HZ)
    assert sound.missing_seconds == pytest.approx(4 - len(heard) / RATE_HZ, abs=0.06)
    assert sound.missing_seconds > 1
    (line,) = describe_losses(sound)
    assert f"{sound.missing_seconds:.2f} s are missing; fetch a complete copy" in line


@pytest.mark.parametrize("kind", ["mp3", "m4a", "mka", "flac", "ogg", "opus", "avi"])
def test_a_hole_in_the_middle_is_missing(tmp_path, kind):
    path = encode(tmp_path / f"x.{kind}", WAVE, RATE_HZ, *KINDS.get(kind, ()))
    content = bytearray(path.read_bytes())
    middle, length = len(content) // 2, len(content) // 4
    content[middle : middle + length] = bytes(length)
    path.write_bytes(content)
    heard, sound = decode(path, RATE_HZ)
    assert sound.missing_seconds == pytest.approx(4 - len(heard) / RATE_HZ, abs=0.06)
    assert sound.missing_seconds > 0.9


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"wv"}))
def test_joined_files_are_decoded_to_their_end_or_the_rest_is_counted(tmp_path, kind):
    path = encode(tmp_path / f"x.{kind}", WAVE, RATE_HZ, *KINDS[kind])
    size = path.stat().st_size
    path.write_bytes(path.read_bytes() * 2)
    heard, sound = decode(path, RATE_HZ)
    alone = kind in FIRST_ALONE
    assert sound.unread_bytes == (size if alone else 0)
    assert len(heard) / RATE_HZ == pytest.approx(4 if alone else 8, abs=0.15)
    assert not alone or "separate them" in describe_losses(sound)[0]


def test_the_default_stream_is_used_and_the_others_are_counted(tmp_path):
    talk = encode(tmp_path / "talk.wav", 0.01 * melody(9, 4, RATE_HZ), RATE_HZ)
    music = encode(tmp_path / "music.wav", WAVE, RATE_HZ)
    path, inputs = tmp_path / "x.mka", ("-i", talk, "-i", music)
    both = (*inputs, "-map", "0", "-map", "1", "-c:a", "flac")
    run(*both, "-disposition:a:0", "0", "-disposition:a:1", "default", path)
    heard, sound = decode(path, RATE_HZ)
    assert agreement(heard, WAVE)[1] > 0.999
    (line,) = describe_losses(sound)
    assert "holds 2 audio streams, 1 is used" in line


@pytest.mark.parametrize("left", [0.0, 1.0])
def test_left_and_right_in_two_mono_streams_is_said(tmp_path, left):
    sides = [encode(tmp_path / f"{n}.wav", k * WAVE, RATE_HZ) for n, k in enumerate((left, 1))]
    path, inputs = tmp_path / "x.mov", ("-i", sides[0], "-i", sides[1])
    run(*inputs, "-map", "0", "-map", "1", "-c:a", "pcm_s16le", path)
    _, sound = decode(path, RATE_HZ)
    assert "two mono streams, perhaps left and right" in describe_losses(sound)[0]
    fault = find_fault(sound)
    assert (fault is None) == (left > 0)
    assert fault is None or ("left and right" in fault and "remove" not in fault)


def test_a_picture_is_no_stream_that_counts(tmp_path):
    soundfile.write(tmp_path / "x.wav", WAVE, RATE_HZ)
    picture = ("-f", "lavfi", "-i", "testsrc=s=64x64:r=1:d=1", "-map", "0", "-map", "1")
    options = ("-c:v", "png", "-disposition:v", "attached_pic", "-c:a", "alac")
    run("-i", tmp_path / "x.wav", *picture, *options, tmp_path / "x.m4a")
    content = (tmp_path / "x.m4a").read_bytes()
    heard, sound = decode(tmp_path / "x.m4a", RATE_HZ)
    assert (describe_losses(sound), len(content) > 0) == ([], True)
    assert agreement(heard, np.round(WAVE * 32768) / 32768)[1] > 0.9999


@pytest.mark.parametrize("kind", ["flac", "wv", "tta"])
@pytest.mark.parametrize("at", [0.2, 0.35, 0.5, 0.65, 0.8])
def test_a_wrong_checksum_of_a_lossless_kind_is_said_to_be_damage(tmp_path, kind, at):
    """Of such a frame, ffmpeg makes other samples without a word, unless it is asked to check."""
    path = encode(tmp_path / f"x.{kind}", WAVE, RATE_HZ)
    content = bytearray(path.read_bytes())
    content[int(at * len(content))] ^= 1
    path.write_bytes(content)
    sound = decode(path, RATE_HZ)[1]
    if kind == "wv" and not np.isfinite(sound.peak):
        # Decoding stops there; how many errors ffmpeg had named by then varies from run to run.
        assert (sound.decode_errors, describe_losses(sound)) == (0, [])
        assert "NaN or infinite" in find_fault(sound)
        return
    (line,) = describe_losses(sound)
    assert "may be damaged, decode errors: " in line or "are missing" in line


TAG = b"ID3\x04\0\0\0\0\x02\x2c" + bytes(300)
CLOSED = b"ID3\x04\0\x10\0\0\x02\x2c" + bytes(300) + b"3DI\x04\0\x10\0\0\x02\x2c"


@pytest.mark.parametrize("tags", [TAG, TAG + TAG, CLOSED], ids=["one", "two", "with a footer"])
def test_a_tag_before_the_audio_hides_no_damage(tmp_path, tags):
    path = encode(tmp_path / "x.flac", WAVE, RATE_HZ)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(tags + content)
    (line,) = describe_losses(decode(path, RATE_HZ)[1])
    assert "may be damaged, decode errors: " in line


def test_wrong_checksums_of_an_encoder_that_counts_wrong_are_no_damage(tmp_path):
    path = encode(tmp_path / "x.ac3", WAVE, 48_000, "-b:a", "192k")
    content, whole = bytearray(path.read_bytes()), decode(path, 48_000)[0]
    for end in range(768, len(content) + 1, 768):  # bytes of a frame
        content[end - 1] ^= 255
    path.write_bytes(content)
    heard, sound = decode(path, 48_000)
    assert describe_losses(sound) == []
    np.testing.assert_array_equal(heard, whole)
