"""takht explain: its output and its exit codes."""

import sys

import pytest
import soundfile
import tone
from PIL import Image
from tone import RATE_HZ, music

from takht.cli.main import main


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with the model `best` and a recording of two segments, the tone in the second."""
    return tone.write(tmp_path_factory.mktemp("here"))


@pytest.fixture
def takht(here, monkeypatch, capsys):
    """Call `takht explain` in the folder; return exit code, stdout and stderr."""
    monkeypatch.chdir(here)
    monkeypatch.delenv("TAKHT_DEBUG", raising=False)

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["takht", "explain", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        code = ended.value.code
        if isinstance(code, str):
            return 1, printed.out, printed.err + code
        return int(code or 0), printed.out, printed.err

    return call


class TestCommand:
    @pytest.mark.slow
    def test_a_short_span_is_explained_twice_alike(self, takht, here):
        words = ("لحن.flac", "--from", "0:27", "--to", "0:30", "--composer", "نغمة")
        code, out, _ = takht(*words, "-o", "new/a.png")
        assert code == 0
        assert out.splitlines()[-1] == "picture: new/a.png"
        assert takht(*words, "-o", "b.png", "--json")[0] == 0
        with Image.open(here / "b.png") as picture:
            assert picture.size == (1300, 728)
        assert (here / "new/a.png").read_bytes() == (here / "b.png").read_bytes()

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            (["gone.wav"], "error: gone.wav: no such file or folder; fix the path"),
            (["models"], "error: models: is a folder; name one recording"),
            (["bad.mp3"], "error: bad.mp3: unreadable, "),
            (["short.wav"], "error: short.wav: lasts 2.00 s, less than one window (5.02 s)"),
            (
                ["لحن.flac", "-o", "x.jpg"],
                "error: x.jpg: is written as PNG; choose a name that ends in",
            ),
            (["لحن.flac", "-o", "models/best/model.json/x.png"], "cannot be written, "),
            (["لحن.flac", "--from", "9:00"], "error: --from and --to: a span of the recording's"),
            (["لحن.flac", "--from", "soon"], "error: --from: a time, got 'soon'; write 90"),
            (
                ["لحن.flac", "--composer", "bird"],
                "error: --composer: the model does not know 'bird'",
            ),
            (["لحن.flac", "--model", "bets"], "error: models/bets: no model.json"),
        ],
    )
    def test_what_cannot_be_explained_is_one_line_and_an_exit_code(
        self, takht, here, words, message
    ):
        (here / "bad.mp3").write_bytes(b"no music")
        soundfile.write(here / "short.wav", music(2.0, 1), RATE_HZ)
        code, out, err = takht(*words)
        assert (code, out) == (2 if "error: --" in message else 1, "")
        assert message in err
        assert sum(line.startswith("error: ") for line in err.splitlines()) == 1
        assert not (here / "explanation.png").exists()

    @pytest.mark.parametrize("words", [[], ["a.wav", "b.wav"], ["a.wav", "--form", "1"]])
    def test_mistakes_on_the_command_line_end_with_2(self, takht, words):
        assert takht(*words)[0] == 2
