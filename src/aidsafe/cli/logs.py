"""The log of a run: what happened, as JSON lines in `log.jsonl`, each with the id of its query.

This is the only place where logs are set up. A line carries facts, never a message's text; whatever stands in the
environment as a secret is blotted out should anything repeat it.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, suppress
from contextvars import Context
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Final

import orjson
import structlog

from aidsafe.cli.telling import say
from aidsafe.core.errors import SurroundingsError
from aidsafe.core.events import (
    ConsensusJudged,
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.transcript import calls_of
from aidsafe.core.version import __version__
from aidsafe.orchestration.generating import Ended
from aidsafe.orchestration.sitting import Happening

__all__ = ["Lines", "facts_of", "log_end", "log_happening", "logging_to", "secrets_in"]

_SECRET_NAMES: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD")
_SHORTEST_SECRET: Final = 8
_BLOT: Final = b"***"
_BUFFER_BYTES: Final = 64 * 1024

_TOLD: Final = (SeatFailed, StopRequested, DeliberationEnded, QueryCompleted, QueryFailed)

_Fields = MutableMapping[str, object]


class Lines:
    """A file of lines, opened when the first one comes; full or failing disks are `SurroundingsError`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: BinaryIO | None = None
        self._flushed_at = monotonic()

    def msg(self, line: bytes) -> None:
        """Take one line."""
        try:
            if self._file is None:
                self._file = self._path.open("ab", buffering=_BUFFER_BYTES)
            self._file.write(line + b"\n")
            if monotonic() - self._flushed_at > 1:
                self._file.flush()
                self._flushed_at = monotonic()
        except OSError as error:
            raise SurroundingsError(f"{self._path}: cannot be written ({error.strerror}); make room") from error

    log = debug = info = warning = error = critical = exception = msg

    def close(self) -> None:
        """Write what is left, as far as the disk takes it."""
        if self._file is not None:
            with suppress(OSError):
                self._file.close()


@contextmanager
def logging_to(path: Path) -> Iterator[None]:
    """Send all logs of the process to a file while the block runs."""
    lines = Lines(path)
    before = structlog.get_config()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamped,
            _rendering(secrets_in(os.environ)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    others, own = _Others(), _Own()
    logging.getLogger().addHandler(others)
    logging.getLogger("aidsafe").addHandler(own)
    try:
        yield
    finally:
        logging.getLogger("aidsafe").removeHandler(own)
        logging.getLogger().removeHandler(others)
        structlog.configure(**before)
        lines.close()


def log_happening(began: Mapping[str, int]) -> Callable[[Happening], None]:
    """A watcher that logs failures and endings; before the first event, that a sitting began, and with what."""
    log = structlog.get_logger().bind()
    has_begun = False

    def watch(happening: Happening) -> None:
        nonlocal has_begun
        if not has_begun:
            has_begun = True
            # Only once events come is the run folder ours. The line belongs to no query, so to no context of one.
            Context().run(partial(log.info, "sitting_began", aidsafe=__version__, **began))
        event = happening.event
        # Steps and turns stand in the journal; a line for each would cost more than to journal them.
        if isinstance(event, _TOLD):
            log.info(event.kind, number=happening.number, **facts_of(event))

    return watch


def log_end(ended: Ended) -> None:
    """Log that the sitting ended, and how."""
    totals = ended.totals.model_dump(mode="json", exclude={"run"})
    structlog.get_logger().info("sitting_ended", exit_code=ended.exit_code, **totals)


def facts_of(event: Event) -> dict[str, object]:
    """What a line says of an event: words of our own, names and numbers; no text that a model or a user wrote."""
    facts = _own_facts(event)
    calls = calls_of(event)
    if calls:
        # Lists, since sums over generators cost more than all the rest of a line.
        facts["models"] = [call.model for call in calls]
        facts["prompt_tokens"] = sum([call.prompt_tokens for call in calls])
        facts["completion_tokens"] = sum([call.completion_tokens for call in calls])
        facts["seconds"] = round(sum([call.latency_seconds for call in calls]), 4)
    return facts


def secrets_in(environment: Mapping[str, str]) -> tuple[bytes, ...]:
    """The values in an environment that no file may repeat."""
    found = {
        value.encode("utf-8", "surrogateescape")
        for name, value in environment.items()
        if len(value) >= _SHORTEST_SECRET and name.upper().endswith(_SECRET_NAMES)
    }
    return tuple(sorted(found, key=len, reverse=True))


def _own_facts(event: Event) -> dict[str, object]:
    match event:
        case IntentsDecomposed():
            return {"intents": len(event.intents)}
        case DraftSeeded():
            return {"thoughts": len(event.thoughts), "decision": event.decision}
        case TurnTaken():
            return {**_turn(event), "stance": event.stance, "edits": len(event.edits), "rejected": len(event.rejected)}
        case SeatFailed():
            return {**_turn(event), "failure": event.failure}
        case DeliberationEnded():
            return {"reason": event.reason, "rounds": event.rounds, "turns": event.turns, "numbers": event.numbers}
        case _:
            return _last_facts(event)


def _last_facts(event: Event) -> dict[str, object]:
    match event:
        case StopRequested():
            return {"by": event.by}
        case ConsensusJudged():
            return {"round": event.round, "version": event.version, "agreed": event.agreed}
        case DraftRefined():
            return {"thoughts": len(event.thoughts), "decision": event.decision}
        case QueryFailed():
            return {"stage": event.stage, "error": event.error}
        case _:
            return {}


def _turn(event: TurnTaken | SeatFailed) -> dict[str, object]:
    return {"round": event.round, "seat": event.seat, "version": event.version}


def _stamped(_: object, __: str, fields: _Fields) -> _Fields:
    fields["at"] = datetime.now(UTC).isoformat(timespec="milliseconds")
    return fields


def _rendering(secrets: tuple[bytes, ...]) -> Callable[[object, str, _Fields], bytes]:
    def rendered(_: object, __: str, fields: _Fields) -> bytes:
        line = orjson.dumps(fields, default=repr, option=orjson.OPT_NON_STR_KEYS)
        for secret in secrets:
            if secret in line:
                line = line.replace(secret, _BLOT)
        return line

    return rendered


class _Others(logging.Handler):
    """What libraries warn of, by name and place: their words may repeat a message."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        """Log it as one line."""
        if record.name == "aidsafe":
            return
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        place = f"{record.module}:{record.lineno}"
        structlog.get_logger().warning("library_warned", library=record.name, place=place, error=error)


class _Own(logging.Handler):
    """What we warn of ourselves: said at once, however quiet the run is, and logged."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say it, and log it as one line."""
        message = record.getMessage()
        say(message)
        structlog.get_logger().warning("warned", message=message)
