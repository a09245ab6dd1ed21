"""The journey of one query: continue its transcript from wherever it stands until nothing more will happen to it.

What comes next hangs on the transcript alone, so continuing from any prefix gives what never stopping would have given
(for a deterministic model): that one property is resume, replay, branching and crash safety.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from functools import partial

import anyio

from aidsafe.agents.speaker import Line
from aidsafe.agents.view import View
from aidsafe.core.editing import settled
from aidsafe.core.errors import ModelError, ReplyError, Suspended
from aidsafe.core.events import (
    DeliberationEnded,
    DraftRefined,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    SeatFailed,
    Stage,
    TurnTaken,
)
from aidsafe.core.records import Draft
from aidsafe.core.transcript import Transcript, next_draft
from aidsafe.orchestration.budget import NOTHING
from aidsafe.orchestration.desk import Desk
from aidsafe.orchestration.forecast import forecast_of, rate_of
from aidsafe.orchestration.moderator import Closing, Floor, Judging, next_step
from aidsafe.orchestration.protocol import QueryBudget, Seat
from aidsafe.orchestration.recipe import Role
from aidsafe.orchestration.table import Table

__all__ = ["advance", "deliberate", "journey", "take_floor"]


async def journey(transcript: Transcript, table: Table, desk: Desk) -> AsyncGenerator[Event, None]:
    """The events still to come, each as it happens; the last is query_completed or query_failed."""
    while not transcript.finished:
        events = await advance(transcript, table, desk)
        # A round that closes at once is taken down whole, also where the reader leaves in the middle of it.
        for event in events:
            desk.record(len(transcript), event)
            transcript = transcript.append(event)
        if transcript.finished:
            desk.finish(transcript)
        for event in events:
            yield event
    await desk.written()


async def advance(transcript: Transcript, table: Table, desk: Desk) -> tuple[Event, ...]:
    """The next event, or the events of a round that closes at once."""
    roles = table.recipe.roles
    if transcript.draft is None and roles.decomposer and transcript.last(IntentsDecomposed) is None:
        return (await _solo("decompose", roles.decomposer, transcript, table, desk),)
    if transcript.draft is None:
        return (await _solo("seed", roles.seeder, transcript, table, desk),)
    if transcript.ended is None:
        return await deliberate(transcript, table, desk)
    if roles.refiner and transcript.last(DraftRefined) is None:
        return (await _solo("refine", roles.refiner, transcript, table, desk),)
    return (QueryCompleted(),)


async def deliberate(transcript: Transcript, table: Table, desk: Desk) -> tuple[Event, ...]:
    """The next turns, or the end of the deliberation."""
    step = next_step(
        transcript,
        table.recipe.protocol,
        table.seats,
        key=table.key(transcript.query),
        forecast=forecast_of(table) if table.recipe.protocol.budget.limited else None,
    )
    match step:
        case Closing():
            return (DeliberationEnded(reason=step.reason, rounds=step.rounds, turns=step.turns, numbers=step.numbers),)
        case Judging():
            return (await _judgement(step, transcript, table, desk),)
        case Floor():
            return await take_floor(step, transcript, table, desk)


async def take_floor(floor: Floor, transcript: Transcript, table: Table, desk: Desk) -> tuple[Event, ...]:
    """Let the seats of a floor speak (several: at once), and settle their edits on the draft in seat order."""
    await desk.written()
    _set_limits(floor, transcript, table, desk)
    if len(floor.seats) == 1:
        turns = [await _turn(floor, 0, transcript, table, desk)]
    else:
        turns = await _together(floor, transcript, table, desk)
    return tuple(_settled(turns, transcript.draft))


def _settled(turns: Sequence[TurnTaken | SeatFailed], draft: Draft | None) -> Iterator[Event]:
    """The turns with their edits tried, each on the draft that those before it left."""
    for place, turn in enumerate(turns, 1):
        event = settled(turn, draft) if isinstance(turn, TurnTaken) and draft else turn
        yield event
        if place < len(turns):
            draft = next_draft(draft, event)


async def _together(floor: Floor, transcript: Transcript, table: Table, desk: Desk) -> list[TurnTaken | SeatFailed]:
    """All seats of a blind round at once; the first error ends the round and keeps its type."""
    turns: dict[int, TurnTaken | SeatFailed] = {}
    errors: list[Exception] = []

    async def speak(place: int) -> None:
        try:
            turns[place] = await _turn(floor, place, transcript, table, desk)
        except Exception as error:  # noqa: BLE001  # raised again below, outside of the group that would wrap it
            errors.append(error)
            if not isinstance(error, Suspended):
                group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for place in range(len(floor.seats)):
            group.start_soon(speak, place)
    if errors:
        raise errors[0]
    return [turns[place] for place in sorted(turns)]


async def _turn(floor: Floor, place: int, transcript: Transcript, table: Table, desk: Desk) -> TurnTaken | SeatFailed:
    seat = table.seat(floor.seats[place])
    model = table.model_of(seat, transcript.query)
    line = table.line(model, seat.fallback, step=len(transcript), speaker=seat.name, book=desk)
    view = table.view(transcript, saw=floor.saw[place], round=floor.round)
    guest = desk.guests.get(seat.name) or table.guest(seat.name, count=partial(desk.count, seat.name))
    if guest is None:
        return await table.deliberator(seat.name, line).speak(view)
    desk.guests[seat.name] = guest
    return await guest.speak(view, line)


async def _judgement(step: Judging, transcript: Transcript, table: Table, desk: Desk) -> Event:
    """What the judge finds at the end of a round; a judge that fails finds nothing."""
    await desk.written()
    _set_limits(Floor(step.round, (), ()), transcript, table, desk)
    role = table.recipe.roles.judge or Role()
    line = table.line(role.model or "", role.fallback, step=len(transcript), speaker="judge", book=desk)
    view = table.view(transcript, saw=tuple(range(len(transcript))), round=step.round)
    return await table.judge(line).speak(view)


def _set_limits(floor: Floor, transcript: Transcript, table: Table, desk: Desk) -> None:
    """Keep the refiner's share out of the seats' reach, and each seat within its share and its own budget."""
    shares: dict[str, QueryBudget] = {}
    if table.recipe.protocol.budget.limited:
        desk.rate = rate_of(table, transcript)
        desk.held_back = forecast_of(table).finish(transcript, floor)
        shares = forecast_of(table).shares(transcript, floor) if len(floor.seats) > 1 else {}
    for seat in map(table.seat, floor.seats):
        left = _tokens_left(seat, transcript)
        if left is not None:
            share = shares.get(seat.name, QueryBudget())
            tokens = left if share.completion_tokens is None else min(left, share.completion_tokens)
            shares[seat.name] = share.model_copy(update={"completion_tokens": tokens})
    desk.share_out(shares)


def _tokens_left(seat: Seat, transcript: Transcript) -> int | None:
    """What a seat has left of its own completion tokens; None where it may take any."""
    if seat.budget.completion_tokens is None:
        return None
    own = (call for turn in transcript.turns if turn.seat == seat.name for call in turn.calls)
    return seat.budget.completion_tokens - sum(call.completion_tokens for call in own)


async def _solo(stage: Stage, role: Role, transcript: Transcript, table: Table, desk: Desk) -> Event:
    """One event by a role that speaks once; what it cannot give is the end of the query."""
    await desk.written()
    if table.recipe.protocol.budget.limited:
        desk.rate, desk.held_back = rate_of(table, transcript), NOTHING
    line = table.line(role.model or "", role.fallback, step=len(transcript), speaker=stage, book=desk)
    view = table.view(transcript, saw=tuple(range(len(transcript))))
    try:
        return await _speaking(stage, table, line)(view)
    except (ReplyError, ModelError) as error:
        kind = f"{type(error).__name__}.{error.failure}" if isinstance(error, ReplyError) else type(error).__name__
        return QueryFailed(stage=stage, error=kind, message=str(error), calls=line.calls())


def _speaking(stage: Stage, table: Table, line: Line) -> Callable[[View], Awaitable[Event]]:
    match stage:
        case "decompose":
            return table.decomposer(line).speak
        case "seed":
            return table.seeder(line).speak
        case _:
            return table.refiner(line).speak
