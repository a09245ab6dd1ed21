"""The page in a real browser: found, read, stepped through, shared, and harmless whatever the queries say."""

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from viewing import HOSTILE, PLAIN, appended, deliberated, renamed, two_runs

from aidsafe.orchestration.run import Run
from aidsafe.viewer.saving import write_page
from aidsafe.viewer.serving import served

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
Tab = Callable[..., "Page"]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A run of plain and hostile queries, with one whose deliberation is known; and another of plain ones."""
    return two_runs(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def address(runs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page over both runs."""
    with served(runs, cache=tmp_path_factory.mktemp("cache")) as at:
        yield at


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """A browser."""
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


@pytest.fixture
def tab(chromium: "Browser", address: str) -> Iterator[Tab]:
    """Opens tabs; afterwards none of them may have complained, or asked anyone but the page's own server."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    hosts: set[str] = set()

    def open_at(where: str = "", *, width: int = 1280, dark: bool = False) -> "Page":
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
        page.goto(where if "://" in where else address + where)
        page.wait_for_selector("#rows tbody tr, .card")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert [] == complaints
    assert hosts <= {urlsplit(address).netloc, ""}


def test_the_first_view_shows_numbers_bars_and_queries(tab: Tab) -> None:
    """One run's overview: totals, endings, decisions, rounds, and every query under them."""
    page = tab("#/?run=1")

    playwright.expect(page.locator("#rows tbody tr")).to_have_count(len(PLAIN))
    playwright.expect(page.locator("h1")).to_have_text("Runs side by side")
    playwright.expect(page.locator(".compared")).to_contain_text("How deliberations ended")
    playwright.expect(page.locator("#found")).to_have_text("6 queries of second")


def test_the_notice_of_a_scripted_run_is_always_there(tab: Tab) -> None:
    """On the list and on a query's page."""
    for where in ("", "#/q/0/q99"):
        playwright.expect(tab(where).locator(".notice summary")).to_have_text("Scripted stand-in, no language model")


def test_words_are_searched_as_they_are_typed(tab: Tab) -> None:
    """The list narrows, the words are marked, and the address keeps the question."""
    page = tab("#/?run=1")
    page.locator("#by-text").press_sequentially("python proc")

    playwright.expect(page.locator("#rows tbody tr")).to_have_count(1)
    playwright.expect(page.locator("#rows mark").first).to_have_text("Python")
    playwright.expect(page).to_have_url(re.compile("text=python"))
    page.get_by_role("button", name="Clear").click()
    playwright.expect(page.locator("#rows tbody tr")).to_have_count(len(PLAIN))


def test_a_bar_of_the_overview_is_a_filter(tab: Tab) -> None:
    """Pressing a decision shows the queries decided so; pressing it again shows all."""
    page = tab("#/?run=1")
    bar = (
        page.locator(".compared tr", has=page.get_by_role("rowheader", name="comply", exact=True))
        .locator("button")
        .nth(1)
    )
    count = int(bar.locator("span").nth(1).inner_text().split()[0])
    bar.click()

    playwright.expect(page.locator("#rows tbody tr")).to_have_count(count)
    playwright.expect(page.locator("#by-decision")).to_have_value("comply")
    playwright.expect(bar).to_have_attribute("aria-pressed", "true")


def test_filters_narrow_the_list(tab: Tab) -> None:
    """A filter that fits nothing says so."""
    page = tab()
    page.locator("#by-state").select_option("failed")

    playwright.expect(page.locator("#rows")).to_have_text("No query is like that.")


def test_a_column_sorts_the_list(tab: Tab) -> None:
    """Largest first, then smallest first; the header says which."""
    page = tab("#/?run=1")
    page.get_by_role("button", name="Words").click()
    playwright.expect(page.locator("th.c-words")).to_have_attribute("aria-sort", "descending")
    falling = [int(text) for text in page.locator("td.c-words").all_inner_texts()]
    page.get_by_role("button", name="Words").click()
    playwright.expect(page.locator("th.c-words")).to_have_attribute("aria-sort", "ascending")

    assert sorted(falling, reverse=True) == falling
    assert falling[::-1] == [int(text) for text in page.locator("td.c-words").all_inner_texts()]


def test_a_line_leads_to_the_deliberation(tab: Tab) -> None:
    """A lane for each seat, a card for each turn, and the way back."""
    page = tab()
    page.locator("#rows a", has_text="How do I keep a knife safe?").click()

    playwright.expect(page.locator(".card.object")).to_have_count(3)
    playwright.expect(page.locator(".card.agree")).to_have_count(1)
    playwright.expect(page.locator(".label.seat b")).to_have_text(["critic", "expander", "policy_aligner"])
    page.get_by_role("link", name="All queries").click()
    playwright.expect(page.locator("#rows")).to_be_visible()


def test_the_slider_shows_how_the_chain_grew(tab: Tab) -> None:
    """At each event the chain is as it then was, with what the event did."""
    page = tab("#/q/0/q99/2")
    thoughts = page.locator("#chain .thought")
    playwright.expect(thoughts).to_have_text(["A blunt knife slips.", "A whetstone restores the edge."])
    page.get_by_role("button", name="Event after").click()
    playwright.expect(page.locator("#chain .line.added .thought")).to_have_text("Stand back.")
    page.locator("#at").focus()
    page.keyboard.press("ArrowRight")
    playwright.expect(page.locator("#chain .line.revised .thought")).to_have_text("A blunt knife often slips.")
    page.keyboard.press("End")
    playwright.expect(page.locator("#chain h2")).to_contain_text("Finished chain")
    playwright.expect(thoughts).to_have_text(["A blunt knife slips; stand back."])


def test_a_turn_tells_all_there_is_about_it(tab: Tab) -> None:
    """Stance, reason, weakest spot, edits as a diff, what was not applied and why, and what it saw."""
    page = tab("#/q/0/q99/4")
    event = page.locator("#event")

    playwright.expect(event.locator("h2")).to_have_text("Round 1, expander objects")
    playwright.expect(event.locator("ins")).to_have_text("often ")
    playwright.expect(event.locator(".refused")).to_contain_text(re.compile("not applied: withdraw t9 ?unknown target"))
    page.locator('.card[data-event="3"]').click()
    playwright.expect(event.locator(".lead")).to_have_text("Children may be near.")
    playwright.expect(event).to_contain_text("minor: irrelevant in t2")


def test_a_deep_link_leads_to_an_event_and_a_thought(tab: Tab) -> None:
    """The address names the query, the event and the thought whose life is shown."""
    page = tab("#/q/0/q99/4/t1")

    playwright.expect(page.locator("#at")).to_have_value("4")
    playwright.expect(page.locator("#event h2")).to_contain_text("The life of t1")
    playwright.expect(page.locator("#event .moment b")).to_have_text(
        ["seeded by seeder", "revised by expander", "merged by refiner"]
    )
    page.keyboard.press("ArrowRight")
    playwright.expect(page).to_have_url(re.compile(r"#/q/0/q99/5$"))


def test_a_citation_has_the_policy_beside_it(tab: Tab) -> None:
    """The rule's text is shown, and a quote that does not stand in it is marked as such."""
    page = tab("#/?run=1&policy=respect_helpfulness&notable=unverified")
    page.locator("#rows a").first.click()
    page.locator("#chain .cite.unverified summary").first.click()

    playwright.expect(page.locator("#chain .cite[open] summary")).to_contain_text("not verified")
    playwright.expect(page.locator("#chain .cite[open] .beside")).to_contain_text(re.compile("help|refuse|careful"))


def test_keys_lead_through_the_page(tab: Tab) -> None:
    """Down the list, into a query, along its events and thoughts, to the next query, and back up."""
    page = tab("#/?run=1")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    playwright.expect(page.locator("h1 .id")).to_have_text("row-1")
    page.keyboard.press("Home")
    playwright.expect(page.locator("#at")).to_have_value("0")
    page.keyboard.press("t")
    playwright.expect(page.locator("#event h2")).to_contain_text("The life of t1")
    page.keyboard.press("n")
    playwright.expect(page.locator("h1 .id")).to_have_text("row-2")
    page.keyboard.press("u")
    playwright.expect(page.locator("#rows")).to_be_visible()
    page.keyboard.press("/")
    page.keyboard.type("?d")
    playwright.expect(page.locator("#by-text")).to_have_value("?d")


def test_help_names_the_keys_and_can_turn_them_off(tab: Tab) -> None:
    """The keys are documented where they work, and who does not want them has none."""
    page = tab("#/?run=1")
    page.keyboard.press("?")
    playwright.expect(page.get_by_role("dialog")).to_contain_text("next and previous query")
    page.get_by_role("checkbox").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("?")

    playwright.expect(page.get_by_role("dialog")).to_be_hidden()


def test_light_and_dark_follow_the_system_until_one_is_chosen(tab: Tab) -> None:
    """The page starts as the system is, turns at a press, and stays turned."""

    def paper(page: "Page") -> str:
        return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))

    light, dark = tab(), tab(dark=True)
    papers = (paper(light), paper(dark))
    dark.get_by_role("button", name="Light or dark").click()
    assert papers[0] != papers[1]
    assert papers[0] == paper(dark)
    dark.reload()
    assert papers[0] == paper(dark)


@pytest.mark.parametrize("where", ["", "#/q/0/q99/4", "#/q/0/row-6/4", "#/q/0/q99/4/t1"])
def test_a_narrow_window_holds_everything(tab: Tab, where: str) -> None:
    """At 380 pixels nothing is cut off and nothing scrolls sideways but what says so."""
    page = tab(where, width=380)

    assert 380 == page.evaluate("document.documentElement.scrollWidth")
    sticking = "[...document.querySelectorAll('main *')].filter((e) => !e.closest('.wide, .away, .text, .lives') && "
    assert [] == page.evaluate(sticking + "e.getBoundingClientRect().right > 381).map((e) => e.outerHTML.slice(0, 80))")


@pytest.mark.parametrize("row", range(len(HOSTILE)))
def test_a_hostile_query_stays_text(tab: Tab, row: int) -> None:
    """Its words are shown as they are; no tag, style, link or script of it comes to life."""
    page = tab(f"#/q/0/row-{len(PLAIN) + row}")
    shown = page.locator("h1 .text")

    assert "taken" not in page.title()
    playwright.expect(page.locator(".slider")).to_be_visible()
    assert (
        0 == page.locator("main img, main script, main style, main svg, main iframe, main a[href^=javascript]").count()
    )
    unseen = page.locator("h1 .unseen").all_inner_texts()
    assert HOSTILE[row] == re.sub(r"\\u\{([0-9a-f]+)\}", _character, shown.inner_text())
    assert len(re.findall("[\u202e\u200b\x1b\U000e0041]", HOSTILE[row])) == len(unseen)


def _character(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


def test_hostile_words_stay_text_in_the_list_and_its_snippets(tab: Tab) -> None:
    """Searched for, they are found and marked, not obeyed."""
    page = tab("#/?text=script")

    playwright.expect(page.locator("#rows mark").first).to_have_text("script")
    assert 0 == page.locator("main img, main script, main svg").count()
    assert "taken" not in page.title()


def test_a_saved_page_opens_alone(tab: Tab, tmp_path: Path) -> None:
    """The file shows the same deliberation with no server behind it, and its keys and slider work."""
    page = tab("#/q/0/q99/4")
    with page.expect_download() as saving:
        page.get_by_role("link", name="Save as one file").click()
    saving.value.save_as(tmp_path / "saved.html")
    alone = tab((tmp_path / "saved.html").as_uri() + "#/q/0/q99/3")

    assert "aidsafe-q99.html" == saving.value.suggested_filename
    playwright.expect(alone.locator("#chain .line.added .thought")).to_have_text("Stand back.")
    playwright.expect(alone.locator(".notice")).to_be_visible()
    alone.keyboard.press("ArrowRight")
    playwright.expect(alone.locator("#event ins")).to_have_text("often ")


def test_hostile_queries_stay_text_in_a_saved_page(tab: Tab, runs: list[Path], tmp_path: Path) -> None:
    """The one file is as harmless as the page it came from."""
    ids = [f"row-{len(PLAIN) + row}" for row in range(len(HOSTILE))]
    with closing(Run(runs[0])) as run:
        write_page(run, ids, tmp_path / "page.html")
    page = tab((tmp_path / "page.html").as_uri())
    playwright.expect(page.locator("#rows tbody tr")).to_have_count(len(HOSTILE))
    for query_id, text in zip(ids, HOSTILE, strict=True):
        page.evaluate("(id) => { location.hash = '#/q/0/' + id }", query_id)
        playwright.expect(page.locator("h1 .text")).to_contain_text(text.split("\u202e")[0].split()[0])
        playwright.expect(page.locator("h1 .id")).to_have_text(query_id)
        assert "taken" not in page.title()
    assert 0 == page.locator("main img, main script, main style, main svg").count()


def test_a_run_under_way_is_shown_as_it_goes(tab: Tab, runs: list[Path]) -> None:
    """New queries come into the list, and new events into an open query, without a reload."""
    events = renamed(deliberated(), 100, "Where do zebras sleep?")
    appended(runs[0], 100, 0, events[:4])
    listed = tab("#/?text=zebras")
    playwright.expect(listed.locator("#rows tbody tr")).to_have_count(1, timeout=15_000)
    page = tab("#/q/0/q100")
    playwright.expect(page.locator("#at")).to_have_attribute("max", "3")
    appended(runs[0], 100, 4, events[4:])

    playwright.expect(page.locator("#at")).to_have_attribute("max", "9", timeout=15_000)
    playwright.expect(page.locator("#chain h2")).to_contain_text("Finished chain")


def test_a_query_that_is_not_there_is_said_so(tab: Tab) -> None:
    """A link that leads nowhere says so and shows the way back."""
    page = tab("#/?run=1")
    page.evaluate("location.hash = '#/q/0/nobody'")

    playwright.expect(page.get_by_role("alert")).to_have_text("There is no such query in this run.")
