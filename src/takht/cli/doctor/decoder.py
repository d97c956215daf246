"""Whether ffmpeg runs and decodes."""

import tempfile
from pathlib import Path

import numpy as np
import soundfile

from takht.audio import ffmpeg
from takht.cli.doctor.finding import Finding, failed, ok
from takht.errors import TakhtError

RATE_HZ = 22_050
_ANOTHER = "reinstall imageio-ffmpeg, or set TAKHT_FFMPEG to an ffmpeg that runs"


def check_decoder() -> Finding:
    """Decode a second of a 440 Hz tone, as FLAC, and compare what comes out."""
    try:
        name = ffmpeg.read_ffmpeg_version()
        heard = _decoded_tone()
    except (OSError, TakhtError) as error:
        return failed("ffmpeg", " ".join(str(error).split()), _ANOTHER)
    if not name.startswith("ffmpeg version"):
        return failed("ffmpeg", f"{ffmpeg.find_ffmpeg()} says {name[:60]!r}", _ANOTHER)
    if heard.shape != (RATE_HZ, 1) or np.max(np.abs(heard[:, 0] - _tone())) > 1e-4:
        return failed("ffmpeg", f"{name}: a test tone is decoded wrongly", _ANOTHER)
    return ok("ffmpeg", f"{name.partition(' Copyright')[0]}, decodes")


def _tone() -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    wave: np.ndarray[tuple[int], np.dtype[np.float64]]
    wave = 0.5 * np.sin(2 * np.pi * 440 * np.arange(RATE_HZ) / RATE_HZ)
    return wave


def _decoded_tone() -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tone.flac"
        soundfile.write(path, _tone(), RATE_HZ)
        with ffmpeg.FfmpegAudio(path) as audio:
            return np.concatenate(list(audio.blocks()))
