"""What the page answers, to whom, and with which headers; no browser is needed to ask."""

import asyncio
import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
from starlette.types import ASGIApp
from viewing import HOSTILE, PLAIN, Answered, asked, made

from aidsafe.core.errors import ExtraMissing, FolderError, SurroundingsError
from aidsafe.viewer.app import app_of
from aidsafe.viewer.assets import STATIC
from aidsafe.viewer.guarding import HEADERS, is_known_host
from aidsafe.viewer.serving import serve, served
from aidsafe.viewer.shelf import ShownRun, opened

TOKEN = "a-token-of-the-test"
ROUTES = ("", "static/page.js", "static/style.css", "runs", "queries", "transcript?id=row-0", "saved?id=row-0")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two runs over the same queries."""
    folder = tmp_path_factory.mktemp("runs")
    return [made(folder / name, [*PLAIN, *HOSTILE]) for name in ("first", "second")]


@pytest.fixture(scope="module")
def shelf(runs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ShownRun, ...]]:
    """Both of them, indexed."""
    with opened(runs, cache=tmp_path_factory.mktemp("cache")) as shown:
        for run in shown:
            while run.step():
                pass
        yield shown


@pytest.fixture(scope="module")
def app(shelf: tuple[ShownRun, ...]) -> ASGIApp:
    """The page over them."""
    return app_of(shelf, token=TOKEN)


def get(app: ASGIApp, path: str, **how: str) -> Answered:
    """Ask the page, with its token."""
    return asyncio.run(asked(app, f"/{TOKEN}/{path}", **how))


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_has_every_guarding_header(app: ASGIApp, route: str) -> None:
    """Whatever is sent, the browser may do with it only what the page itself asks for."""
    answered = get(app, route)

    assert 200 == answered.status
    assert dict(HEADERS) == {name: answered.headers.get(name) for name in HEADERS}


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("token", ["", "a-token-of-the-tesu", "a-token-of-the-tes", "A-TOKEN-OF-THE-TEST", "é\udce9"])
def test_no_route_answers_without_the_token(app: ASGIApp, route: str, token: str) -> None:
    """Not the page, not its files, not what it asks for; and the refusal is guarded too."""
    answered = asyncio.run(asked(app, f"/{token}/{route}"))

    assert (404, b"not found") == (answered.status, answered.body)
    assert "nosniff" == answered.headers["x-content-type-options"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"])
@pytest.mark.parametrize("route", ROUTES)
def test_nothing_can_be_written(app: ASGIApp, method: str, route: str) -> None:
    """Every method but reading is refused before it is looked at."""
    assert 405 == get(app, route, method=method).status


@pytest.mark.parametrize(
    "host", ["attacker.example", "attacker.example:8000", "127.0.0.1.attacker.example", "10.1.2.3", "", "[::1", "a b"]
)
def test_a_name_that_was_made_to_lead_here_is_refused(app: ASGIApp, host: str) -> None:
    """A page elsewhere cannot reach this one by a name of its own."""
    assert 421 == get(app, "", host=host).status


@pytest.mark.parametrize(
    ("header", "bound", "known"),
    [
        ("localhost:8000", "127.0.0.1", True),
        ("127.0.0.1:8000", "127.0.0.1", True),
        ("[::1]:8000", "::1", True),
        ("10.0.0.5:8000", "127.0.0.1", False),
        ("10.0.0.5:8000", "10.0.0.7", True),
        ("workstation:8000", "workstation", True),
        ("attacker.example", "10.0.0.7", False),
    ],
)
def test_which_hosts_are_this_one(header: str, bound: str, *, known: bool) -> None:
    """The machine itself always; an address in figures where the page was opened to the network."""
    assert known == is_known_host(header, bound)


@pytest.mark.parametrize(
    "path",
    [
        "static/../app.py",
        "static/..%2f..%2fapp.py",
        "static/%2e%2e/app.py",
        "static//etc/passwd",
        "static/page.html",
        "../../etc/passwd",
        "run.json",
        "journal.db",
        "static/",
        "static/style.css/x",
    ],
)
def test_no_other_file_can_be_had(app: ASGIApp, path: str) -> None:
    """Files go by their names on a short list; no path is ever joined."""
    assert 404 == get(app, path).status


def test_the_address_without_its_last_slash_leads_to_the_page(app: ASGIApp) -> None:
    """What people copy without the slash still works."""
    answered = asyncio.run(asked(app, f"/{TOKEN}"))

    assert (308, f"/{TOKEN}/") == (answered.status, answered.headers["location"])


def test_the_page_links_its_own_files_alone(app: ASGIApp) -> None:
    """No script or style stands in the page, and none comes from elsewhere."""
    page = get(app, "").body.decode()

    assert {f"static/{name}" for name in STATIC} == set(re.findall(r'(?:src|href)="([^"]+)"', page))
    assert [] == re.findall(r"<style|<script(?! defer src)|\son\w+=|style=|https?:", page)


@pytest.mark.parametrize("name", STATIC)
def test_our_files_leave_no_way_for_words_to_become_code(app: ASGIApp, name: str) -> None:
    """No file of ours writes HTML, evaluates text or names another host."""
    text = get(app, f"static/{name}").body.decode()
    writes = r"innerHTML|outerHTML|insertAdjacent|document\.write|srcdoc|createContextualFragment"
    risky = writes + r"|DOMParser|\beval\(|new Function"

    assert [] == re.findall(risky, text)
    assert ["http://www.w3.org/2000/svg"] * (name == "icon.svg") == re.findall(r"https?://[^\s\"')]+", text)


def test_the_runs_tell_what_they_are(app: ASGIApp) -> None:
    """Each run has its numbers, its notice, its policies and how far its index is."""
    runs = orjson.loads(get(app, "runs").body)["runs"]

    assert ["first", "second"] == [run["name"] for run in runs]
    assert (10, 10, True, False) == (
        runs[0]["totals"]["queries"],
        runs[0]["indexed"],
        runs[0]["level"],
        runs[0]["live"],
    )
    assert runs[0]["totals"]["endings"] == runs[0]["counts"]["ending"]
    assert runs[0]["notice"].startswith("Scripted stand-in")
    assert "physical_harm" in runs[0]["policies"]
    assert ["critic", "expander", "policy_aligner"] == list(runs[0]["seats"])


def test_queries_are_found_with_the_place_of_the_words(app: ASGIApp) -> None:
    """A search gives lines, their count, and a snippet that marks the words."""
    found = orjson.loads(get(app, "queries?text=python").body)

    assert "query" == found["lines"][0]["snippet"]["where"]
    assert ["+", "Python"] in found["lines"][0]["snippet"]["pieces"]
    assert found["count"] == len(found["lines"])


def test_a_transcript_knows_its_neighbours_and_the_other_runs(app: ASGIApp) -> None:
    """One can go on to the queries beside it, and to the same query of another run."""
    told = orjson.loads(get(app, "transcript?id=row-1").body)

    assert ("row-0", "row-2", [1]) == (told["previous"], told["next"], told["elsewhere"])
    assert PLAIN[1] == told["reading"]["query"]["text"]
    assert None is orjson.loads(get(app, "transcript?id=row-0").body)["previous"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("transcript?id=nobody", 200),
        ("transcript", 200),
        ("saved?id=nobody", 404),
        ("queries?run=2", 400),
        ("queries?run=-1", 400),
        ("queries?run=%C2%B2", 400),
        ("queries?ending=never", 400),
        ("queries?after=%5B%5D", 400),
    ],
)
def test_what_is_not_there_is_said_in_a_line(app: ASGIApp, path: str, status: int) -> None:
    """A wrong address is an answer and no crash."""
    assert status == get(app, path).status


def test_a_saved_page_has_a_harmless_name(app: ASGIApp) -> None:
    """The file's name is made of plain characters."""
    assert 'attachment; filename="aidsafe-row-6.html"' == get(app, "saved?id=row-6").headers["content-disposition"]


def test_the_server_listens_on_this_machine_with_a_new_token_each_time(runs: list[Path], tmp_path: Path) -> None:
    """A real server answers on loopback, and two of them share no token."""
    with served(runs[:1], cache=tmp_path / "a") as first, served(runs[:1], cache=tmp_path / "b") as second:
        parts = [urlsplit(address) for address in (first, second)]
        connection = http.client.HTTPConnection(parts[0].netloc, timeout=10)
        connection.request("GET", parts[0].path)
        answer = connection.getresponse()
        assert (200, None) == (answer.status, answer.getheader("server"))
        connection.close()

    assert ["127.0.0.1", "127.0.0.1"] == [part.hostname for part in parts]
    assert parts[0].path != parts[1].path
    assert 30 < len(parts[0].path)


def test_a_port_in_use_is_named(runs: list[Path], tmp_path: Path) -> None:
    """Where the port cannot be had, the message says which and what to do."""
    with served(runs[:1], cache=tmp_path) as address:
        port = urlsplit(address).port
        with pytest.raises(SurroundingsError, match=f"port {port}.*--port"):
            serve(runs[:1], port=port or 0)


def test_a_folder_that_is_no_run_stops_the_server_before_it_starts(tmp_path: Path) -> None:
    """The command ends with a reason."""
    with pytest.raises(FolderError, match="no run here"):
        serve([tmp_path])


def test_without_the_extra_the_command_says_which_one(runs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Starlette and uvicorn are an extra."""
    monkeypatch.setitem(__import__("sys").modules, "uvicorn", None)

    with pytest.raises(ExtraMissing, match=r"aidsafe\[viewer\]"):
        serve(runs[:1])
