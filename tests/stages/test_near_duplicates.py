"""Planted copies are found, all of them and nothing else, and no split sets them apart."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest
import soundfile
from melodies import RATE_HZ, melody, sustained, through_ffmpeg

import near_duplicates
import split
from takht.core import tables

PARAMS = near_duplicates.NearDuplicates(min_seconds=7.5)
CUT = "atrim=start=3.3,asetpts=PTS-STARTPTS"
COPIES = {  # copy: original, filter, codec, offset in seconds
    "a/copy-mp3": ("a/0", "anull", "mp3", 0.0),
    "a/copy-ogg": ("a/1", "anull", "ogg", 0.0),
    "a/copy-gain": ("a/2", "volume=-14dB", "wav", 0.0),
    "b/copy-cut": ("b/0", CUT, "wav", -3.3),
    "b/copy-faster": ("b/1", "atempo=1.02", "wav", 0.0),
    "b/copy-slower": ("b/2", "atempo=0.98", "wav", 0.0),
    "c/copy-all": ("c/0", f"{CUT},volume=-9dB", "mp3", -3.3),
    "c/copy-all-faster": ("c/1", f"{CUT},volume=-9dB,atempo=1.02", "ogg", -3.3 / 1.02),
    "c/copy-of-another": ("a/3", "volume=3dB", "ogg", 0.0),
}


def write_segments(folder, recording, wave):
    (folder / recording).mkdir(parents=True)
    for number, start in enumerate(range(0, max(1, len(wave)), 15 * RATE_HZ)):
        piece = wave[start : start + 15 * RATE_HZ]
        soundfile.write(folder / recording / f"{number:04}.wav", piece, RATE_HZ, "PCM_16")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Segments of melodies on one instrument, their copies, silence and a blink of sound.

    Two more melodies share a phrase of five seconds, and one is played again, less evenly. The
    notes of composer d are long and steady.
    """
    root = tmp_path_factory.mktemp("corpus")
    waves = {
        f"{composer}/{number}": melody(10 * place + number, 18 + number)
        for place, composer in enumerate("abc")
        for number in range(5)
    }
    copies = {
        name: through_ffmpeg(waves[original], root, audio_filter=audio_filter, codec=codec)
        for name, (original, audio_filter, codec, _) in COPIES.items()
    }
    copies["b/copy-under-other-music"] = waves["b/3"] + 0.5 * melody(99, 21)
    copies["c/copy-within-a-longer-one"] = np.concatenate(
        [melody(97, 20), waves["c/3"][3 * RATE_HZ :], melody(98, 20)]
    )
    phrase = melody(90, 5)
    for number in (91, 92):
        waves[f"b/phrase-{number}"] = np.concatenate(
            [melody(number, number - 82), phrase, melody(number + 3, 8)]
        )
    waves["c/played-again"] = melody(22, 20, loose_seconds=0.02)
    for number in range(3):
        waves[f"d/{number}"] = sustained(number, 30)
    copies["d/copy-of-long-notes"] = through_ffmpeg(
        waves["d/0"], root, audio_filter=f"{CUT},volume=-9dB", codec="mp3"
    )
    odd = {"a/silence": np.zeros(9 * RATE_HZ), "b/silence": np.zeros(9 * RATE_HZ)}
    odd |= {"c/blink": waves["c/0"][:99], "c/sample": np.ones(1)}
    for recording, wave in (waves | copies | odd).items():
        write_segments(root / "segments", recording, wave)
    return root / "segments"


@pytest.fixture(scope="module")
def duplicates_csv(corpus):
    path = corpus.with_name("near_duplicates.csv")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TAKHT_WORKERS", "1")
        patch.setenv("TAKHT_STORE", str(corpus.with_name("store")))
        near_duplicates.near_duplicates(PARAMS, corpus, path)
    return path


@pytest.fixture(scope="module")
def catalogue_csv(corpus):
    names = sorted(path.parent.relative_to(corpus).as_posix() for path in corpus.rglob("0000.wav"))
    table = pd.DataFrame({"recording": names, "work": names})
    table["composer"] = table["label"] = table["recording"].str[0]
    table["file"] = table["recording"] + ".ogg"
    path = corpus.with_name("catalogue.csv")
    tables.write_table(table, path)
    return path


def sides(catalogue_csv, duplicates_csv, folder, seed):
    params = split.Split(
        validation_share=0.2, test_share=0.2, drop_small_composers=False, seed=seed
    )
    split.split(params, catalogue_csv, duplicates_csv, folder / "split.csv")
    return tables.read_table(folder / "split.csv").set_index("recording")["side"]


def test_all_copies_are_found_and_nothing_else(duplicates_csv):
    found = tables.read_table(duplicates_csv)
    expected = {tuple(sorted((name, original))) for name, (original, *_) in COPIES.items()}
    expected |= {("b/3", "b/copy-under-other-music"), ("c/3", "c/copy-within-a-longer-one")}
    expected |= {("d/0", "d/copy-of-long-notes")}
    pairs = list(zip(found["recording"], found["duplicate_of"], strict=True))
    assert set(pairs) == expected
    assert pairs == sorted(pairs)


def test_the_stretch_is_as_long_as_what_was_copied(duplicates_csv):
    numbers = ["seconds_alike", "start_seconds", "duplicate_start_seconds"]
    found = tables.read_table(duplicates_csv, dict.fromkeys(numbers, "float64"))
    rows = found.set_index(["recording", "duplicate_of"])[numbers]
    assert rows.loc[("b/0", "b/copy-cut")].tolist() == pytest.approx([14.7, 3.3, 0], abs=1.5)
    within = rows.loc[("c/3", "c/copy-within-a-longer-one")].tolist()
    assert within == pytest.approx([18, 3, 20], abs=1.5)


def test_copies_start_where_they_were_cut(duplicates_csv):
    numbers = dict.fromkeys(["start_seconds", "duplicate_start_seconds"], "float64")
    found = tables.read_table(duplicates_csv, numbers)
    offsets = found["duplicate_start_seconds"] - found["start_seconds"]
    offset_of = dict(zip(found["duplicate_of"], offsets, strict=True))
    for name, (original, *_, offset) in COPIES.items():
        if name in offset_of:  # the original comes first
            assert offset_of[name] == pytest.approx(offset, abs=0.3), (name, original)


def test_two_runs_write_the_same_bytes_with_any_number_of_workers(
    corpus, duplicates_csv, tmp_path, monkeypatch
):
    monkeypatch.setenv("TAKHT_WORKERS", "2")
    near_duplicates.near_duplicates(PARAMS, corpus, tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == duplicates_csv.read_bytes()


def test_a_recording_that_is_added_is_looked_up_and_the_result_is_that_of_one_run(
    corpus, duplicates_csv, tmp_path, capsys
):
    shutil.copytree(corpus, tmp_path / "segments")
    late = tmp_path / "segments/b/copy-cut"
    late.rename(tmp_path / "late")
    near_duplicates.near_duplicates(PARAMS, tmp_path / "segments", tmp_path / "found.csv")
    found = tables.read_table(tmp_path / "found.csv")
    assert "b/copy-cut" not in {*found["recording"], *found["duplicate_of"]}
    (tmp_path / "late").rename(late)
    capsys.readouterr()
    near_duplicates.near_duplicates(PARAMS, tmp_path / "segments", tmp_path / "found.csv")
    assert (tmp_path / "found.csv").read_bytes() == duplicates_csv.read_bytes()
    said = capsys.readouterr().err
    made, kept = map(int, re.search(r"align: (\d+) made, (\d+) kept", said).groups())
    assert 1 <= made <= 20 < 200 < kept  # the new recording has 16 candidates; few choose it
    few = "too little sound to find copies (fewer than 64 peaks): a/silence, b/silence, c/blink"
    assert f"{few} and 1 more\n" in said


def test_no_seed_sets_twins_apart_and_without_the_guard_some_do(
    catalogue_csv, duplicates_csv, tmp_path, capsys
):
    unguarded = tmp_path / "none.csv"
    tables.write_table(pd.DataFrame(columns=near_duplicates.COLUMNS), unguarded)
    apart = {"guarded": 0, "unguarded": 0}
    for seed in range(25):
        for kind, path in (("guarded", duplicates_csv), ("unguarded", unguarded)):
            side = sides(catalogue_csv, path, tmp_path, seed)
            apart[kind] += sum(side[name] != side[copy[0]] for name, copy in COPIES.items())
    assert apart["guarded"] == 0
    assert apart["unguarded"] > 25
    reported = capsys.readouterr().err
    for name, (original, *_) in COPIES.items():
        first, second = sorted((name, original))
        assert f"{first}.ogg and {second}.ogg: " in reported
    assert "warning: a/3.ogg and c/copy-of-another.ogg: " in reported


def test_only_silence_gives_an_empty_table(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    for name in ("a/x", "a/y"):
        write_segments(tmp_path / "segments", name, np.zeros(2000))
    near_duplicates.near_duplicates(PARAMS, tmp_path / "segments", tmp_path / "duplicates.csv")
    text = (tmp_path / "duplicates.csv").read_text(encoding="utf-8")
    assert text.splitlines() == [",".join(near_duplicates.COLUMNS)]
