"""takht explain: the map of a model that learnt one tone points to it; output and exit codes."""

import json
import re
import sys

import keras
import models
import numpy as np
import pytest
import soundfile
from PIL import Image

from takht.classifiers import networks
from takht.classifiers.discriminant_classifier import DiscriminantCard, DiscriminantClassifier
from takht.classifiers.network_classifier import NetworkCard, NetworkClassifier
from takht.cli.main import main
from takht.dataset.windows import limit_range
from takht.discriminants.shrinkage_lda import fit_discriminant
from takht.features.spectrograms.mel import log_mel
from takht.features.statistics.summary import GROUPS, summarize_segment
from takht.inference.explanation.explanation import Explanation, explain
from takht.inference.explanation.formats import format_json, format_text
from takht.inference.features import compute_as_stored
from takht.inference.recording_classifier import RecordingClassifier

RATE_HZ = models.RATE_HZ
TONE_HZ = 1500  # of the second composer, who is otherwise as noisy as the first
BAND = 5  # 1200 to 1800 Hz
TONE = 1  # the number of the composer
LESSONS = 12  # of 20 s, with the tone and without
SECONDS = 38.0  # two segments of 20 and 18 s
TONE_S = (27.0, 33.0)
TWO = {"composers": ("noise", "tone"), "labels": ("ضجيج", "نغمة")}


def music(seconds: float, seed: int, sounding: tuple[float, float] | None = None) -> np.ndarray:
    """Return noise whose level and colour drift, with a tone in a time of it."""
    rng = np.random.default_rng(seed)
    now = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    wave = np.concatenate([coloured(rng, len(part)) for part in np.array_split(now, seconds // 2)])
    if sounding:
        inside = (now >= sounding[0]) & (now < sounding[1])
        wave += inside * 0.1 * np.sin(2 * np.pi * TONE_HZ * now)
    return wave.astype(np.float32)


def coloured(rng: np.random.Generator, samples: int) -> np.ndarray:
    """Return noise with up to 8 dB more or less at twelve frequencies and in between."""
    spectrum = np.fft.rfft(rng.normal(0, 0.05, samples))
    place = np.linspace(0, 11, len(spectrum)) ** 0.5 * 11**0.5  # denser at low frequencies
    gain_db = np.interp(place, np.arange(12), rng.uniform(-8, 8, 12))
    return np.fft.irfft(spectrum * 10 ** (gain_db / 20), samples)


def lessons(features, seconds: float = 20.0) -> tuple[np.ndarray, np.ndarray]:
    """Return features of segments without and with a tone, and which is which."""
    windows, truth = [], []
    for seed in range(LESSONS):
        for number, sounding in enumerate((None, (0.0, seconds))):
            found = features(music(seconds, 10 * seed + number, sounding))
            windows.append(found)
            truth += [number] * len(found)
    return np.concatenate(windows), np.array(truth)


def learnt_discriminant() -> DiscriminantClassifier:
    """Return a discriminant that learnt the tone from window statistics of timbre."""
    windows, truth = lessons(lambda wave: summarize_segment(wave, RATE_HZ))
    count = GROUPS["timbre"]
    fitted = fit_discriminant(windows[:, :count].astype(np.float64), truth)
    card = {"frames": 1, "step_frames": 1, "bands": models.COUNT, "statistics": ("timbre",)}
    card |= {"features": models.SETTINGS["statistics"], **TWO}
    return DiscriminantClassifier(DiscriminantCard(**(models.CARD | card)), fitted)


def learnt_network() -> NetworkClassifier:
    """Return a network that learnt the tone from log-mel windows."""
    settings = models.SETTINGS["mel"]
    shape = {key: settings[key] for key in ("sample_rate_hz", "n_fft", "hop_samples", "bands")}

    def windows(wave: np.ndarray) -> np.ndarray:
        frames = log_mel(wave, **shape)
        cut = [frames[start : start + 108] for start in range(0, len(frames) - 107, 21)]
        return limit_range(np.stack(cut), "dB")

    inputs, truth = lessons(windows)
    mean, std = inputs.mean(axis=(0, 1)), inputs.std(axis=(0, 1))
    keras.utils.set_random_seed(5)
    net = networks.build_network(
        "mfcc_two_blocks", frames=108, bands=64, composers=2, width=0.125, seed=5
    )
    net.compile(keras.optimizers.Adam(0.001), "sparse_categorical_crossentropy")
    net.fit((inputs - mean) / std, truth, epochs=12, batch_size=16, verbose=0)
    card = {"frames": 108, "step_frames": 43, "bands": 64, "features": settings, **TWO}
    card |= {"network": "mfcc_two_blocks", "width": 0.125, "threads": 1}
    card |= {"mean": tuple(map(float, mean)), "std": tuple(map(float, std))}
    return NetworkClassifier(NetworkCard(**(models.CARD | card)), net)


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with the model `best` and a recording of two segments, the tone in the second."""
    here = tmp_path_factory.mktemp("here")
    (here / "models/best").mkdir(parents=True)
    learnt_discriminant().save(here / "models/best")
    soundfile.write(here / "لحن.flac", music(SECONDS, 77, TONE_S), RATE_HZ)
    return here


@pytest.fixture(scope="module")
def explained(here):
    return explain(RecordingClassifier(here / "models/best"), here / "لحن.flac", number=TONE)


def points_to_the_tone(found: Explanation) -> None:
    """Demand that band, times and cells of the tone count most, and that the check agrees."""
    assert found.composer.composer == "tone"
    assert int(found.whole_bands.argmax()) == BAND
    starts, ends = found.edges_seconds[:-1], found.edges_seconds[1:]
    overlap = np.minimum(ends, TONE_S[1]) - np.maximum(starts, TONE_S[0])
    inside, outside = found.cells[BAND, overlap > 1], found.cells[BAND, overlap < 0]
    assert inside.min() > 3 * np.abs(outside).max()
    assert np.unravel_index(found.cells.argmax(), found.cells.shape)[0] == BAND
    assert found.check.strongest_drop > 3 * abs(found.check.random_drop)
    # A tenth of the cells is more than the tone's: their drop is nearly that of the whole band.
    assert found.check.strongest_drop > 0.5 * found.whole_bands[BAND]


@pytest.mark.slow
class TestDiscriminant:
    def test_the_decisive_segment_is_that_with_the_tone(self, explained):
        assert explained.edges_seconds[[0, -1]].tolist() == [20, 38]
        assert len(explained.wave) == 18 * RATE_HZ

    def test_the_map_points_to_the_tone(self, explained):
        points_to_the_tone(explained)

    def test_log_odds_are_the_mean_of_the_spans_windows(self, here, explained):
        classifier = RecordingClassifier(here / "models/best")
        with classifier.open_recording(here / "لحن.flac") as sound:
            segment = sound.read(20 * RATE_HZ, 18 * RATE_HZ)
        windows = classifier.cut_windows(compute_as_stored(classifier.recipe, segment))
        odds = classifier.log_odds(windows, TONE)
        assert explained.log_odds == pytest.approx(odds.mean(), abs=1e-6)
        assert odds[3] > odds[0]  # the fourth window, from 26 s, hears the tone

    def test_a_span_over_two_segments_adds_up(self, here):
        classifier = RecordingClassifier(here / "models/best")
        found = explain(classifier, here / "لحن.flac", 17.0, 29.0, TONE)
        assert found.edges_seconds[[0, -1]].tolist() == [17, 29]
        assert 20.0 in found.edges_seconds
        assert found.cells.shape == (10, len(found.edges_seconds) - 1)
        assert len(found.wave) == 12 * RATE_HZ
        strongest = found.cells[BAND].argmax()
        assert found.edges_seconds[strongest] == 26  # the cell from 26 to 29 s
        before = np.abs(found.cells[:, found.edges_seconds[1:] <= 20])
        assert before.max() < 0.2 * found.cells.max()


@pytest.mark.slow  # TensorFlow
@pytest.mark.filterwarnings(
    # Keras 3.15 reads TensorFlow 2.21's variables in a way that numpy 2 means to end.
    "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"
)
def test_the_map_of_a_network_points_to_the_tone(here, tmp_path):
    learnt_network().save(tmp_path)
    points_to_the_tone(explain(RecordingClassifier(tmp_path), here / "لحن.flac", number=TONE))


@pytest.mark.slow
class TestFormats:
    def test_words_name_the_strongest_times_and_bands(self, explained):
        text = format_text(explained).replace("\u200e", "")
        assert re.search(r"لحن\.flac: \S+; explained for نغمة, probability \d\.\d\d", text)
        assert "00:20–00:38 of 00:38: log-odds of نغمة" in text
        lines = [re.split(r"  +", line.strip()) for line in text.splitlines()]
        band = next(line for line in lines if line[0] == "band")
        assert band[1] == "1200–1800 Hz"
        assert float(band[2]) == pytest.approx(explained.whole_bands[BAND], abs=0.005)
        both = next(line for line in lines if line[0] == "both")
        assert both[1].endswith(", 1200–1800 Hz")
        assert both[1][:5] in ("00:26", "00:29")

    def test_json_holds_every_cell(self, explained):
        found = json.loads(format_json(explained, {"experiment": "x"}, "e.png"))
        assert np.array(found["cells"]) == pytest.approx(explained.cells, abs=1e-4)
        assert [each["low_hz"] for each in found["bands"]][BAND] == 1200
        assert found["times"][0] == {
            "start_seconds": 20.0, "end_seconds": 23.0,
            "drop": pytest.approx(explained.times[0], abs=1e-4),
        }  # fmt: skip
        assert found["explained"]["label"] == "نغمة"
        assert len(found["recording"]["decision"]["candidates"]) == 2
        assert found["picture"] == "e.png"


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
    def test_what_cannot_be_explained_is_one_line_and_exit_code_1(
        self, takht, here, words, message
    ):
        (here / "bad.mp3").write_bytes(b"no music")
        soundfile.write(here / "short.wav", music(2.0, 1), RATE_HZ)
        code, out, err = takht(*words)
        assert (code, out) == (1, "")
        assert message in err
        assert sum(line.startswith("error: ") for line in err.splitlines()) == 1
        assert not (here / "explanation.png").exists()

    @pytest.mark.parametrize("words", [[], ["a.wav", "b.wav"], ["a.wav", "--form", "1"]])
    def test_mistakes_on_the_command_line_end_with_2(self, takht, words):
        assert takht(*words)[0] == 2
