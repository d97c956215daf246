"""The report in a real browser: it draws, plays, fits, and everybody can use it."""

import re
import time

import pytest
import results_on_file
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from results_on_file import EXPERIMENTS, LABELS
from system_programs import find_program, require_library

pytestmark = pytest.mark.slow
READY = "document.documentElement.dataset.ready"
PHONE = {"width": 375, "height": 800}
DESKTOP = {"width": 1280, "height": 900}
TESTED = 2 * len(LABELS)  # recordings


def wait_until(page, expression, seconds=30):
    """Wait for a JavaScript expression; Playwright polls by `eval`, which the policy forbids."""
    end = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < end, expression
        page.wait_for_timeout(20)


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The page of all results, and that of a corpus without checks and generation."""
    whole, bare = (tmp_path_factory.mktemp(name) for name in ("whole", "bare"))
    results_on_file.write(whole)
    results_on_file.write(bare, checks=False, generation=False)
    return {"whole": results_on_file.build(whole), "bare": results_on_file.build(bare)}


@pytest.fixture(scope="module")
def browser():
    path = find_program("chromium", "chromium", "chromium-browser", "google-chrome")
    require_library("libatomic1", "libatomic.so.1")  # of Playwright's Node
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, pages):
    """Open a page; at the end nothing must have been logged, and nothing asked for elsewhere."""
    logged, asked, contexts = [], [], []

    def show(which="whole", viewport=DESKTOP, scheme="light"):
        context = browser.new_context(viewport=viewport, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: logged.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: logged.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(pages[which].as_uri())
        wait_until(page, READY)
        return page

    yield show
    for context in contexts:
        context.close()
    homes = tuple(path.parent.as_uri() + "/" for path in pages.values())
    assert logged == []
    assert asked
    assert [url for url in asked if not url.startswith(homes)] == []


def marks(page, chart, kind):
    """How many marks of a kind (symbol, rule, rect, line, text) a chart has drawn."""
    return page.locator(f'[data-drawn="{chart}"] .mark-{kind}.role-mark > *').count()


def test_every_chart_draws_as_many_marks_as_it_has_data(opened):
    page = opened()
    assert page.locator("[data-chart]").count() == page.locator("[data-chart] svg").count() == 6
    for score in ("accuracy_recordings", "macro_f1_recordings"):
        assert marks(page, score, "symbol") == len(EXPERIMENTS)
    assert marks(page, "accuracy_recordings", "rule") == len(EXPERIMENTS) + 1  # chance
    assert marks(page, "macro_f1_recordings", "rule") == len(EXPERIMENTS)
    assert marks(page, "leak", "symbol") == 2 * len(EXPERIMENTS)
    assert marks(page, "corpus", "rect") == 3 * len(LABELS)  # sides
    assert page.locator('[data-drawn="curve-1"] .mark-symbol.role-mark > *').count() == 2 * 4


def test_every_chart_has_the_pages_label_for_those_who_do_not_see_it(opened):
    page = opened()
    for chart in page.locator("[data-chart]").all():
        label = chart.get_attribute("aria-label")
        assert label.startswith(("Bars: ", "Dots ", "Two dots ", "Lines: ", "Matrix: "))
        assert page.get_by_role("img", name=label, exact=True).count() == 1


def test_dots_are_where_the_scores_are(opened):
    """`best` is always right, at 1, where the axis ends; `plain` half the time, in its middle."""
    page = opened()
    chart = page.locator('[data-drawn="accuracy_recordings"]')
    plain, best = (
        chart.locator(".mark-symbol.role-mark > *").nth(place).bounding_box() for place in (0, 1)
    )
    grid = [
        line.bounding_box()["x"]
        for line in chart.locator(".role-axis-grid line").all()
        if line.bounding_box()["height"] > 10
    ]
    left, right = min(grid), max(grid)
    assert best["x"] + best["width"] / 2 == pytest.approx(right, abs=1.5)
    assert plain["x"] + plain["width"] / 2 == pytest.approx((left + right) / 2, abs=1.5)


def test_choosing_an_experiment_shows_its_confusions(opened):
    page = opened()
    select = page.get_by_label("Confusions of")
    assert select.input_value() == "confusion-1"  # of `best`, the leader
    assert marks(page, "confusion-1", "text") == len(LABELS)  # a diagonal
    select.select_option("confusion-0")
    page.wait_for_selector('[data-drawn="confusion-0"]')
    assert marks(page, "confusion-0", "text") == 2 * len(LABELS)
    assert "plain" in page.locator("#matrix").get_attribute("aria-label")
    drawn = page.locator('[data-drawn="confusion-0"] .mark-text.role-mark > *').all_text_contents()
    assert sum(map(int, drawn)) == TESTED


def test_the_table_of_recordings_is_searched_and_sorted(opened):
    page = opened()
    table = page.locator("#recording-table")

    def shown(column):
        rows = table.locator("tbody tr").filter(visible=True).all()
        return [row.locator("th, td").nth(column).inner_text() for row in rows]

    assert shown(3) == ["right"] * TESTED  # `best` is always right
    page.get_by_role("combobox", name="Experiment").select_option("plain")
    assert sorted(shown(3)) == ["right"] * (TESTED // 2) + ["wrong"] * (TESTED // 2)
    page.get_by_role("button", name="right?").click()
    assert shown(3) == ["wrong"] * (TESTED // 2) + ["right"] * (TESTED // 2)
    page.get_by_role("button", name="right?").click()
    assert shown(3) == ["right"] * (TESTED // 2) + ["wrong"] * (TESTED // 2)
    assert (
        page.get_by_role("columnheader", name="right?").get_attribute("aria-sort") == "descending"
    )
    page.get_by_role("button", name="composer").click()
    assert shown(1) == sorted(shown(1))
    page.get_by_role("searchbox", name="Search").fill(
        "عَبد الوَهـاب wrong"
    )  # vowel signs and tatweel do not count
    assert page.locator("#recording-count").inner_text() == f"2 of {TESTED} recordings"
    assert all("عبد الوهاب" in (one, other) for one, other in zip(shown(1), shown(2), strict=True))


def test_names_are_drawn_as_text_whatever_they_hold(opened):
    page = opened()
    shown = page.locator('[data-drawn="corpus"] .role-axis-label text').all_text_contents()
    assert "عبد الوهاب" in shown
    assert any(text.startswith("</script><img") for text in shown)
    assert page.title().startswith("Takht")  # a name's handler would have set it


def test_every_player_loads_and_plays_and_stops_the_one_before(opened):
    page = opened()
    players = page.locator("audio")
    assert players.count() == TESTED + 3 * len(LABELS) + 2 * len(LABELS) + 1 + 1 + 1 + 3 + 3 + 2
    found = page.evaluate(
        """async () => {
          const loaded = [];
          for (const player of document.querySelectorAll("audio")) {
            player.muted = true;
            await player.play();
            const deadline = Date.now() + 10000;
            while (player.currentTime === 0 && Date.now() < deadline)
              await new Promise((done) => setTimeout(done, 10));
            loaded.push([player.readyState, player.duration, player.currentTime, player.error]);
          }
          return loaded;
        }"""
    )
    for ready, seconds, now, error in found:
        assert error is None
        assert ready >= 2
        assert 1.9 < seconds < 16
        assert now > 0
    playing = page.evaluate(
        "[...document.querySelectorAll('audio')].filter((a) => !a.paused).length"
    )
    assert playing <= 1  # one pauses the other


@pytest.mark.parametrize("which", ["whole", "bare"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_scrolls_sideways(opened, which, viewport):
    page = opened(which, viewport)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width == viewport["width"]
    page.evaluate("window.scrollTo(500, 0)")
    assert page.evaluate("window.scrollX") == 0
    for chart in page.locator("[data-chart] svg").all():
        box = chart.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= viewport["width"]


@pytest.mark.parametrize("which", ["whole", "bare"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_of_accessibility_is_seriously_broken(opened, which, scheme):
    page = opened(which, scheme=scheme)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    results = Axe().run(page).response
    serious = [v for v in results["violations"] if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in serious] == []
    assert len(results["passes"]) > 10


def test_dark_and_light_differ_in_page_and_charts_and_change_at_once(opened):
    def colours(page):
        body = page.evaluate("getComputedStyle(document.body).backgroundColor")
        label = page.locator('[data-drawn="corpus"] .role-axis-label text').first
        return body, label.evaluate("(text) => getComputedStyle(text).fill")

    page = opened(scheme="dark")
    dark = colours(page)
    page.emulate_media(color_scheme="light")
    light = colours(page)
    assert dark[0] != light[0]
    assert dark[1] != light[1]
    assert colours(opened(scheme="light")) == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_print_is_dark_on_white_and_nothing_is_cut_off(opened, scheme):
    """Printing lays the page out on paper, and no script hears of it: charts stay as drawn."""
    page = opened(scheme=scheme)
    page.emulate_media(media="print", color_scheme=scheme)
    page.evaluate("document.body.style.width = '680px'")  # A4 within its margins
    for part in ("h1", ".tiles dd", "td", '[data-drawn="corpus"] .role-axis-label text'):
        colours = page.locator(part).first.evaluate(
            "(one) => [getComputedStyle(one).color, getComputedStyle(one).fill]"
        )
        ink = colours[part.startswith("[")]
        assert max(map(int, re.findall(r"\d+", ink)[:3])) < 100, (part, ink)
    for part in page.locator("[data-chart] svg, table, img").filter(visible=True).all():
        box = part.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 680 + 1, part.evaluate(
            "(one) => one.outerHTML.slice(0, 99)"
        )
    assert page.locator("audio, nav").filter(visible=True).count() == 0
    overflow = "(one) => getComputedStyle(one).overflowY"
    assert {part.evaluate(overflow) for part in page.locator(".scroll").all()} == {"visible"}


def test_the_keyboard_reaches_everything_and_shows_where_it_is(opened):
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    reached, unmarked = set(), []
    for _ in range(600):
        page.keyboard.press("Tab")
        tag, source, outline = page.evaluate(
            """() => {
              const here = document.activeElement;
              return [here.tagName, here.getAttribute("src"), getComputedStyle(here).outlineStyle];
            }"""
        )
        if tag == "BODY":
            break
        reached.add((tag, source))
        if outline == "none":
            unmarked.append((tag, source))
    sources = {player.get_attribute("src") for player in page.locator("audio").all()}
    assert {source for tag, source in reached if tag == "AUDIO"} == sources
    assert {"SELECT", "SUMMARY"} <= {tag for tag, _ in reached}
    assert unmarked == []


def test_without_scripts_every_figure_is_in_a_table_and_sounds_play(browser, pages):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(pages["whole"].as_uri())
    scores = page.get_by_role("table", name="On 6 test recordings")
    assert (
        scores.get_by_role("row", name="best").inner_text().split("\t")[1] == "1.000 [0.800, 1.000]"
    )
    assert page.locator("audio").first.is_visible()
    context.close()


def test_the_policy_forbids_what_is_not_the_pages_own(browser, pages):
    context = browser.new_context()
    page = context.new_page()
    page.goto(pages["whole"].as_uri())
    wait_until(page, READY)
    refused = page.evaluate(
        """async () => {
          const refused = [];
          document.addEventListener("securitypolicyviolation", (event) => {
            refused.push(event.effectiveDirective);
          });
          const script = document.createElement("script");
          script.textContent = "document.title = 'taken over'";
          document.body.append(script);
          const image = new Image();
          image.src = "http://127.0.0.1:9/x.png";
          await fetch("http://127.0.0.1:9/").catch(() => 0);
          await new Promise((done) => setTimeout(done, 200));
          return refused;
        }"""
    )
    assert {"connect-src", "img-src"} <= set(refused)
    assert any(directive.startswith("script-src") for directive in refused)
    assert page.title() != "taken over"
    context.close()
