"""Render 87 pieces by ten composers from scores: `python corpora/make_scores.py FOLDER`.

The scores are those of PyPI's music21, whose corpus/license.txt says what they may be used for. The
soundfont's piano plays them all, so that no composer has a sound of their own; a piece draws its
transposition, tempo, reverb and gain. Needs music21, fluidsynth and Debian's FluidR3 soundfont.
"""

import importlib.util
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

from takht.errors import TakhtError
from takht.runtime.atomic import atomic_folder

SOUNDFONT = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
MOST_PIECES = 10  # of a composer
SCORES = {  # in music21's corpus; of files in which a group matches the same, one is taken
    "bach": r"bach/(bwv\d+)\.\d+\.mxl",
    "palestrina": r"palestrina/[^/]+\.krn",
    "monteverdi": r"monteverdi/(?!.*old)[^/]+\.mxl",
    "mozart": r"mozart/k\d+/movement\d\.mxl",
    "haydn": r"haydn/[^/]+/[^/]+\.mxl",
    "beethoven": r"beethoven/.+\.mxl",
    "josquin": r"josquin/[^/]+\.abc",
    "giovanni": r"trecento/PMFC_06_Giovanni[^/]+",
    "schumann_robert": r"schumann_robert/.+\.(?:mxl|xml)",
    "schumann_clara": r"schumann_clara/.+\.(?:mxl|xml)",
}
CUT = re.compile(  # pieces that are long to render, and four whose repeats music21 rejects
    r"beethoven/(?!opus18no1_movement1$)|josquin/|giovanni/|schumann_"
    r"|mozart/k458_movement[12]$|haydn/opus74no1_movement[34]$"
)
LAST_MEASURE = 55  # of a piece that CUT matches; it is played without repeats, too


class Playing(NamedTuple):
    """How a piece is played."""

    semitones: int
    speed: float
    reverb: bool
    gain: float


def chosen(scores: list[Path], pattern: str) -> list[Path]:
    """Return up to ten of the scores that the pattern matches, drawn by their folder's name."""
    matches = {path: re.fullmatch(pattern, path.as_posix()) for path in sorted(scores)}
    pieces = {path: match.groups() or path for path, match in matches.items() if match}
    if not (order := list(pieces)):
        raise TakhtError(f"music21's corpus lacks {pattern}; use the version of the Makefile")
    _draws(order[0].parent.name).shuffle(order)
    first = {pieces[path]: path for path in reversed(order)}
    return sorted(first.values(), key=order.index)[:MOST_PIECES]


def piece_of(composer: str, score: Path) -> str:
    """Return a piece as `composer/name`, where a movement's name starts with the work's."""
    work = "" if score.parent.name in (composer, "trecento") else f"{score.parent.name}_"
    return f"{composer}/{work}" + score.stem.replace(" ", "_")


def playing(piece: str) -> Playing:
    """Draw how a piece is played, by its name."""
    draws = _draws(piece.replace("/", ""))
    semitones = draws.randint(-3, 3)
    draws.randrange(16)  # an instrument that never was; without it the next draws would change
    speed, reverb, gain = draws.uniform(0.85, 1.2), draws.random() < 0.5, draws.uniform(0.3, 0.7)
    return Playing(semitones, speed, reverb, gain)


def set_tempo(events: list[Any], speed: float) -> None:
    """Make every tempo among a MIDI track's events `speed` times as fast, in place."""
    for event in events:
        if event.type == 0x51:  # a tempo, in microseconds per quarter note
            event.data = int(int.from_bytes(event.data, "big") / speed).to_bytes(3, "big")


def count_endless(events: list[Any]) -> int:
    """Return how many notes of a MIDI track begin and never end."""
    sounding: Counter[tuple[int, int]] = Counter()
    for event in events:
        if event.isNoteOn():
            sounding[event.channel, event.pitch] += 1
        elif event.isNoteOff() and sounding[event.channel, event.pitch]:
            sounding[event.channel, event.pitch] -= 1
    return sounding.total()


def midi_of(music21: Any, score: Path, cut: bool, how: Playing) -> bytes:
    """Return a score as a MIDI file, without instruments and perhaps cut."""
    music = music21.converter.parse(str(score), forceSource=True)
    if isinstance(music, music21.stream.Opus):  # the voices of a piece in ABC notation
        music = music.mergeScores()
    if cut and any(part.hasMeasures() for part in music.parts):
        music = music.measures(0, LAST_MEASURE)
    marks = ("Repeat", "RepeatMark", "RepeatExpression", "RepeatBracket") if cut else ()
    unwanted = list(music.recurse().getElementsByClass([*marks, "Instrument"]))
    # Grace notes and chord symbols: music21 would end them before they begin, and so never.
    unwanted += [note for note in music.recurse().notes if not note.duration.quarterLength]
    for element in unwanted:
        element.activeSite.remove(element)
    file = music21.midi.translate.streamToMidiFile(music.transpose(how.semitones))
    for track in file.tracks:
        set_tempo(track.events, how.speed)
        if endless := count_endless(track.events):
            raise TakhtError(f"{endless} notes never end with music21 {music21.__version__}")
    return bytes(file.writestr())


def play(midi: bytes, how: Playing, wav: Path) -> None:
    """Play a MIDI file into a stereo WAV file at 22,050 Hz."""
    command = ["fluidsynth", "-niq", "-r", "22050", "-R", str(int(how.reverb)), "-C", "0"]
    with tempfile.NamedTemporaryFile(suffix=".mid") as file:
        Path(file.name).write_bytes(midi)
        command += ["-g", f"{how.gain:.3f}", "-F", str(wav), str(SOUNDFONT), file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not wav.is_file():  # it returns 0 when it cannot write
        raise TakhtError(f"fluidsynth: {' '.join(done.stderr.split())}")


def make(corpus: Path) -> None:
    """Render the whole corpus into a folder that is complete or absent."""
    music21 = tools()
    scores = Path(music21.__file__).with_name("corpus")
    files = [path.relative_to(scores) for path in scores.rglob("*.*")]
    with atomic_folder(corpus) as folder:
        for composer, score in [(c, s) for c in SCORES for s in chosen(files, SCORES[c])]:
            piece = piece_of(composer, score)
            sys.stderr.write(f"{piece}\n")
            (folder / composer).mkdir(exist_ok=True)
            try:
                midi = midi_of(music21, scores / score, bool(CUT.match(piece)), playing(piece))
                play(midi, playing(piece), folder / f"{piece}.wav")
            except (music21.exceptions21.Music21Exception, TakhtError) as error:
                raise TakhtError(f"{piece}: {error}; see disk and music21's version") from error


def tools() -> Any:
    """Return the module music21, if all that the corpus is made with is there."""
    if not (shutil.which("fluidsynth") and SOUNDFONT.is_file()):
        missing = f"fluidsynth or {SOUNDFONT}"
        raise TakhtError(f"{missing}: not found; `apt-get install fluidsynth fluid-soundfont-gm`")
    if importlib.util.find_spec("music21") is None:
        raise TakhtError("music21: not found; `pip install music21==10.5.1`")
    return importlib.import_module("music21")


def _draws(name: str) -> random.Random:
    return random.Random(zlib.crc32(name.encode()))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python corpora/make_scores.py FOLDER")
    try:
        make(Path(sys.argv[1]))
    except TakhtError as error:
        sys.exit(f"error: {error}")
