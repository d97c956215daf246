"""Albums at any depth are a corpus; side files and systems' folders never cost a recording."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest
import soundfile

from catalogue import catalogue
from takht.audio.conversion import AudioSettings, ConvertSettings
from takht.core.tables import read_table
from takht.corpus.description import Catalogue, SmallComposers
from takht.corpus.scan import scan_corpus
from takht.corpus.validation import describe_names, describe_works
from takht.errors import TakhtError

JPG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")


def put(root, *files):
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(JPG)


def ids(root):
    return [each.recording for each in scan_corpus(root)[0]]


def sound(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    wave = np.random.default_rng(seed).uniform(-0.5, 0.5, 7 * 22_050)
    soundfile.write(path, wave, 22_050, format="WAV")


def run(root):
    params = Catalogue(on_unreadable="fail", min_seconds=6.0, silence_dbfs=-70.0)
    forms = (AudioSettings(sample_rate_hz=22_050), ConvertSettings(part_minutes=10.0))
    out = [root.parent / name for name in ("catalogue.csv", "rejected.csv")]
    catalogue(params, SmallComposers(drop=True), *forms, root, *out)
    return read_table(out[0])


def test_a_corpus_full_of_leftovers_gives_its_recordings_and_counts_the_rest(tmp_path, capsys):
    root = tmp_path / "raw"
    for number, composer in enumerate("ab"):
        sound(root / composer / "CD 1/song.wav", number)
        sound(root / composer / "CD 2/song.wav", number + 2)
        sound(root / composer / "no suffix", number + 4)
    stem = ("json", "lrc", "cue", "jpg", "log", "m3u", "txt", "pdf", "asd", "sfk", "wav.reapeaks")
    put(root, *(f"a/CD 1/song.{suffix}" for suffix in stem), "a/Scans/back .png", "cover.jpg")
    put(root, "@eaDir/x/S.jpg", "a/@eaDir/song.wav/META", "#recycle/b/song.wav", "lost+found/1.wav")
    put(root, "$RECYCLE.BIN/S-1/x.wav", ".Trash-1000/files/x.wav", "a/Icon\r", "FOUND.000/1.wav")
    put(root, "System Volume Information/x.wav", "__MACOSX/a/._song.wav", "@Recycle/x.wav")
    table = run(root)
    songs = [f"{c}/{place}" for c in "ab" for place in ("CD 1/song", "CD 2/song", "no suffix")]
    assert list(table["recording"]) == songs
    assert list(table["composer"]) == [*"aaabbb"]
    said = capsys.readouterr().err
    assert f"{len(stem)} files that neither are named as audio nor decode as such" in said
    assert "2 files not named as audio ignored" in said  # a bad name, and one outside
    assert "11 hidden or system files ignored" in said


def test_what_is_named_as_audio_and_is_none_still_has_its_verdict(tmp_path):
    root = tmp_path / "raw"
    for number, file in enumerate(("a/1.wav", "b/1.wav")):
        sound(root / file, number)
    put(root, "a/torn.rm", "a/torn.MP3")
    with pytest.raises(TakhtError) as caught:
        run(root)
    assert [line.partition(":")[0][-9:] for line in str(caught.value).splitlines()[:2]] == [
        "/torn.MP3",
        "a/torn.rm",
    ]


def test_ids_stay_unique_where_a_recording_is_called_as_a_folder_or_its_products(tmp_path):
    put(tmp_path, "a/Live.flac", "a/Live/01.mp3", "a/x.mp3", "a/x.npy/1.mp3", "a/1/2/3/4/5.mp3")
    expected = ["a/1/2/3/4/5", "a/Live.flac", "a/Live/01", "a/x.mp3", "a/x.npy/1"]
    assert ids(tmp_path) == expected


def test_an_album_has_one_spelling(tmp_path):
    nfd = unicodedata.normalize("NFD", "آهات")
    put(tmp_path, f"a/{nfd}/1.mp3")
    assert ids(tmp_path) == ["a/آهات/1"]


def test_shelves_and_a_spreadsheet_are_a_corpus(tmp_path, capsys):
    put(tmp_path, "shelf 1/001.wav", "shelf 1/002.wav", "shelf 2/003.wav", "loose.wav", "over.wav")
    put(tmp_path, "shelf 1/notes.docx", "shelf 1/cover.jpg")  # nobody expects a composer of these
    (tmp_path / "recordings.csv").write_text(
        "file,composer,work\n"
        "shelf 1\\001.wav,Umm Kulthum,W\n"
        "shelf 1/002.wav, Umm\u00a0Kulthum\u200f ,\n"
        "shelf 2/003.wav,A/B,\n"
        "loose.wav,umm kulthum,\n",
        encoding="utf-8",
    )
    found, rejected = scan_corpus(tmp_path)
    assert {each.file: each.composer for each in found if each.is_named_as_audio} == {
        "loose.wav": "Umm Kulthum",
        "shelf 1/001.wav": "Umm Kulthum",
        "shelf 1/002.wav": "Umm Kulthum",
        "shelf 2/003.wav": "A/B",
    }
    assert [each.file for each in rejected] == ["over.wav"]
    assert "names no composer for 1 of 5 files" in capsys.readouterr().err


def test_works_are_found_whatever_form_the_names_of_their_files_have(tmp_path):
    root = tmp_path / "raw"
    nfd = unicodedata.normalize("NFD", "آهات")
    for number, file in enumerate((f"a/{nfd}", "a/2", "b/1")):
        sound(root / f"{file}.wav", number)
    text = "file,work\na/آهات.wav,W\na/2.wav,W\n"
    (root / "recordings.csv").write_text(text, encoding="utf-8")
    table = run(root)
    assert dict(zip(table["recording"], table["work"], strict=True)) == {
        "a/آهات": "W",
        "a/2": "W",
        "b/1": "b/1",
    }


def test_links_that_may_hide_recordings_are_not_passed_over(tmp_path):
    put(tmp_path / "raw", "a/1.wav")
    put(tmp_path, "elsewhere/2.wav")
    (tmp_path / "raw/a/album").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "raw/a/Vol. 2").symlink_to(tmp_path / "unmounted")
    (tmp_path / "raw/a/cover.jpg").symlink_to(tmp_path / "gone.jpg")
    assert [each.file for each in scan_corpus(tmp_path / "raw")[1]] == ["a/Vol. 2", "a/album"]


def test_names_that_other_systems_cannot_hold_are_named():
    files = ["Umm/1.wav", "umm/1.wav", "CON/aux.wav", "x./a:b.wav", "x./plain.wav", "ok/com10.wav"]
    lines = "\n".join(describe_names(Path("raw"), files, ["Trad", "TRAD", "other"]))
    assert lines.splitlines() == [
        "raw/Umm, umm: names differ in case only, Windows and macOS keep only one of them; rename "
        "one before you copy the corpus there",
        "raw/CON, CON/aux.wav: Windows keeps this name for a device; rename before you copy the "
        "corpus there",
        "raw/x.: Windows drops a dot or space at the end; rename before you copy the corpus there",
        "raw/x./a:b.wav: Windows does not allow : in a name; rename before you copy the corpus "
        "there",
        "raw: labels TRAD and Trad look alike; give one composer one name, or tell two apart in "
        "composers.csv",
    ]


def test_spellings_of_one_arabic_name_and_works_of_many_composers_are_named():
    labels = ["اسمهان", "أسمهان", "القصبجي", "القصبجى", "فاطمة", "か", "が", "й", "и", "a", "ä"]
    found = describe_names(Path("raw"), [], labels)
    assert [line.count(" look alike; ") for line in found] == [1, 1]
    works = [("a", "إنت عمري"), ("b", "انت عُمري"), *((name, "تقاسيم") for name in "abcc")]
    spelling, shared = describe_works(Path("raw"), [*works, ("a", "two"), ("b", "two")])
    assert "works إنت عمري and انت عُمري differ in spelling only" in spelling
    assert "work تقاسيم is of 3 composers, and all its 4 recordings stay on one side" in shared
