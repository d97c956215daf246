"""Odd sound in sound files: silence, no numbers, every depth, rate, channel and codec."""

from collections.abc import Iterator

import numpy as np
from odd_making import ACCEPTED, RATE_HZ, Odd, Wave, coded, odd, run, sound, wav, written

_NOISE = ("-f", "lavfi", "-i", "testsrc=s=64x64:r=5:d=6.5")


def every() -> Iterator[Odd]:
    """Yield all of them."""
    yield from _levels()
    yield from _silences()
    yield from _shapes()
    yield from _codecs()
    yield from _pictures()


def _floats(kind: str, file: str, verdict: str, wave: Wave) -> Odd:
    return odd(kind, file, verdict, written(wave, subtype="FLOAT"))


def _levels() -> Iterator[Odd]:
    for name, bad in (("nan", np.nan), ("inf", np.inf), ("minus inf", -np.inf)):
        wave = sound(name)
        wave[len(wave) // 2] = bad
        yield _floats("NaN and infinite samples", f"one {name}.wav", "NaN or infinite", wave)
        wave = np.full_like(wave, bad)
        yield _floats("NaN and infinite samples", f"all {name}.wav", "NaN or infinite", wave)
    beyond = "beyond full scale"
    yield _floats(
        "far beyond full scale", "times 1e30.wav", beyond, sound("1e30") * np.float32(1e30)
    )
    yield _floats("far beyond full scale", "integers.wav", beyond, sound("int") * np.float32(32768))
    loud = sound("loud") * np.float32(8)
    yield _floats("clipped, up to 12 dB over", "peaks over.wav", ACCEPTED, loud)
    clipped = "clipped, up to 12 dB over"
    yield odd(clipped, "clipped.wav", ACCEPTED, written(np.clip(loud, -1, 1)))
    yield odd(clipped, "square.wav", ACCEPTED, written(np.sign(sound("square"))))
    offset = "DC offset"
    yield odd(offset, "offset.wav", ACCEPTED, written(sound("offset") + np.float32(0.5)))
    yield odd(
        offset, "negative offset.flac", ACCEPTED, written(sound("o") - np.float32(0.6), kind="FLAC")
    )
    one, other = sound("left"), sound("right")
    both = np.hstack([one, -one])
    constant = np.full(len(both), 0.25)
    yield odd(
        "constant offset alone",
        "constant.wav",
        "silent apart from a constant offset",
        written(constant),
    )
    yield odd("antiphase stereo", "antiphase.wav", "is silent, its mono mix", written(both))
    yield odd("antiphase stereo", "antiphase too.flac", "is silent", written(both, kind="FLAC"))
    stereo = np.hstack([other, -0.9 * other]).astype("f4")
    yield odd("antiphase stereo", "nearly antiphase.wav", ACCEPTED, written(stereo))
    stereo = np.hstack([sound("alone"), np.zeros_like(one)])
    yield odd("one channel silent", "left only.wav", ACCEPTED, written(stereo))


def _silences() -> Iterator[Odd]:
    nothing = np.zeros((RATE_HZ * 7, 1), "f4")
    yield odd("silence", "digital silence.wav", "is silent", written(nothing))
    yield odd("silence", "coded silence.ogg", "is silent", coded("ogg", "-af", "volume=0"))
    faint = sound("faint") * np.float32(1e-4)
    yield odd("silence", "faint.flac", "is silent", written(faint, kind="FLAC", subtype="PCM_24"))
    for hours in (1, 2):
        source = ("-f", "lavfi", "-i", f"anullsrc=r=1000:cl=mono:d={hours * 3600}", "-c:a", "flac")
        yield Odd(
            "hours of silence in a small file",
            f"odd/{hours} hours.flac",
            "is silent",
            lambda path, source=source: run(*source, f"file:{path}"),  # type: ignore[misc]
        )
    minute = ("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:d=1200", "-c:a", "libmp3lame")
    yield Odd(
        "hours of silence in a small file",
        "odd/20 minutes.mp3",
        "is silent",
        lambda path: run(*minute, "-b:a", "8k", f"file:{path}"),
    )
    for name, samples in (("no sample", 0), ("one sample", 1), ("half a second", RATE_HZ // 2)):
        verdict = "is too short" if samples else "is empty|unreadable"
        for suffix, kind in (("wav", "WAV"), ("flac", "FLAC"), ("aiff", "AIFF")):
            content = written(sound(f"{name}.{suffix}")[:samples], kind=kind)
            yield odd(
                "no sample, one, half a second", f"{name} {suffix}.{suffix}", verdict, content
            )
    content = written(sound("short")[:samples], kind="OGG", subtype="VORBIS")
    yield odd("no sample, one, half a second", "half a second ogg.ogg", "is too short", content)


def _shapes() -> Iterator[Odd]:
    depths = ("PCM_U8", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ALAW", "ULAW", "IMA_ADPCM")
    for subtype in (*depths, "MS_ADPCM", "GSM610"):
        content = wav(subtype=subtype)
        yield odd("bit depths, float, A-law, ADPCM", f"{subtype}.wav", ACCEPTED, content)
    for subtype in ("PCM_S8", "PCM_24"):
        content = wav(kind="FLAC", subtype=subtype)
        yield odd("bit depths, float, A-law, ADPCM", f"{subtype} flac.flac", ACCEPTED, content)
    for rate_hz in (8000, 11_025, 16_000, 32_000, 44_100, 48_000, 88_200, 96_000, 176_400, 192_000):
        yield odd("8 to 192 kHz", f"{rate_hz} Hz.wav", ACCEPTED, wav(rate_hz=rate_hz))
    yield odd("impossible sample rates", "100 Hz.wav", "sample rate is 100", wav(rate_hz=100))
    yield odd("impossible sample rates", "2 MHz.wav", "sample rate", wav(rate_hz=2_000_000))
    for channels in range(2, 9):
        yield odd("1 to 8 channels", f"{channels}.wav", ACCEPTED, wav(channels=channels))
    content = wav(channels=6, kind="FLAC")
    yield odd("1 to 8 channels", "6 channels.flac", ACCEPTED, content)
    yield odd("1 to 8 channels", "255 channels.wav", ACCEPTED, wav(channels=255, rate_hz=8000))


def _codecs() -> Iterator[Odd]:
    for suffix in ("mp3", "ogg", "opus", "m4a", "wma", "aac", "ac3", "mka", "webm", "tta", "wv"):
        yield odd(
            "other codecs and containers", f"codec {suffix}.{suffix}", ACCEPTED, coded(suffix)
        )
    more = {"alac.m4a": "alac", "alac too.caf": "alac", "flac.ogg": "flac", "mp2.mp2": "mp2"}
    more |= {"mp3.wav": "libmp3lame", "pcm.au": "pcm_s16be", "pcm too.mov": "pcm_s16le"}
    for file, codec in more.items():
        content = coded(file.split(".")[1], "-c:a", codec)
        yield odd("other codecs and containers", file, ACCEPTED, content)


def _pictures() -> Iterator[Odd]:
    art = ("-f", "lavfi", "-i", "testsrc=s=64x64:r=1:d=1", "-map", "0", "-map", "1")
    attached = (*art, "-c:v", "png", "-disposition:v", "attached_pic")
    for suffix in ("mp3", "flac", "m4a", "mka"):
        content = coded(suffix, *attached)
        yield odd("cover art as a video stream", f"art {suffix}.{suffix}", ACCEPTED, content)
    huge = (word.replace("64x64", "2000x2000") for word in attached)
    yield odd("cover art as a video stream", "huge art.mp3", ACCEPTED, coded("mp3", *huge))
    for suffix in ("mp4", "mkv", "avi", "mov"):
        video = (*_NOISE, "-map", "0", "-map", "1", "-c:v", "mpeg4")
        yield odd("video with sound", f"film {suffix}.{suffix}", ACCEPTED, coded(suffix, *video))
        silent = (*_NOISE, "-map", "1", "-c:v", "mpeg4")
        content = coded(suffix, *silent)
        yield odd(
            "video without sound", f"silent film {suffix}.{suffix}", "holds no audio", content
        )
