"""Files decode to the sound they were given, and their bytes depend on nothing else."""

import io
import subprocess

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile

from takht.demo.encoding import SUBTYPES, encode, limit_peaks, set_serial

RATE_HZ = 32_000


def chord(channels, seconds=1.5):
    now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    sides = [
        0.3 * np.sin(2 * np.pi * (330 + 220 * side) * now) * np.sin(np.pi * now / seconds)
        for side in range(channels)
    ]
    return np.stack(sides, axis=1).astype(np.float32)


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("extension", SUBTYPES)
class TestEncoded:
    def test_decodes_to_the_same_sound(self, extension, channels):
        mix = chord(channels)
        heard, rate_hz = soundfile.read(io.BytesIO(encode(mix, RATE_HZ, extension)), always_2d=True)
        assert rate_hz == RATE_HZ
        assert heard.shape == mix.shape
        error = np.sqrt(np.mean((heard - mix) ** 2) / np.mean(mix**2))
        assert error < {"wav": 2e-4, "flac": 2e-4, "ogg": 0.1, "mp3": 0.1}[extension]

    def test_twice_the_same_bytes(self, extension, channels):
        mix = chord(channels)
        assert encode(mix, RATE_HZ, extension) == encode(mix, RATE_HZ, extension)


@pytest.mark.parametrize("extension", SUBTYPES)
def test_ffmpeg_reads_it_without_complaint(extension, tmp_path):
    path = tmp_path / f"chord.{extension}"
    path.write_bytes(encode(chord(1), RATE_HZ, extension))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "f32le", "-"]
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
    assert len(done.stdout) / 4 == pytest.approx(1.5 * RATE_HZ, abs=0.06 * RATE_HZ)


def plain_ogg():
    file = io.BytesIO()
    soundfile.write(file, chord(2), RATE_HZ, format="OGG", subtype="VORBIS")
    return file.getvalue()


def test_giving_an_ogg_its_own_serial_changes_no_byte():
    data = plain_ogg()
    assert set_serial(data, int.from_bytes(data[14:18], "little")) == data


def test_another_serial_makes_different_files_one():
    one, other = plain_ogg(), plain_ogg()
    assert set_serial(one, 7) == set_serial(other, 7)
    assert set_serial(one, 7) != set_serial(one, 8)


def test_what_is_not_ogg_is_refused():
    with pytest.raises(ValueError, match="no Ogg page at byte 0 of 11"):
        set_serial(b"not an ogg.", 1)


@pytest.mark.parametrize("peak_dbfs", [-1.2, -14.0])
@pytest.mark.parametrize("rate_hz", [22_050, 44_100])
def test_levelled_sets_the_peak_and_keeps_length_and_pitch(peak_dbfs, rate_hz):
    mix = limit_peaks(chord(1, 2.0), RATE_HZ, rate_hz, peak_dbfs)
    assert mix.shape == (2 * rate_hz, 1)
    assert 20 * np.log10(np.max(np.abs(mix))) == pytest.approx(peak_dbfs, abs=1e-3)
    spectrum = np.abs(np.fft.rfft(mix[:, 0]))
    assert np.argmax(spectrum) / 2 == pytest.approx(330, abs=1)


def test_silence_is_refused():
    with pytest.raises(ValueError, match="silent mix"):
        limit_peaks(np.zeros((100, 1), dtype=np.float32), RATE_HZ, RATE_HZ, -3.0)
