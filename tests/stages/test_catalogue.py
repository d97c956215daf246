"""Every file of a hostile corpus has its verdict, in one error or in rejected.csv."""

import os
import unicodedata

import numpy as np
import pytest
import soundfile

from catalogue import catalogue
from takht.audio.conversion import AudioSettings, ConvertSettings
from takht.core.tables import read_table
from takht.corpus.description import Catalogue, SmallComposers
from takht.errors import TakhtError

RATE_HZ = 22_050
NFD_NAME = unicodedata.normalize("NFD", "آهات")
COLUMNS = [
    *("recording", "file", "composer", "label", "work", "seconds", "claimed_seconds"),
    *("sample_rate_hz", "channels", "codec", "decode_errors", "missing_seconds", "unread_bytes"),
    *("sha256", "audio_sha256", "peak_dbfs"),
]
NUMBERS = {"seconds": "float64", "decode_errors": "int64", "peak_dbfs": "float64"}


def noise(seed, seconds=7.0):
    return np.random.default_rng(seed).uniform(-0.5, 0.5, round(seconds * RATE_HZ))


def write(root, file, wave, **how):
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, wave, RATE_HZ, **how)


@pytest.fixture
def root(tmp_path, monkeypatch):
    monkeypatch.setenv("TAKHT_WORKERS", "1")
    root = tmp_path / "raw"
    write(root, "أم كلثوم/الأطلال.wav", noise(1))
    write(root, f"أم كلثوم/{NFD_NAME}.flac", noise(2))
    write(root, "NA/001.mp3", noise(3))
    write(root, "NA/1e5.ogg", noise(4))
    return root


def spoil(root):
    """Add one file of each bad kind; return the rule that each breaks, by file."""
    write(root, "NA/silent.wav", np.zeros(RATE_HZ * 7))
    antiphase = np.stack([noise(5), -noise(5)], axis=1)
    write(root, "NA/antiphase.wav", antiphase)
    write(root, "NA/short.flac", noise(6, 5.9))
    write(root, "NA/none.wav", np.zeros(0))
    broken = noise(7)
    broken[77] = np.nan
    write(root, "NA/nan.wav", broken, subtype="FLOAT")
    write(root, "NA/copy.wav", noise(8))
    write(root, "NA/copy2.flac", noise(8))
    soundfile.write(root / "NA/copy2.flac", soundfile.read(root / "NA/copy.wav")[0], RATE_HZ)
    write(root, "أم كلثوم/both.wav", noise(9))
    write(root, "NA/both too.wav", noise(9))
    write(root, "NA/twice.wav", noise(10))
    write(root, "NA/twice.mp3", noise(11))
    write(root, "settings.json/x.wav", noise(13))
    write(root, "NA/trailing .wav", noise(14))
    (root / "NA/empty.mp3").touch()
    (root / "NA/text.mp3").write_text("no music")
    (root / "NA/list.mp3").write_text("#EXTM3U\n#EXTINF:8,\n001.mp3\n#EXT-X-ENDLIST\n")
    (root / "NA/away.wav").symlink_to("/etc/passwd")
    os.mkfifo(root / "NA/pipe.wav")
    return {
        "NA/silent.wav": "is silent",
        "NA/antiphase.wav": "is silent, its mono mix",
        "NA/short.flac": "is too short, 5.90 s",
        "NA/none.wav": "is empty, 0 s",
        "NA/nan.wav": "NaN or infinite",
        "NA/copy2.flac": "same audio as NA/copy.wav",
        "أم كلثوم/both.wav": "under another composer, NA/both too.wav",
        "NA/both too.wav": "under another composer, أم كلثوم/both.wav",
        "NA/twice.wav": "has the same name as NA/twice.mp3",
        "NA/twice.mp3": "has the same name as NA/twice.wav",
        "settings.json/x.wav": "reserved for the pipeline",
        "NA/trailing .wav": "begins or ends with a space",
        "NA/empty.mp3": "is empty, 0 bytes",
        "NA/text.mp3": "unreadable",
        "NA/list.mp3": "unreadable",
        "NA/away.wav": "leads out of the corpus",
        "NA/pipe.wav": "device or pipe",
    }


def run(root, on_unreadable="fail", drop=True):
    params = Catalogue(on_unreadable=on_unreadable, min_seconds=6.0, silence_dbfs=-70.0)
    small = SmallComposers(drop=drop)
    forms = (AudioSettings(sample_rate_hz=22_050), ConvertSettings(part_minutes=10.0))
    catalogue(
        params, small, *forms, root, root.parent / "catalogue.csv", root.parent / "rejected.csv"
    )
    return read_table(root.parent / "catalogue.csv", NUMBERS)


def test_a_good_corpus_is_described_in_order(root):
    table = run(root)
    assert list(table.columns) == COLUMNS
    assert list(table["recording"]) == ["NA/001", "NA/1e5", "أم كلثوم/آهات", "أم كلثوم/الأطلال"]
    assert list(table["composer"]) == list(table["label"]) == ["NA", "NA", "أم كلثوم", "أم كلثوم"]
    assert list(table["work"]) == list(table["recording"])
    assert list(table["codec"]) == ["mp3", "vorbis", "flac", "pcm_16"]
    assert table["seconds"].to_numpy() == pytest.approx([7, 7, 7, 7], abs=0.1)
    assert (root / table["file"][2]).exists()
    assert not table["decode_errors"].any()
    # Uniform noise reaches its limit of 0.5; lossy codecs change its peaks by some dB.
    assert table["peak_dbfs"].to_numpy() == pytest.approx([-6.02] * 4, abs=8)
    assert table["peak_dbfs"][2:].to_numpy() == pytest.approx([-6.02] * 2, abs=0.01)
    assert (root.parent / "rejected.csv").read_text() == "file,reason\n"


def test_fail_lists_every_case_in_one_error_and_writes_nothing(root):
    expected = spoil(root)
    with pytest.raises(TakhtError) as caught:
        run(root)
    *lines, last = str(caught.value).splitlines()
    assert len(lines) == len(expected)
    for file, rule in expected.items():
        (line,) = [line for line in lines if line.startswith(f"{root}/{file}: ")]
        assert rule in line
        assert "; " in line
    assert "17 cannot be used" in last
    assert "on_unreadable" in last
    assert not (root.parent / "catalogue.csv").exists()


def test_skip_goes_on_and_names_every_case(root, capsys):
    clean = run(root)
    expected = spoil(root)
    capsys.readouterr()
    table = run(root, "skip")
    said = capsys.readouterr().err
    assert all(f"warning: {root}/{file}: " in said for file in expected)
    assert list(table["recording"]) == ["NA/001", "NA/1e5", "NA/copy", *clean["recording"][2:]]
    rejected = read_table(root.parent / "rejected.csv")
    assert list(rejected["file"]) == sorted(expected)
    for file, reason in zip(rejected["file"], rejected["reason"], strict=True):
        assert expected[file] in reason


def test_too_few_composers_are_said_before_and_after_decoding(root):
    for name in ("001.mp3", "1e5.ogg"):
        (root / "NA" / name).write_text("no music")
    with pytest.raises(TakhtError, match="at least two composers are needed, found 1"):
        run(root, "skip")
    for name in ("001.mp3", "1e5.ogg"):
        (root / "NA" / name).unlink()
    (root / "NA").rmdir()
    with pytest.raises(TakhtError, match="at least two composers are needed, found 1"):
        run(root)


def test_composers_with_too_few_works_are_all_named_before_any_long_work(root):
    with pytest.raises(TakhtError) as caught:
        run(root, drop=False)
    first, second = str(caught.value).splitlines()
    assert first.startswith(f"{root}/NA: a composer needs at least 3 recordings of different works")
    assert "got 2; add recordings, or set split.drop_small_composers: true" in second
    assert not (root.parent / "catalogue.csv").exists()
    for composer in ("NA", "أم كلثوم"):
        write(root, f"{composer}/third.wav", noise(composer.encode()[0]))
    assert len(run(root, drop=False)) == 6
    (root / "recordings.csv").write_text("file,work\nNA/001.mp3,W\nNA/third.wav,W\n")
    with pytest.raises(TakhtError, match=r"NA: a composer needs .* got 2;"):
        run(root, drop=False)


def test_peaks_above_full_scale_are_said(root, capsys):
    write(root, "NA/loud.wav", np.clip(noise(5) * 3, -1.5, 1.5), subtype="FLOAT")
    table = run(root).set_index("recording")
    assert table["peak_dbfs"]["NA/loud"] == pytest.approx(3.52, abs=0.01)
    said = [line for line in capsys.readouterr().err.splitlines() if "full scale" in line]
    (line,) = [line for line in said if line.startswith(f"warning: {root}/NA/loud.wav: ")]
    assert "its mono mix peaks 3.5 dB above full scale" in line
    assert len(said) == (table["peak_dbfs"] > 0).sum()


def test_labels_and_works_come_from_their_tables(root):
    (root / "composers.csv").write_text("folder,label\nNA,نجاة علي\n", encoding="utf-8")
    (root / "recordings.csv").write_text("file,work\nأم كلثوم/آهات.flac,W\n", encoding="utf-8")
    table = run(root)
    assert list(table["label"]) == ["نجاة علي", "نجاة علي", "أم كلثوم", "أم كلثوم"]
    assert list(table["work"]) == ["NA/001", "NA/1e5", "W", "أم كلثوم/الأطلال"]
    (root / "recordings.csv").write_text("file,work\nNA/ghost.mp3,W\n")
    with pytest.raises(TakhtError, match=r"row 2: file 'NA/ghost\.mp3' is not in the corpus"):
        run(root, "skip")


@pytest.mark.slow
def test_of_copies_the_one_with_a_work_is_kept(root):
    write(root, "NA/z.wav", noise(8))
    write(root, "NA/copy of z.wav", noise(8))
    (root / "recordings.csv").write_text("file,work\nNA/z.wav,z\nNA/001.mp3,z\n")
    table = run(root, on_unreadable="skip").set_index("recording")
    assert "NA/copy of z" not in table.index
    assert table["work"][["NA/z", "NA/001"]].tolist() == ["z", "z"]


def test_workers_change_no_byte(root, monkeypatch):
    spoil(root)
    outputs = []
    for workers in ("1", "2"):
        monkeypatch.setenv("TAKHT_WORKERS", workers)
        run(root, "skip")
        names = ("catalogue.csv", "rejected.csv")
        outputs.append([(root.parent / name).read_bytes() for name in names])
    assert outputs[0] == outputs[1]
