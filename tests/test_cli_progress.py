"""How a run is shown while it goes: counts, pace, plain lines, the panel."""

import io

import pytest
from rich.console import Console

from aidsafe.cli.panel import PlainLines, TerminalPanel, shown
from aidsafe.cli.progress import Pace, Tally, progress_line, short
from aidsafe.core.events import (
    DeliberationEnded,
    DraftSeeded,
    Event,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    SeatFailed,
)
from aidsafe.core.records import Call, Query
from aidsafe.orchestration.sitting import Happening

CALL = Call(model="m", asked="x:m", reported="m", finish="stop", prompt_tokens=10, completion_tokens=4, cost_usd=0.5)


def query(row: int) -> Query:
    """A query."""
    return Query(id=f"q{row}", row=row, text="?")


def received(row: int) -> QueryReceived:
    """The first event of a query."""
    return QueryReceived(query=query(row), policies="", prompts="")


def told(tally: Tally, row: int, *events: Event) -> None:
    """Tell a tally what happened to a query."""
    for number, event in enumerate(events):
        tally.note(Happening(query(row), number, event))


def test_a_query_is_in_flight_until_it_is_finished() -> None:
    """Queries are in flight from their first event to their last."""
    tally = Tally(3)
    told(tally, 0, received(0))
    told(tally, 1, received(1), DeliberationEnded(reason="consensus", rounds=1, turns=3), QueryCompleted())
    told(tally, 2, received(2), QueryFailed(stage="seed", error="ModelError", message=""))

    assert (1, 1, 1, 2) == (tally.in_flight, tally.completed, tally.failed, tally.finished)
    assert ({"consensus": 1}, {"ModelError": 1}) == (tally.endings, tally.failures)


def test_an_ending_that_was_not_seen_is_not_guessed() -> None:
    """A query whose deliberation ended in an earlier sitting adds to no ending."""
    tally = Tally(1)
    tally.note(Happening(query(0), 7, QueryCompleted()))

    assert (1, {}) == (tally.completed, tally.endings)


def test_calls_add_up_until_a_price_is_unknown() -> None:
    """Tokens and dollars add up; the cost is unknown as soon as one price is."""
    tally = Tally(1)
    seed = DraftSeeded(thoughts=(), decision="comply", response="", calls=(CALL, CALL))
    told(tally, 0, seed)
    spent = (tally.calls, tally.prompt_tokens, tally.completion_tokens, tally.cost_usd)
    told(tally, 0, seed.model_copy(update={"calls": (CALL.model_copy(update={"cost_usd": None}),)}), seed)

    assert (2, 20, 8, 1.0) == spent
    assert (5, None) == (tally.calls, tally.cost_usd)


def test_lost_turns_are_counted_by_failure() -> None:
    """A seat that gave nothing usable is counted by why."""
    tally = Tally(1)
    told(tally, 0, SeatFailed(round=1, seat="critic", saw=(), version=0, failure="refused", message=""))

    assert {"refused": 1} == tally.seats


def test_pace_is_of_the_last_minute() -> None:
    """What happened long ago does not count."""
    pace = Pace()
    for second in range(0, 200, 10):
        pace.note(float(second), second if second < 100 else 100 + 5 * (second - 100))

    assert 5.0 == pace.per_second
    assert 20.0 == pace.seconds_left(100)


def test_no_pace_before_anything_is_known() -> None:
    """At first nothing is promised."""
    pace = Pace()
    pace.note(1.0, 0)
    pace.note(1.0, 5)

    assert (0.0, None) == (pace.per_second, pace.seconds_left(3))


def test_the_line() -> None:
    """One line says what there is to say."""
    tally = Tally(1200, completed=300, failed=12, prompt_tokens=2_400_000, completion_tokens=30_000, cost_usd=1.25)
    pace = Pace()
    pace.note(0.0, 0)
    pace.note(26.0, 312)

    line = "312 of 1,200 done, 12 failed, 0 in flight, 12.0/s, 2.4M tokens, $1.25, 1 min 14 s left"
    assert line == progress_line(tally, pace)


@pytest.mark.parametrize(
    ("count", "expected"), [(0, "0"), (999, "999"), (1000, "1.0k"), (123_456, "123k"), (5 * 10**9, "5.0G")]
)
def test_short(count: int, expected: str) -> None:
    """Large counts take few characters."""
    assert expected == short(count)


@pytest.mark.parametrize(
    ("grows", "expected"),
    [
        (400, ["400 of 1,000", "800 of 1,000", "1,000 of 1,000", "1,000 of 1,000"]),
        (5, [f"{25 * time} of 1,000" for time in range(1, 9)]),
        (0, ["0 of 1,000"]),
    ],
)
def test_lines_come_by_count_and_by_time(capsys: pytest.CaptureFixture[str], grows: int, expected: list[str]) -> None:
    """A fast run says a line a second at most, a slow one every five seconds, an idle one every thirty."""
    tally = Tally(1000)
    lines = PlainLines(tally, 0.0)
    for tick in range(2, 86):
        tally.completed = min(1000, tally.completed + grows * (tick % 2 == 0))
        lines.draw(tick / 2)
    said = capsys.readouterr().err.splitlines()

    assert expected == [line.removeprefix("aidsafe: ").partition(" done")[0] for line in said]


def test_the_panel_says_everything() -> None:
    """The panel shows done and total, pace, in flight, endings, tokens, spend, failures by cause, and time left."""
    tally = Tally(200, completed=90, failed=10, calls=900, prompt_tokens=10**6, completion_tokens=5000, cost_usd=None)
    tally.endings["consensus"] = 90
    tally.failures["ModelError"] = 10
    pace = Pace()
    pace.note(0.0, 0)
    pace.note(10.0, 100)
    console = Console(file=io.StringIO(), width=120, record=True)
    console.print(shown(tally, pace, title="[red]title[/] \x1b[31m", seconds=10.0))
    text = console.export_text()

    for words in ("100/200", "10.0/s", "10.0 s left", "consensus 90", "ModelError 10", "1.0M prompt", "unknown cost"):
        assert words in text
    assert "[red]title[/] \\x1b[31m" in text
    assert 100 == max(map(len, text.splitlines()))


def test_the_panel_stays_in_place_and_goes() -> None:
    """On a terminal the panel is drawn over itself, and taken away in the end."""
    written = io.StringIO()
    panel = TerminalPanel(Tally(2), 0.0, title="run", console=Console(file=written, force_terminal=True, width=90))
    panel.draw(1.0)
    panel.draw(2.0)
    panel.close(3.0)

    assert "in flight" in written.getvalue()
    assert written.getvalue().endswith("\x1b[1A\x1b[2K")
