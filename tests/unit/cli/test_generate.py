"""takht generate, continue, morph and reconstruct: what they write, and how they refuse."""

import subprocess
import sys
from pathlib import Path

import generation_models as small
import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from takht.cli.main import app
from takht.errors import TakhtError
from takht.generation.codec import codec_folder
from takht.generation.prior import prior_folder

RATE_HZ = 22_050


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run `takht …` in an empty folder with small models; return its lines or its one error."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(codec_folder, "load_codec", lambda _folder: small.codec())
    prior = small.Forgetful(small.codec())
    monkeypatch.setattr(prior_folder, "load_prior", lambda *_: prior)

    def run(*words):
        done = CliRunner().invoke(app, words, catch_exceptions=True)
        if isinstance(done.exception, TakhtError):
            (line,) = str(done.exception).splitlines()
            return line
        assert done.exit_code == 0, done.output
        return done.stdout.splitlines()

    return run


def read(name):
    wave, rate_hz = soundfile.read(name, dtype="float32")
    assert rate_hz == RATE_HZ
    return wave


def test_a_piece_of_the_asked_length_is_written_and_named(run):
    assert run("generate", "--seconds", "3.5", "--composer", "أم كلثوم") == ["piece.wav"]
    wave = read("piece.wav")
    assert len(wave) == round(3.5 * RATE_HZ)
    assert 0.01 < np.abs(wave).max() <= 10 ** (-1 / 20) + 1e-4


def test_seed_and_composer_decide_the_piece_and_the_count_does_not(run):
    run("generate", "--seconds", "2", "--seed", "3", "-o", "a.wav")
    assert run("generate", "--seconds", "2", "--seed", "3", "--count", "2", "-o", "b.wav") == [
        "b-1.wav",
        "b-2.wav",
    ]
    run("generate", "--seconds", "2", "--seed", "4", "-o", "c.wav")
    np.testing.assert_array_equal(read("a.wav"), read("b-1.wav"))
    assert np.abs(read("a.wav") - read("b-2.wav")).max() > 0.01
    assert np.abs(read("a.wav") - read("c.wav")).max() > 0.01


def test_a_reconstruction_is_as_long_as_its_recording_and_scored(run):
    soundfile.write("عود.flac", np.repeat(small.melody(1, 3.0)[:, None], 2, axis=1), RATE_HZ)
    (line,) = run("reconstruct", "عود.flac")
    assert line.startswith("عود-reconstructed.wav: log-spectral distance ")
    assert len(read("عود-reconstructed.wav")) == pytest.approx(3 * RATE_HZ, abs=256)
    run("reconstruct", "عود.flac", "--seconds", "2", "-o", "short.wav")
    assert len(read("short.wav")) == pytest.approx(2 * RATE_HZ, abs=256)


def test_a_morph_lasts_as_long_as_the_shorter_recording(run):
    for number, seconds in ((1, 6.0), (2, 5.5)):
        soundfile.write(f"{number}.wav", small.melody(number, seconds), RATE_HZ)
    assert run("morph", "1.wav", "2.wav") == ["1-to-2.wav"]
    assert 5.3 * RATE_HZ < len(read("1-to-2.wav")) <= 5.5 * RATE_HZ


def test_a_recording_goes_on_for_as_long_as_asked(run):
    """What is heard of it is its last half minute: no noise of the ten seconds before."""
    noise = 0.1 * np.random.default_rng(1).standard_normal(10 * RATE_HZ)
    soundfile.write("سماعي.flac", np.concatenate([noise, small.melody(1, 30.0)]), RATE_HZ)
    assert run("continue", "سماعي.flac", "--seconds", "4") == ["سماعي-continued.wav"]
    wave = read("سماعي-continued.wav")
    assert len(wave) == pytest.approx(34 * RATE_HZ, abs=0.5 * RATE_HZ)
    high = np.abs(np.fft.rfft(wave[:RATE_HZ]))[6000:].std()  # noise is as strong above 6 kHz
    assert high < 0.1 * np.abs(np.fft.rfft(wave[:RATE_HZ]))[:3000].std()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            ["generate", "--composer", "nobody"],
            "the model does not know 'nobody'; choose one of qa",
        ),
        (["generate", "--seconds", "-3"], "--seconds: from 1 to 600, got -3"),
        (["generate", "--seconds", "nan"], "--seconds: from 1 to 600, got nan"),
        (["generate", "--count", "0"], "--count: from 1 to 1000, got 0"),
        (["generate", "--tempo", "20"], "--tempo: from 24 to 240, got 20.0"),
        (["generate", "--seed", "-1"], "--seed: from 0 to 4294967295, got -1"),
        (["generate", "-o", "folder"], "choose a name that ends in .wav"),
        (["generate", "-o", "text.txt/p.wav"], "cannot be written"),
        (["reconstruct", "absent.mp3"], "absent.mp3: no such file or folder; "),
        (["reconstruct", "text.txt"], "text.txt: unreadable, "),
        (["reconstruct", "blip.wav"], "blip.wav: lasts 0.50 s, less than 1 s"),
        (["morph", "blip.wav", "blip.wav", "--seconds", "0"], "--seconds: from 1 to 600, got 0"),
        (["morph", "absent.mp3", "text.txt"], "absent.mp3: no such file or folder; "),
        (["continue", "absent.mp3"], "absent.mp3: no such file or folder; "),
        (["continue", "short.wav"], "the recording has 2.0"),
        (["continue", "quiet.wav"], "quiet.wav: its last 30 s are silent; cut them off"),
        (["continue", "short.wav", "--seconds", "601"], "--seconds: from 1 to 600, got 601"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_and_leaves_nothing(run, words, reason):
    Path("text.txt").write_text("no music")
    soundfile.write("blip.wav", np.resize([0.1, -0.1], RATE_HZ // 2), RATE_HZ)
    soundfile.write("short.wav", small.melody(1, 2.0), RATE_HZ)
    quiet = np.concatenate([small.melody(1, 6.0), np.zeros(31 * RATE_HZ, np.float32)])
    soundfile.write("quiet.wav", quiet, RATE_HZ)
    before = sorted(Path().iterdir())
    assert reason in run(*words)
    assert sorted(Path().iterdir()) == before


@pytest.mark.parametrize(
    "command",
    [
        ["generate", "--seconds", "2"],
        ["morph", "a.wav", "a.wav"],
        ["continue", "a.wav"],
        ["reconstruct", "a.wav"],
    ],
)
def test_what_is_there_is_overwritten_with_force_only(run, command):
    soundfile.write("a.wav", small.melody(1, 6.0), RATE_HZ)
    Path("b.wav").write_text("mine")
    assert run(*command, "-o", "b.wav") == (
        "b.wav: is there already; choose another name with -o, or overwrite it with --force"
    )
    assert Path("b.wav").read_text() == "mine"
    run(*command, "-o", "b.wav", "--force")
    assert len(read("b.wav")) > RATE_HZ


@pytest.mark.parametrize("command", [["generate"], ["reconstruct", "x.mp3"]])
def test_without_models_one_line_says_how_to_get_them(tmp_path, command):
    done = subprocess.run(
        [sys.executable, "-c", "from takht.cli.main import main; main()", *command],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: models/codec")
    assert "dvc repro generation/dvc.yaml" in line


def test_generating_needs_no_tensorflow():
    code = (
        "import sys; from takht.cli.arguments import generation; "
        "from takht.generation.pieces import load, pieces; "
        "from takht.generation.sound import wav_files; "
        "print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"tensorflow", "keras", "sklearn", "librosa"} & set(done.stdout.split())
