"""The page and the report as axe reads them: what it finds grave would shut somebody out."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from viewing import two_runs

from aidsafe.analysis.analyze import analyze
from aidsafe.analysis.pictures import pictures
from aidsafe.analysis.reading import Wanted
from aidsafe.analysis.report import report as written
from aidsafe.viewer.serving import served

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs pip install axe-playwright-python")
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GRAVE = {"serious", "critical"}


class Look(NamedTuple):
    """How a page is looked at: how wide, and in the dark or not."""

    width: int
    dark: bool


LOOKS = (Look(1280, dark=False), Look(380, dark=True))


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
def report(runs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of an analysis, with its first pictures: the others are drawn in the same colours."""
    analysis = analyze(runs[1], wanted=Wanted(replicates=20, text=False))
    page = tmp_path_factory.mktemp("analysis") / "report.html"
    page.write_text(written(analysis, pictures(analysis)[:4]), encoding="utf-8")
    return page.as_uri()


@pytest.fixture(scope="module")
def chromium() -> "Iterator[Browser]":
    """A browser."""
    with playwright.sync_playwright() as driver:
        yield driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])


def grave(chromium: "Browser", where: str, *, shown: str) -> list[str]:
    """What axe finds grave on a page in every look, once it shows what it should: the rule, and where."""
    page = chromium.new_page()
    page.goto(where)
    page.locator(shown).first.wait_for()
    found = []
    for look in LOOKS:
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme="dark" if look.dark else "light")
        violations: list[dict[str, Any]] = axe.Axe().run(page).response["violations"]
        found += [(look, one) for one in violations if one["impact"] in GRAVE]
    page.close()
    return [f"{look}: {one['id']}: {at['target']} {at['html'][:80]}" for look, one in found for at in one["nodes"]]


@pytest.mark.parametrize(
    ("where", "shown"),
    [
        ("", "#rows tbody tr"),
        ("#/?text=script", "#rows mark"),
        ("#/q/0/q99/4", "#event ins"),
        ("#/q/0/q99/4/t1", "#event .moment"),
        ("#/q/0/row-6", ".card"),
    ],
)
def test_axe_finds_nothing_grave_on_the_page(chromium: "Browser", address: str, where: str, shown: str) -> None:
    """Overview, list and deliberation can be read and used with what helps people to, light or dark, wide or narrow."""
    assert [] == grave(chromium, address + where, shown=shown)


def test_axe_finds_nothing_grave_in_a_report(chromium: "Browser", report: str) -> None:
    """The report of an analysis, its pictures and its tables too."""
    assert [] == grave(chromium, report, shown="svg")


def test_axe_finds_what_is_wrong(chromium: "Browser") -> None:
    """A page with grey words on grey is found: the rules do run."""
    page = "data:text/html,<html lang=en><title>x</title><main><h1 style='color:%23ccc;background:%23ddd'>Dim</h1>"

    assert [] != grave(chromium, page, shown="h1")
