"""Recordings of known truth on one instrument: melodies, other performances, planted copies.

Every melody is composed by the demo corpus's code, and every pitch has one sound, as a sampler
has: two pieces differ in their notes and timing alone. Half of the pieces are exactly in time, at
one of four tempi, as a sequencer plays them; half as a player does. The instrument is a plucked
string, or a pipe whose tones stay as loud as they begin, without vibrato.
"""

import math
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from takht.audio import ffmpeg
from takht.core.randomness import rng_for
from takht.demo.composers import COMPOSERS
from takht.demo.composition import compose
from takht.demo.plucked import String, plucked
from takht.demo.score import Note

RATE_HZ = 22_050
TONIC_HZ = 261.63
STRING = String(
    decay_seconds=2.0,
    bright=0.6,
    noisy=0.3,
    position=0.14,
    body_hz=450.0,
    release_seconds=0.25,
    detuned_cents=3.0,
)
PIPE_PARTIALS = 10
PIPE_ATTACK_SECONDS = PIPE_RELEASE_SECONDS = 0.06
LONGEST_SECONDS = 20.0  # of a tone of the pipe
SLOT_SECONDS = (0.15, 0.18, 0.2, 0.25)  # of the string
PIPE_SLOWER = 2.5  # times as long as the string's are the pipe's notes
PIECE_SECONDS = 40.0
LONG_SECONDS = 1800.0
VARIED = 0.25  # share of notes that a variation moves
VOICES = ("en+m1", "en+m3", "en+m7", "en+f2", "en+f4", "ar+m2", "ar+f3", "tr+m4", "tr+f1")
WORDS = (
    *("archive", "radio", "programme", "music", "collection", "hour", "news", "weather"),
    *("tomorrow", "evening", "listener", "record", "concert", "singer", "city", "river"),
    *("garden", "journey", "letter", "window", "morning", "story", "poet", "voice"),
)
PERFORMANCES = (
    *("another performance", "a variation, played"),
    *("a variation, sequenced", "transposed by a fourth"),
)
FOURTH_CENTS = 500

Wave = NDArray[np.float32]
Line = tuple[Note, ...]


@dataclass(frozen=True)
class Kind:
    """How a copy is made: an ffmpeg filter and codec, the seconds kept, and what is around it."""

    audio_filter: str = "anull"
    codec: tuple[str, ...] = ("wav",)
    seconds: float = PIECE_SECONDS
    speech_db: float | None = None  # level of speech over the music's
    before_seconds: float = 0.0  # of other music that comes before the copy, and after it
    after_seconds: float = 0.0


MP3, OPUS, AAC = ("mp3", "libmp3lame"), ("opus", "libopus"), ("m4a", "aac")
KINDS = {
    "mp3, 32 kb/s": Kind(codec=(*MP3, "32k")),
    "mp3, 128 kb/s": Kind(codec=(*MP3, "128k")),
    "mp3, 320 kb/s": Kind(codec=(*MP3, "320k")),
    "opus, 32 kb/s": Kind(codec=(*OPUS, "32k")),
    "aac, 64 kb/s": Kind(codec=(*AAC, "64k")),
    "louder, clipped": Kind("volume=12dB"),
    "cut to 20 s": Kind(seconds=20.0),
    "cut to 15 s": Kind(seconds=15.0),
    "speech over it, 6 dB softer": Kind(speech_db=-6.0),
    "speech over it, as loud": Kind(speech_db=0.0),
    "tempo + 2 %": Kind("atempo=1.02"),
    "tempo - 2 %": Kind("atempo=0.98"),
    "tempo + 5 %": Kind("atempo=1.05"),
    "tempo - 5 %": Kind("atempo=0.95"),
    "pitch + 1 %": Kind("asetrate=22270,aresample=22050"),
    "pitch - 1 %": Kind("asetrate=21830,aresample=22050"),
    "joined into a longer file": Kind(before_seconds=40.0, after_seconds=40.0),
    "15 s within thirty minutes": Kind(
        seconds=15.0, before_seconds=LONG_SECONDS / 2, after_seconds=LONG_SECONDS / 2
    ),
    "15 s, mp3 32 kb/s, tempo + 2 %": Kind("atempo=1.02", (*MP3, "32k"), seconds=15.5),
    "15 s, opus 32 kb/s, speech over it": Kind(codec=(*OPUS, "32k"), seconds=15.0, speech_db=-6.0),
}


def compose_line(seed: int, name: str, seconds: float, instrument: str) -> Line:
    """Return the notes of a new melody, exactly in time at one of four tempi."""
    rng = rng_for(seed, name, "line")
    profile = replace(COMPOSERS[rng.integers(len(COMPOSERS))], taqsim=float(rng.random() < 0.3))
    slot_seconds = SLOT_SECONDS[rng.integers(len(SLOT_SECONDS))]
    piece = compose(profile, seconds, rng)
    slower = PIPE_SLOWER if instrument == "pipe" else 1.0
    return stretch(piece.notes, slower * slot_seconds / piece.slot_seconds)


def stretch(line: Line, factor: float) -> Line:
    """Return the line with all times multiplied by a factor."""
    return tuple(
        replace(note, start_seconds=factor * note.start_seconds, seconds=factor * note.seconds)
        for note in line
    )


def play_freely(line: Line, rng: np.random.Generator) -> Line:
    """Return the line as a player plays it: a tempo that wanders, notes early and late."""
    steps = 1 + rng.normal(0, 0.015, len(line)).cumsum().clip(-0.08, 0.08)
    starts = np.array([note.start_seconds for note in line])
    times = starts[0] + np.concatenate([[0], np.cumsum(np.diff(starts) * steps[1:])])
    times = np.maximum(0, rng.uniform(0.95, 1.05) * times + rng.normal(0, 0.015, len(line)))
    return tuple(
        replace(note, start_seconds=float(time)) for note, time in zip(line, times, strict=True)
    )


def vary(line: Line, rng: np.random.Generator) -> Line:
    """Return the line with a share of its notes moved by a step."""
    return tuple(
        replace(note, degree=note.degree + int(rng.choice((-1, 1))))
        if rng.random() < VARIED
        else note
        for note in line
    )


def render(line: Line, seconds: float, instrument: str, cents: int = 0) -> Wave:
    """Return the line on the one instrument, shape (samples,), transposed by cents."""
    wave = np.zeros(round(seconds * RATE_HZ), np.float32)
    sound_of, release_seconds = SOUNDS[instrument]
    release = round(release_seconds * RATE_HZ)
    fade = np.linspace(1, 0, release, dtype=np.float32)
    for note in line:
        start = round(note.start_seconds * RATE_HZ)
        sound = sound_of(note.cents + cents)[: round(note.seconds * RATE_HZ) + release].copy()
        tail = min(len(sound), release)
        sound[len(sound) - tail :] *= fade[release - tail :]
        here = wave[start : start + len(sound)]
        here += 0.3 * note.strength * sound[: len(here)]
    return wave


@cache
def _pluck(cents: int) -> Wave:
    """Return what a pitch sounds like on the string, in every piece."""
    hz = TONIC_HZ * 2 ** (cents / 1200)
    return plucked(hz, STRING.decay_seconds, STRING, RATE_HZ, rng_for(1, "sound", cents))


@cache
def _blow(cents: int) -> Wave:
    """Return what a pitch sounds like on the pipe, in every piece."""
    now = np.arange(round(LONGEST_SECONDS * RATE_HZ)) / RATE_HZ
    hz = TONIC_HZ * 2 ** (cents / 1200)
    phases = rng_for(1, "pipe", cents).uniform(0, 2 * np.pi, PIPE_PARTIALS)
    partials = enumerate(phases, start=1)
    tone = sum(np.sin(2 * np.pi * k * hz * now + phase) / k for k, phase in partials)
    return np.asarray(0.5 * tone * np.minimum(1, now / PIPE_ATTACK_SECONDS), np.float32)


SOUNDS = {"string": (_pluck, STRING.release_seconds), "pipe": (_blow, PIPE_RELEASE_SECONDS)}


def piece(seed: int, number: int, instrument: str, seconds: float = PIECE_SECONDS) -> Wave:
    """Return a piece, one in two exactly in time, shape (samples,), with a little noise."""
    name = f"piece {number}"
    line = compose_line(seed, name, seconds * 1.6, instrument)
    if number % 2:
        line = play_freely(line, rng_for(seed, name, "player"))
    return _with_noise(render(line, seconds, instrument), rng_for(seed, name, "noise"))


def other_performances(seed: int, number: int, instrument: str) -> Iterator[tuple[str, Wave]]:
    """Yield what is the same work as a piece and another recording, each with its kind."""
    line = compose_line(seed, f"piece {number}", PIECE_SECONDS * 1.6, instrument)
    rng = rng_for(seed, "performances", number)
    takes = (
        (play_freely(line, rng), 0),
        (play_freely(vary(line, rng), rng), 0),
        (vary(line, rng), 0),
        (line, FOURTH_CENTS),
    )
    for kind, (notes, cents) in zip(PERFORMANCES, takes, strict=True):
        yield kind, _with_noise(render(notes, PIECE_SECONDS, instrument, cents), rng)


def others_around(seed: int, number: int, kind: Kind, instrument: str) -> Wave:
    """Return new music, as long as what a copy of the kind has around it."""
    count = math.ceil((kind.before_seconds + kind.after_seconds) / PIECE_SECONDS)
    numbers = range(100_000 + 100 * number, 100_000 + 100 * number + count)
    waves = (piece(seed, each, instrument) for each in numbers)
    return np.concatenate([np.zeros(0, np.float32), *waves])


def make_copy(wave: Wave, kind: Kind, other: Wave, rng: np.random.Generator) -> Wave:
    """Return a copy of a piece; `other` is music to put around it, as long as that needs."""
    start = rng.integers(1 + len(wave) - round(kind.seconds * RATE_HZ))
    kept = wave[start : start + round(kind.seconds * RATE_HZ)]
    if kind.speech_db is not None:
        kept = kept + speech_over(kept, kind.speech_db, rng)
    if kind.audio_filter != "anull" or kind.codec != ("wav",):
        kept = through_ffmpeg(kept, kind.audio_filter, kind.codec)
    before, after = (round(s * RATE_HZ) for s in (kind.before_seconds, kind.after_seconds))
    return np.concatenate([other[:before], kept, other[before : before + after]])


def speech_over(wave: Wave, level_db: float, rng: np.random.Generator) -> Wave:
    """Return espeak-ng's speech as long as the wave, at a level (dB) above the wave's."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "speech.wav"
        text = " ".join(rng.choice(WORDS, 400))
        voice = ["-v", str(rng.choice(VOICES)), "-s", str(rng.integers(130, 180))]
        subprocess.run(["espeak-ng", *voice, "-w", path, text], check=True)
        speech, _ = soundfile.read(path, dtype="float32", frames=len(wave))
    gain = 10 ** (level_db / 20) * np.std(wave) / np.std(speech)
    return np.asarray(gain * np.resize(speech, len(wave)), np.float32)


def through_ffmpeg(wave: Wave, audio_filter: str, codec: Sequence[str]) -> Wave:
    """Return a wave filtered, encoded (a suffix, an encoder and a bit rate) and decoded."""
    suffix, *encoder = codec
    options = ["-c:a", encoder[0], "-b:a", encoder[1]] if encoder else []
    quiet = [ffmpeg.find_ffmpeg(), "-nostdin", "-loglevel", "error", "-y", "-i"]
    with tempfile.TemporaryDirectory() as name:
        plain, coded, decoded = (Path(name) / file for file in ("in.wav", f"c.{suffix}", "out.wav"))
        soundfile.write(plain, wave, RATE_HZ, "FLOAT")
        subprocess.run([*quiet, plain, "-af", audio_filter, *options, coded], check=True)
        subprocess.run([*quiet, coded, "-ar", str(RATE_HZ), decoded], check=True)
        return soundfile.read(decoded, dtype="float32")[0]


def _with_noise(wave: Wave, rng: np.random.Generator) -> Wave:
    return wave + 1e-4 * rng.standard_normal(len(wave), np.float32)
