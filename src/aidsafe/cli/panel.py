"""What a person sees while a run is under way: a live panel on a terminal, a plain line now and then elsewhere.

Both are drawn by a timer and never by an event, so that a fast run is not slowed and a log is not flooded.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from aidsafe.cli.progress import Pace, Tally, progress_line, short
from aidsafe.cli.summary import counted, dollars, lasting
from aidsafe.cli.telling import one_line, say

__all__ = ["PlainLines", "TerminalPanel", "has_terminal", "shown", "watched"]

WIDTH = 100


class Display(Protocol):
    """Somewhere to show how a run goes."""

    interval_seconds: float

    def draw(self, now: float) -> None:
        """Show how things stand at this second, if it is time to."""

    def close(self, now: float) -> None:
        """Show how things stand in the end."""


class PlainLines:
    """A line every five seconds at the most, at every tenth of the work within them, and rarely while nothing moves."""

    interval_seconds = 0.5

    def __init__(self, tally: Tally, started: float) -> None:
        self._tally = tally
        self._pace = Pace()
        self._pace.note(started, tally.finished)
        self._said_at = started
        self._said = tally.finished

    def draw(self, now: float) -> None:
        """Say a line if one is due."""
        self._pace.note(now, self._tally.finished)
        if self._due(now):
            self._say(now)

    def close(self, now: float) -> None:
        """Nothing more: the last word says how it ended."""

    def _due(self, now: float) -> bool:
        waited, news = now - self._said_at, self._tally.finished - self._said
        tenth = 10 * news >= self._tally.queries
        return waited >= (1 if news and tenth else 5 if news else 30)

    def _say(self, now: float) -> None:
        self._said_at, self._said = now, self._tally.finished
        say(progress_line(self._tally, self._pace))


class TerminalPanel:
    """A panel that stays in place; four times a second."""

    interval_seconds = 0.25

    def __init__(self, tally: Tally, started: float, *, title: str, console: Console) -> None:
        self._tally = tally
        self._pace = Pace()
        self._pace.note(started, tally.finished)
        self._started = started
        self._title = title
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._live.start()

    def draw(self, now: float) -> None:
        """Draw it anew."""
        self._pace.note(now, self._tally.finished)
        picture = shown(self._tally, self._pace, title=self._title, seconds=now - self._started)
        self._live.update(picture, refresh=True)

    def close(self, now: float) -> None:
        """Take it away; the summary follows."""
        self._live.stop()


def shown(tally: Tally, pace: Pace, *, title: str, seconds: float) -> Panel:
    """The panel: how much is done, how fast, how deliberations end, what it costs, what fails."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(ratio=1)
    for name, words in _facts(tally):
        facts.add_row(name, Text(words, style="red" if name == "failures" and tally.failed else ""))
    heading = Text(one_line(title), style="bold", overflow="ellipsis")
    return Panel(
        Group(_bar(tally, pace, seconds), Text(), facts), title=heading, title_align="left", width=WIDTH, padding=(0, 1)
    )


def _bar(tally: Tally, pace: Pace, seconds: float) -> Table:
    left = pace.seconds_left(tally.queries - tally.finished)
    row = Table.grid(padding=(0, 2), expand=True)
    row.add_column(ratio=1)
    for _ in range(3):
        row.add_column(no_wrap=True, justify="right")
    row.add_row(
        ProgressBar(total=max(tally.queries, 1), completed=tally.finished),
        Text(f"{tally.finished:,}/{tally.queries:,}", style="bold"),
        f"{pace.per_second:.1f}/s",
        f"{lasting(seconds)}, {'?' if left is None else lasting(left)} left",
    )
    return row


def _facts(tally: Tally) -> Iterator[tuple[str, str]]:
    yield "in flight", f"{tally.in_flight:,} queries"
    yield "endings", counted(dict(tally.endings).items())
    yield "calls", f"{tally.calls:,}"
    yield "tokens", f"{short(tally.prompt_tokens)} prompt, {short(tally.completion_tokens)} completion"
    yield "spend", dollars(tally.cost_usd)
    yield "failures", counted(dict(tally.failures).items())
    if tally.seats:
        yield "lost turns", counted(dict(tally.seats).items())


def has_terminal() -> bool:
    """Whether messages go to a terminal that can draw."""
    return sys.stderr.isatty() and os.environ.get("TERM", "") not in ("", "dumb")


@contextmanager
def watched(tally: Tally, *, title: str, quiet: bool) -> Iterator[None]:
    """Show how the tally grows while the block runs."""
    if quiet:
        yield
        return
    started = monotonic()
    display: Display = PlainLines(tally, started)
    if has_terminal():
        display = TerminalPanel(tally, started, title=title, console=Console(stderr=True))
    with _ticking(display):
        yield


@contextmanager
def _ticking(display: Display) -> Iterator[None]:
    """Let a thread draw the display again and again while the block runs."""
    over = Event()

    def tick() -> None:
        while not over.wait(display.interval_seconds):
            display.draw(monotonic())

    thread = Thread(target=tick, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        display.close(monotonic())
