"""Odd names and odd places: what a folder may hold besides files with ordinary names."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from odd_making import ACCEPTED, PASSED_OVER, Odd, encoded, odd, of, wav

_TIB = 2**40


def every() -> Iterator[Odd]:
    """Yield all of them."""
    yield from _names()
    yield from _refused_names()
    yield from _clutter()
    yield from _links()
    yield from _no_files()
    yield from _giants()
    yield from _copies()


def _names() -> Iterator[Odd]:
    arabic = "آه يا ليل، أُغنية"
    for kind, name in (
        ("names in Arabic, NFC and NFD", unicodedata.normalize("NFC", arabic)),
        ("names in Arabic, NFC and NFD", unicodedata.normalize("NFD", arabic + " ٢")),
        ("names in Arabic, NFC and NFD", "لیلی\u200cمجنون"),
        ("names with spaces, quotes, signs, emoji", "two  spaces and more"),
        ("names with spaces, quotes, signs, emoji", 'it\'s "quoted" `twice`'),
        ("names with spaces, quotes, signs, emoji", "🎵🪕"),
        ("names with spaces, quotes, signs, emoji", 'a,b;c|d&e"'),
        ("names with spaces, quotes, signs, emoji", "<b onmouseover=alert(1)>"),
        ("names with spaces, quotes, signs, emoji", "back\\slash"),
        ("names with spaces, quotes, signs, emoji", "*?[a-z]{x,y}"),
        ("names with spaces, quotes, signs, emoji", "=SUM(A1:A9)"),
        ("names with spaces, quotes, signs, emoji", "right-to-left \u202e3pm"),
        ("names that look like options or commands", "$(touch pwned)"),
        ("names that look like options or commands", "; touch pwned #"),
        ("names that look like options or commands", "-i"),
        ("names that look like options or commands", "--help"),
        ("names that look like options or commands", "%03d%n%s"),
        ("names that look like options or commands", "https:host:80"),
        ("names that look like options or commands", "concat:a.wav|b.wav"),
        ("names that look like options or commands", "~root"),
        ("names that look like options or commands", "${HOME}"),
        ("names that look like options or commands", "!!python"),
        ("names of 240 bytes and more", "n" * 240),
        ("names of 240 bytes and more", "ن" * 120),
    ):
        yield odd(kind, f"{name}.wav", ACCEPTED, wav())


def _refused_names() -> Iterator[Odd]:
    for name, verdict in (
        ("new\nline", "control character"),
        ("tab\there", "control character"),
        ("escape \x1b[2J", "control character"),
        ("line\u2028separator", "control character"),
        (os.fsdecode(b"not utf-8 \xe9\xff"), "not UTF-8"),
        (" leading space", "begins or ends with a space"),
        ("trailing space ", "begins or ends with a space"),
        ("settings.json", "reserved for the pipeline"),
        ("index.csv", "reserved for the pipeline"),
    ):
        yield odd("rejected names", f"{name}.wav", verdict, wav())
    for name in ("n" * 251, "ن" * 125 + "n"):
        yield odd("names of 240 bytes and more", f"{name}.wav", "too long, 251 bytes", wav())
    spellings = {unicodedata.normalize(form, "آل") for form in ("NFC", "NFD")}
    for name in spellings:
        yield odd("rejected names", f"{name}.wav", "has the same name as", wav())


def _clutter() -> Iterator[Odd]:
    names = (".hidden.wav", "._song.mp3", "Thumbs.db", "desktop.ini", ".DS_Store", ".nomedia")
    for name in names:
        yield odd("hidden files, ._ files, Thumbs.db", name, PASSED_OVER, wav())
    for folder in (".Trash-1000", "__MACOSX"):
        yield Odd("hidden files, ._ files, Thumbs.db", folder, PASSED_OVER, _folder_with_a_song)


def _folder_with_a_song(path: Path) -> None:
    path.mkdir()
    of(wav())(path / "song.wav")


def _links() -> Iterator[Odd]:
    kind = "symbolic links to outside, to nothing, in circles"
    for file, target, verdict in (
        ("odd/loop.wav", "loop.wav", "leads nowhere"),
        ("odd/dangling.wav", "gone.wav", "leads nowhere"),
        ("odd/passwords.wav", "/etc/passwd", "leads out of the corpus"),
        ("odd/climbs.wav", "../" * 20 + "etc/hostname", "leads out of the corpus"),
        ("odd/endless.wav", "/dev/zero", "leads out of the corpus"),
        ("odd/up.wav", "..", "is a folder"),
        ("everything", "/", "leads back to the corpus"),
        ("myself", ".", "leads back to the corpus"),
        ("elsewhere", "/etc", "leads out of the corpus"),
        ("circle", "circle", "leads nowhere"),
    ):
        yield Odd(kind, file, verdict, lambda path, to=target: path.symlink_to(to))  # type: ignore[misc]
    yield odd("links within the corpus", "z original.wav", ACCEPTED, wav())
    yield Odd(
        "links within the corpus",
        "odd/zz link.wav",
        "same audio as odd/z original.wav",
        lambda path: path.symlink_to("z original.wav"),
    )


def _no_files() -> Iterator[Odd]:
    kind = "pipes, folders named .mp3, loose and unreadable files"
    yield Odd(kind, "odd/pipe.mp3", "is a device or pipe", os.mkfifo)
    yield Odd(kind, "odd/folder.mp3", "is a folder", Path.mkdir)
    yield Odd(kind, "empty composer", "holds no recording", Path.mkdir)
    yield Odd(kind, "loose.wav", "is outside", of(wav()))
    yield Odd(kind, "odd/album/deep.wav", ACCEPTED, _in_a_folder)
    yield Odd(kind, "odd/closed.mp3", "unreadable|cannot be read", _closed)


def _in_a_folder(path: Path) -> None:
    path.parent.mkdir()
    of(wav())(path)


def _closed(path: Path) -> None:
    path.write_bytes(b"nothing")  # no sound either: root, who may run this, is refused no file
    path.chmod(0)


def _giants() -> Iterator[Odd]:
    kind = "huge sparse files"
    rf64 = wav(kind="RF64", rate_hz=8000)("giant")
    for file, start, size, verdict in (
        ("giant.mp3", b"", _TIB, "is too large, 1024 GiB"),
        ("giant wav.wav", rf64, _TIB, "is too large, 1024 GiB"),
        ("song and giant.mp3", encoded("giant", "mp3"), _TIB, "is too large"),
        ("1 GiB of zeros.mp3", b"", 2**30, "unreadable"),
        ("2 GiB of silence.wav", _claiming(2**31), 2**31, "is longer than 24 hours"),
        ("1 GiB of text.mp3", b"#EXTM3U\n", 2**30, "unreadable"),
        ("song and 30 MiB.mp3", encoded("giants", "mp3"), 30 * 2**20, ACCEPTED),
    ):
        yield Odd(kind, f"odd/{file}", verdict, lambda path, s=start, n=size: _sparse(path, s, n))  # type: ignore[misc]


def _claiming(size: int) -> bytes:
    rf64 = bytearray(wav(kind="RF64", rate_hz=8000)("giant"))
    rf64[20:36] = (size - 8).to_bytes(8, "little") + (size - 104).to_bytes(8, "little")
    return bytes(rf64)


def _sparse(path: Path, start: bytes, size: int) -> None:
    with path.open("wb") as file:
        file.write(start)
        file.truncate(size)


def _copies() -> Iterator[Odd]:
    content = wav()("copied")
    yield odd("the same audio twice", "copy a.wav", ACCEPTED, content)
    yield odd("the same audio twice", "copy b.wav", "same audio as odd/copy a.wav", content)
    content = wav()("shared")
    other = "same audio under another composer"
    yield odd("the same audio twice", "shared.wav", other, content)
    yield Odd("the same audio twice", "plain/shared too.wav", other, of(lambda _: content))
