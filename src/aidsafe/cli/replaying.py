"""Replays a transcript without a model: what each event says of the ones before it must follow from them."""

from collections.abc import Iterable, Iterator
from typing import Final

from aidsafe.core.editing import try_edits
from aidsafe.core.events import (
    ConsensusJudged,
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryReceived,
    SeatFailed,
    TurnTaken,
)
from aidsafe.core.records import Add, Citation, Draft, FinalThought, RejectedEdit, Resolve, Revise, Thought
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.manifest import Digests
from aidsafe.orchestration.moderator import Closing, Floor, Judging, next_step
from aidsafe.orchestration.orders import Key
from aidsafe.orchestration.recipe import Recipe
from aidsafe.policies.library import Policies
from aidsafe.policies.quoting import check_quote

__all__ = ["replayed"]

Found = Iterator[str]

_FORECAST: Final = frozenset({"budget.calls", "budget.tokens", "budget.cost", "budget.time"})
"""Endings that hang on the length of prompts, which no transcript holds."""


def replayed(
    transcript: Transcript, recipe: Recipe, policies: Policies | None, *, digests: Digests
) -> Iterator[tuple[int, str]]:
    """Whatever does not follow, with the number of its event. Without `policies`, citations are taken as they are."""
    if transcript.first(QueryReceived) is None:
        yield 0, "there is no query_received"
        return
    so_far = Transcript()
    for number, event in enumerate(transcript):
        problems = [*_placed(event, so_far, recipe), *_event(event, so_far, digests), *_citations(event, policies)]
        yield from ((number, problem) for problem in problems)
        so_far = so_far.append(event)


def _placed(event: Event, so_far: Transcript, recipe: Recipe) -> Found:
    """Whether it was this event's turn."""
    if so_far.finished:
        yield f"{event.kind} after the end"
    if isinstance(event, QueryReceived) != (not so_far.events):
        yield f"{event.kind} as event {len(so_far)}; a transcript begins with query_received, once"
        return
    match event:
        case IntentsDecomposed() | DraftSeeded() if so_far.draft is not None:
            yield f"{event.kind} after the draft was seeded"
        case DraftRefined() | QueryCompleted() if so_far.ended is None:
            yield f"{event.kind} before the deliberation ended"
        case TurnTaken() | SeatFailed() | ConsensusJudged() | DeliberationEnded() if so_far.draft is None:
            yield f"{event.kind} before there was a draft"
        case TurnTaken() | SeatFailed() | ConsensusJudged() | DeliberationEnded():
            yield from _stepped(event, _step(so_far, recipe))
        case _:
            return


def _step(so_far: Transcript, recipe: Recipe) -> Floor | Judging | Closing:
    """What the moderator does here."""
    query = so_far.query
    key = Key(recipe.seed, query.row, query.replica)
    return next_step(so_far, recipe.protocol, recipe.table, key=key)


def _stepped(
    event: TurnTaken | SeatFailed | ConsensusJudged | DeliberationEnded, step: Floor | Judging | Closing
) -> Found:
    """Whether the event is what the moderator's step lets happen."""
    match event:
        case DeliberationEnded():
            yield from _ended(event, step)
        case ConsensusJudged():
            if not isinstance(step, Judging) or event.round != step.round:
                yield f"judged in round {event.round}, where {_named(step)}"
        case TurnTaken() | SeatFailed():
            yield from _spoken(event, step)


def _spoken(event: TurnTaken | SeatFailed, step: Floor | Judging | Closing) -> Found:
    if not isinstance(step, Floor) or event.seat not in step.seats or event.round != step.round:
        yield f"{event.seat!r} spoke in round {event.round}, where {_named(step)}"
    elif event.saw != step.saw[step.seats.index(event.seat)]:
        may = list(step.saw[step.seats.index(event.seat)])
        yield f"{event.seat!r} saw the events {list(event.saw)}, and may see {may}"


def _named(step: Floor | Judging | Closing) -> str:
    """What the moderator does, in words."""
    match step:
        case Floor():
            return f"{', '.join(step.seats)} had the floor of round {step.round}"
        case Judging():
            return f"a judge was to be asked about round {step.round}"
        case Closing():
            return f"the deliberation had ended by {step.reason!r}"


def _ended(event: DeliberationEnded, step: Floor | Judging | Closing) -> Found:
    if not isinstance(step, Closing):
        if event.reason not in _FORECAST:
            yield f"ended by {event.reason!r}, where {_named(step)}"
        return
    # What a forecast ended cannot be told from what was used up, and its numbers hang on the prompts.
    is_forecast = event.reason in _FORECAST and step.reason in _FORECAST
    for name in ("rounds", "turns") if is_forecast else ("reason", "rounds", "turns", "numbers"):
        derived, written = getattr(step, name), getattr(event, name)
        if derived != written:
            yield f"the {name} of the ending is {written!r}, and the turns give {derived!r}"


def _event(event: Event, so_far: Transcript, digests: Digests) -> Found:
    """Whether what an event says fits the draft it was about."""
    match event:
        case QueryReceived():
            if (event.policies, event.prompts) != (digests.policies, digests.prompts):
                yield "received under other policies or prompts than the run's"
        case ConsensusJudged() if so_far.draft is not None and event.version != so_far.draft.version:
            yield f"judged draft {event.version}, and the draft was at {so_far.draft.version}"
        case TurnTaken() if so_far.draft is not None:
            yield from _turn(event, so_far.draft)
        case DraftRefined() if so_far.draft is not None:
            yield from _refined(event, so_far.draft)
        case _:
            return


def _turn(turn: TurnTaken, draft: Draft) -> Found:
    if turn.version > draft.version:
        yield f"spoke on draft {turn.version}, and the draft was at {draft.version}"
    for edit, cause in ((r.edit, r.cause) for r in _tried(turn, draft)):
        yield f"the applied edit {edit.op!r} cannot be applied ({cause})"
    for rejected in turn.rejected:
        if rejected.cause != "unknown_rule" and not _is_rejected(rejected, turn, draft):
            yield f"the edit {rejected.edit.op!r} that was not applied ({rejected.cause}) can be applied"


def _tried(turn: TurnTaken, draft: Draft) -> tuple[RejectedEdit, ...]:
    return try_edits(draft, turn.edits, author=turn.seat, round=turn.round, seen=turn.version)[1]


def _is_rejected(rejected: RejectedEdit, turn: TurnTaken, draft: Draft) -> bool:
    """Whether the edit fails for its cause at some place among those applied; at which is not written down."""
    for place in range(len(turn.edits) + 1):
        edits = (*turn.edits[:place], rejected.edit)
        _, failed = try_edits(draft, edits, author=turn.seat, round=turn.round, seen=turn.version)
        if rejected in failed:
            return True
    return False


def _refined(event: DraftRefined, draft: Draft) -> Found:
    known = {thought.id: thought for thought in draft.thoughts}
    if [outcome.thought for outcome in event.outcomes] != list(known):
        yield "the refiner's outcomes are not one for each thought of the draft"
    if event.decision != draft.decision:
        yield f"the refiner turned the decision {draft.decision!r} into {event.decision!r}"
    for thought in event.thoughts:
        yield from _sourced(thought, known)


def _sourced(thought: FinalThought, known: dict[str, Thought]) -> Found:
    strange = [source for source in thought.sources if source not in known]
    if strange:
        yield f"the final thought {thought.id!r} comes from {strange!r}, which the draft does not have"
    elif thought.outcome == "kept" and not _is_copy(thought, known[thought.sources[0]]):
        yield f"the final thought {thought.id!r} was kept, and is not what it was"


def _is_copy(final: FinalThought, thought: Thought) -> bool:
    return (final.text, final.citations) == (thought.text, thought.citations)


def _citations(event: Event, policies: Policies | None) -> Found:
    """Whether every citation is what its check gives, against the policies of the run."""
    if policies is None:
        return
    for citation in _cited(event):
        checked = check_quote(citation, policies)
        if checked.match == "unknown_rule":
            yield f"cites {citation.rule!r}, which is no rule of the run's policies"
        elif checked.citation != citation:
            claim = "verified" if citation.verified else "not verified"
            yield f"says that a quote from {citation.rule!r} is {claim}, and it is otherwise"
    for edit in _resolutions(event):
        strange = [rule for rule in edit.rules if policies.find_rule(rule.strip()) is None]
        if strange:
            yield f"resolves {strange!r}, which are no rules of the run's policies"


def _cited(event: Event) -> Iterator[Citation]:
    thoughts: Iterable[Thought | FinalThought | Add | Revise] = ()
    match event:
        case DraftSeeded() | DraftRefined():
            thoughts = event.thoughts
        case TurnTaken():
            edits = (*event.edits, *(rejected.edit for rejected in event.rejected))
            thoughts = (edit for edit in edits if isinstance(edit, Add | Revise))
        case _:
            pass
    return (citation for thought in thoughts for citation in thought.citations)


def _resolutions(event: Event) -> tuple[Resolve, ...]:
    return tuple(edit for edit in event.edits if isinstance(edit, Resolve)) if isinstance(event, TurnTaken) else ()
