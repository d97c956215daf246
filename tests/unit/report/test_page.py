"""The page and what is beside it: names do no harm, sounds are as claimed, bytes are stable."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest
import results_on_file
import soundfile
import vl_convert
from results_on_file import EXPERIMENTS, HOSTILE, LABELS, RATE_HZ

from takht.errors import TakhtError
from takht.report.page import page, sounds, view
from takht.report.page.curve_charts import draw_curve
from takht.report.page.media import Media
from takht.report.page.sounds import Sound
from takht.text import collation


class Elements(HTMLParser):
    """All elements of a page: names, attributes, and the text within scripts."""

    def __init__(self, text):
        super().__init__()
        self.all, self.scripts, self.text = [], [], []
        self.in_script = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.all.append((tag, dict(attrs)))
        self.in_script = tag == "script"
        if self.in_script:
            self.scripts.append("")

    def handle_endtag(self, _tag):
        self.in_script = False

    def handle_data(self, data):
        if self.in_script:
            self.scripts[-1] += data
        self.text.append(data)

    def attributes(self, tag, name):
        return [
            attributes[name] for each, attributes in self.all if each == tag and name in attributes
        ]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("page")
    results_on_file.write(root)
    path = results_on_file.build(root)
    return root, path.read_text(encoding="utf-8")


def test_names_are_shown_and_never_become_elements(built):
    _, text = built
    assert HOSTILE not in text
    found = Elements(text)
    assert not [attributes for _, attributes in found.all if "onerror" in attributes]
    assert "b" not in {tag for tag, _ in found.all}  # of the recordings' names
    assert HOSTILE in found.text
    assert f"Generated in the manner of {HOSTILE}" in found.attributes("audio", "aria-label")
    assert [attributes.get("id") for tag, attributes in found.all if tag == "script"] == [
        *("charts", "predictions", None, None, None),
    ]


def test_the_charts_data_are_whole_in_the_page(built):
    found = Elements(built[1])
    specs = json.loads(found.scripts[0])
    assert {row["composer"] for row in specs["corpus"]["data"]["values"]} == set(LABELS.values())


def test_a_data_island_is_the_same_values_without_a_way_out():
    values = {"<!--": [HOSTILE, "]]>", "\u2028", 1.5, None, "موسيقى"]}
    text = page.embed_data(values)
    assert json.loads(text) == values
    assert not set("<>&\u2028") & set(text)
    with pytest.raises(ValueError, match="not JSON compliant"):
        page.embed_data(float("nan"))


@pytest.mark.parametrize("inner", ["</script>", "</SCRIPT x", "<!-- <script>", "<script>"])
def test_a_script_says_the_same_when_its_markup_is_escaped(inner):
    source = f'var x = "{inner}" < 3;'
    escaped = page.escape_script(source)
    assert not re.search(r"<(/?script|!--)", escaped, re.IGNORECASE)
    assert escaped.replace("\\x3C", "<") == source


def test_the_policy_names_the_pages_scripts_and_nothing_else(built):
    found = Elements(built[1])
    (policy,) = found.attributes("meta", "content")[:1]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("img-src", "media-src")} == {"'self'"}
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in found.scripts]
    assert rules["script-src"].split() == [f"'sha256-{each}'" for each in hashes[2:]]
    assert not {"connect-src", "frame-src"} & set(rules)  # default-src holds


def test_all_that_the_page_refers_to_is_beside_it_and_nothing_more(built):
    root, text = built
    found = Elements(text)
    sources = {source for tag in ("audio", "img") for source in found.attributes(tag, "src")}
    beside = {f"media/{path.name}" for path in (root / "reports/media").iterdir()}
    assert sources == beside
    links = set(found.attributes("a", "href"))
    ids = {attributes.get("id") for _, attributes in found.all}
    assert {link.removeprefix("#") for link in links} <= ids
    assert not [attributes for tag, attributes in found.all if tag in ("link", "iframe")]
    assert len(text.encode()) < 5_000_000


def test_the_table_of_recordings_has_every_prediction_of_every_experiment(built):
    root, text = built
    results = results_on_file.gather(root)
    data = json.loads(Elements(text).scripts[1])
    rows = sorted(r for r, _, side in results_on_file.recordings() if side == "test")
    assert set(data["predictions"]) == set(EXPERIMENTS)
    for each in results["experiments"]:
        shown = [(data["labels"][p][0], of) for p, of in data["predictions"][each["name"]]]
        said = {
            v["recording"]: (v["predicted"], round(v["probability"], 4)) for v in each["verdicts"]
        }
        assert shown == [said[recording] for recording in collation.sort_names(rows)]
    assert text.count('<tr data-actual="') == len(rows)


def test_rejected_files_and_near_duplicates_are_listed_part_by_part(built):
    text = " ".join(Elements(built[1]).text)
    for heading in ("Rejected files", "Near-duplicate pairs", "silent", "31.4", "1:05", "1:08"):
        assert heading in text
    assert 'lang="en">=cmd</bdi>/<wbr><bdi lang="en">&lt;b&gt;x.mp3</bdi>' in built[1]


def test_dvc_experiments_have_a_section_only_where_there_are_any(built):
    root, text = built
    assert 'id="experiments"' not in text
    results = results_on_file.gather(root)
    change = {"parameter": "aug.factor", "before": "1", "value": "3"}
    results["dvc_experiments"] = [
        {"name": "1234567890", "date": "2026-01-01", "changes": [], "scores": {"best": 0.5}},
        {"name": "wider", "date": "2026-01-02", "changes": [change], "scores": {"best": 0.75}},
    ]
    charts = view.build_charts(results)
    (root / "again").mkdir()
    media = Media(root / "again", root / "data/segments")
    context = view.build_context(results, charts, root / "data/generated", media) | {"pictures": {}}
    shown = page.render_page(results_on_file.ROOT / "report/page", context, charts)
    assert "<strong>0.750</strong>" in shown
    assert '<code>aug.factor</code>: <bdi lang="en">1</bdi> → <bdi lang="en">3</bdi>' in shown


def test_experiments_that_share_the_highest_score_are_counted(built, tmp_path):
    root, _ = built
    results = results_on_file.gather(root)
    for each in results["experiments"]:
        each["crossval"] = None
        each["metrics"]["macro_f1_recordings"] = 0.5
    charts, media = view.build_charts(results), Media(tmp_path, root / "data/segments")
    context = view.build_context(results, charts, root / "data/generated", media)
    template, pictures = results_on_file.ROOT / "report/page", {"pictures": {}}
    text = page.render_page(template, context | pictures, charts)
    assert f"</code> and {len(results['experiments']) - 1} more" in text


@pytest.mark.parametrize(
    ("commit", "said"),
    [
        (None, "These results are in no Git commit."),
        ({"commit": "12ab", "date": "2026-01-01", "changed": False}, "2026-01-01. Scale"),
        ({"commit": "12ab", "date": "2026-01-01", "changed": True}, "committed yet; the last ones"),
    ],
)
def test_the_page_says_which_commit_has_its_results(built, tmp_path, commit, said):
    root, _ = built
    results = results_on_file.gather(root) | {"commit": commit}
    charts, media = view.build_charts(results), Media(tmp_path, root / "data/segments")
    context = view.build_context(results, charts, root / "data/generated", media)
    text = page.render_page(
        results_on_file.ROOT / "report/page", context | {"pictures": {}}, charts
    )
    assert said in text


def test_what_cannot_be_seen_is_shown_escaped(built):
    root, _ = built
    results = results_on_file.gather(root)
    text = json.dumps(results, ensure_ascii=False).replace("عبد الوهاب", "\u202eevil")
    results = json.loads(text)
    charts = view.build_charts(results)
    (root / "hidden").mkdir()
    media = Media(root / "hidden", root / "data/segments")
    context = view.build_context(results, charts, root / "data/generated", media) | {"pictures": {}}
    shown = page.render_page(results_on_file.ROOT / "report/page", context, charts)
    assert "\u202e" not in shown
    assert "\\u202eevil" in shown


def test_every_picture_and_player_says_what_it_is_and_every_table_has_a_caption(built):
    found = Elements(built[1])
    assert all(attributes.get("alt") for tag, attributes in found.all if tag == "img")
    assert all(attributes.get("aria-label") for tag, attributes in found.all if tag == "audio")
    tags = [tag for tag, _ in found.all]
    assert tags.count("caption") == tags.count("table") > 5


def test_what_few_recordings_and_unknown_composers_say_is_shown(built):
    text = " ".join("".join(Elements(built[1]).text).split())
    assert "test recordings are too few to say anything" in text
    assert "0.610, 0.420, 0.330" in text


def test_arabic_names_are_marked_as_arabic(built):
    found = Elements(built[1])
    languages = {attributes.get("lang") for tag, attributes in found.all if tag == "bdi"}
    assert languages == {"ar", "en"}
    assert page.guess_language("عبد الوهاب") == "ar"
    assert page.guess_language("Umm Kulthum") == "en"


def test_without_checks_and_generation_the_page_says_how_to_run_them(tmp_path, built):
    results_on_file.write(tmp_path, checks=False, generation=False)
    text = results_on_file.build(tmp_path).read_text(encoding="utf-8")
    for pipeline, notes in (("checks", 2), ("generation", 1)):
        note = f"<code>dvc repro {pipeline}/dvc.yaml</code>, then the report again"
        assert text.count(note) == notes
        assert note not in built[1]


def test_without_any_experiment_there_is_still_a_page(tmp_path):
    results_on_file.write(tmp_path, checks=False, generation=False)
    for name in EXPERIMENTS:
        (tmp_path / f"metrics/{name}.json").unlink()
    text = results_on_file.build(tmp_path).read_text(encoding="utf-8")
    assert "No experiment has been measured" in text
    assert set(json.loads(Elements(text).scripts[0])) == {"corpus"}


def test_two_runs_write_the_same_bytes(built):
    root, _ = built
    before = {p: p.read_bytes() for p in (root / "reports").rglob("*") if p.is_file()}
    page.vega.cache_clear()
    results_on_file.build(root)
    assert {p: p.read_bytes() for p in (root / "reports").rglob("*") if p.is_file()} == before


def test_every_chart_is_a_specification_that_vega_lite_accepts(built):
    root, _ = built
    results = results_on_file.gather(root)
    charts = view.build_charts(results)
    assert set(charts) == {
        *("corpus", "accuracy_recordings", "macro_f1_recordings", "leak"),
        *("confusion-0", "confusion-1", "curve-1"),  # `plain` has one epoch
    }
    for spec in charts.values():
        drawn = json.loads(json.dumps(spec).replace('"container"', "300"))
        assert vl_convert.vegalite_to_vega(drawn)["marks"]


def test_a_curve_of_one_epoch_or_none_is_no_chart():
    epoch = {"epoch": 1.0, "accuracy": 0.5, "validation_accuracy": 0.4}
    assert draw_curve([]) is None
    assert draw_curve([epoch]) is None
    rows = draw_curve([epoch, epoch | {"epoch": 2.0, "accuracy": None}])["data"]["values"]
    assert [(row["epoch"], row["of"]) for row in rows] == [
        (1.0, "training"),
        (1.0, "validation"),
        (2.0, "validation"),
    ]


# Sounds


@pytest.fixture
def ramp(tmp_path):
    """A recording of 10 s and 4 s segments in which each sample is its own number."""
    folder = tmp_path / "a/b"
    folder.mkdir(parents=True)
    numbers = np.arange(14_000).astype(np.int16)
    soundfile.write(folder / "0000.wav", numbers[:10_000], 1000, "PCM_16")
    soundfile.write(folder / "0001.wav", numbers[10_000:], 1000, "PCM_16")
    return tmp_path


@pytest.mark.parametrize(
    ("segment", "at_seconds", "first", "last"),
    [
        (0, 5.0, 4000, 5999),  # around the moment
        (0, 0.2, 0, 1999),  # not before the segment
        (0, 9.9, 8000, 9999),  # nor after it
        (1, 12.0, 11_000, 12_999),  # times are the recording's
    ],
)
def test_a_moment_is_around_its_time_and_within_its_segment(ramp, segment, at_seconds, first, last):
    sound, start_seconds = sounds.cut_moment(ramp, "a/b", segment, at_seconds, 2.0)
    assert (sound.samples[0], sound.samples[-1]) == (first, last)
    assert start_seconds == first / 1000
    assert sound.seconds == 2.0


def test_a_short_segment_gives_all_it_has(ramp):
    sound, start_seconds = sounds.cut_moment(ramp, "a/b", 1, 13.0, 60.0)
    assert (len(sound.samples), start_seconds) == (4000, 10.0)
    assert sounds.cut_middle(ramp, "a/b", 2.0).samples[0] == 4000


def test_a_segment_that_is_not_there_is_named(ramp):
    with pytest.raises(TakhtError, match=r"a/b: segment 2 is asked for, it has 2"):
        sounds.cut_moment(ramp, "a/b", 2, 0.0, 1.0)


def test_an_mp3_keeps_pitch_level_and_length_and_equal_sounds_are_equal_bytes(tmp_path):
    wave = results_on_file.tone(440.0, 3.0)
    sound = Sound((wave * 32767).astype(np.int16), RATE_HZ)
    for name in ("one.mp3", "two.mp3"):
        sounds.write_mp3(sound, tmp_path / name)
    assert (tmp_path / "one.mp3").read_bytes() == (tmp_path / "two.mp3").read_bytes()
    decoded, rate_hz = soundfile.read(tmp_path / "one.mp3")
    assert rate_hz == RATE_HZ
    assert len(decoded) / rate_hz == pytest.approx(3.0, abs=0.1)
    middle = decoded[RATE_HZ : 2 * RATE_HZ]
    assert np.argmax(np.abs(np.fft.rfft(middle))) == 440  # bins of 1 Hz
    assert np.std(middle) == pytest.approx(np.std(wave), rel=0.02)


def test_numbers_are_written_as_people_read_them():
    assert (page.format_share(1 / 3), page.format_decimals(1234567.8, 0)) == ("0.333", "1,234,568")
