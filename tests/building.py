"""Queries, drafts, turns, transcripts, tables and replies, each in as few words as a test needs."""

from collections.abc import Mapping

from autogen_core.models import ChatCompletionClient

from aidsafe.agents.guidance import Guidance, load_guidance
from aidsafe.agents.view import View
from aidsafe.core.editing import settled
from aidsafe.core.events import (
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryReceived,
    SeatFailed,
    SeatFailure,
    TurnTaken,
)
from aidsafe.core.records import Add, Call, Citation, Decision, Edit, Intent, Query, Stance, Thought
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.moderator import Closing, Floor, Judging, next_step
from aidsafe.orchestration.orders import Key
from aidsafe.orchestration.protocol import Protocol, Seat, SeatBudget, Weighted
from aidsafe.orchestration.recipe import read_recipe
from aidsafe.orchestration.table import Table

__all__ = [
    "GUIDANCE",
    "KEY",
    "SEATS",
    "add",
    "begun",
    "call",
    "cited",
    "decided",
    "decomposed",
    "drafted",
    "floor",
    "lost",
    "played",
    "query",
    "received",
    "refined",
    "revised",
    "said",
    "seated",
    "seats",
    "seeded",
    "spoken",
    "table",
    "thought",
    "turned",
    "view",
]

GUIDANCE: Guidance = load_guidance()
"""The shipped policies, prompts and personas, read once."""

KEY = Key(7, 0)
SEATS = ("critic", "expander", "policy_aligner")

Json = dict[str, object]


def query(text: str = "How do I sharpen a kitchen knife?", *, row: int = 0, replica: int = 0) -> Query:
    """A query."""
    return Query(id=f"q{row}", row=row, replica=replica, text=text)


def received(text: str = "How do I sharpen a kitchen knife?") -> QueryReceived:
    """A query that arrived."""
    return QueryReceived(query=query(text), policies="p", prompts="q")


def cited(rule: str = "RH-H1", quote: str = "words", *, verified: bool = True) -> Citation:
    """A citation as it stands on a record."""
    return Citation(policy="respect_helpfulness", rule=rule, quote=quote, verified=verified)


def thought(
    id: str = "t1", text: str = "A blunt knife slips.", *citations: Citation, author: str = "seeder"
) -> Thought:
    """A thought of the seed."""
    return Thought(id=id, text=text, author=author, round=0, citations=citations)


def seeded(*texts: str, decision: Decision = "comply", response: str = "Hone it on a stone.") -> DraftSeeded:
    """A first draft of these thoughts, or of two."""
    shown = texts or ("A blunt knife slips.", "A whetstone restores the edge.")
    thoughts = tuple(thought(f"t{number}", text) for number, text in enumerate(shown, start=1))
    return DraftSeeded(thoughts=thoughts, decision=decision, response=response)


def begun(*after: Event, seed: DraftSeeded | None = None) -> Transcript:
    """A transcript with a first draft, and what came after."""
    intents = (Intent(text="Learn to sharpen.", kind="explicit", harm="benign"),)
    decomposed = IntentsDecomposed(restatement="The person wants to sharpen a knife.", intents=intents)
    return Transcript.of([received(), decomposed, seed or seeded(), *after])


def call(
    *, prompt: int = 10, completion: int = 5, usd: float | None = 0.0, seconds: float = 0.0, prompt_bytes: int = 40
) -> Call:
    """An answered call."""
    return Call(
        model="m",
        asked="scripted",
        reported="m-1",
        finish="stop",
        prompt_tokens=prompt,
        completion_tokens=completion,
        cost_usd=usd,
        latency_seconds=seconds,
        prompt_bytes=prompt_bytes,
    )


def add(text: str = "Children should stand back.") -> Add:
    """A new thought."""
    return Add(text=text)


def said(
    seat: str,
    stance: Stance,
    *edits: Edit,
    round: int = 1,
    version: int = 0,
    reason: str = "",
    calls: tuple[Call, ...] = (),
) -> TurnTaken:
    """A turn."""
    return TurnTaken(
        round=round, seat=seat, saw=(), version=version, stance=stance, reason=reason, edits=edits, calls=calls
    )


def lost(seat: str, failure: SeatFailure = "invalid", *, round: int = 1, version: int = 0) -> SeatFailed:
    """A seat that had the floor and gave nothing usable."""
    return SeatFailed(round=round, seat=seat, saw=(), version=version, failure=failure, message="no")


def seats(*names: str, **budgets: SeatBudget) -> tuple[Seat, ...]:
    """Seats by name, some with budgets of their own."""
    return tuple(
        Seat(name=name, persona=name, models=(Weighted(model="m"),), budget=budgets.get(name, SeatBudget()))
        for name in names or SEATS
    )


# How a moderator's table is written: one word a turn.


def spoken(word: str, step: Floor, place: int, transcript: Transcript, *, calls: tuple[Call, ...] = ()) -> Event:
    """The turn that a word stands for: agree, object, abstain, edit, agree+edit, abstain+edit, or a failure."""
    seat, saw, version = step.seats[place], step.saw[place], _version(transcript)
    if word in ("invalid", "refused", "truncated", "filtered", "timeout", "error"):
        failure: SeatFailure = word  # type: ignore[assignment]  # one of the six
        return SeatFailed(
            round=step.round, seat=seat, saw=saw, version=version, failure=failure, message=word, calls=calls
        )
    stance, _, edits = word.partition("+")
    taken: Stance = {"agree": "agree", "abstain": "abstain"}.get(stance, "object")  # type: ignore[assignment]
    edited = (add(f"thought {len(transcript)} of {seat}"),) if edits or stance == "edit" else ()
    return TurnTaken(round=step.round, seat=seat, saw=saw, version=version, stance=taken, edits=edited, calls=calls)


def _version(transcript: Transcript) -> int:
    return transcript.draft.version if transcript.draft else 0


def turned(
    step: Floor, words: Mapping[str, str], transcript: Transcript, *, calls: tuple[Call, ...] = ()
) -> Transcript:
    """The transcript after a floor on which each seat says its word, settled in seat order."""
    turns = [spoken(words[seat], step, place, transcript, calls=calls) for place, seat in enumerate(step.seats)]
    for turn in turns:
        draft = transcript.draft
        event = settled(turn, draft) if isinstance(turn, TurnTaken) and draft else turn
        transcript = transcript.append(event)
    return transcript


def played(
    words: str, protocol: Protocol, *at: Seat, calls: tuple[Call, ...] = (), start: Transcript | None = None
) -> tuple[Transcript, Floor | Judging | Closing]:
    """Let the moderator give the floor until it closes or the words run out: the transcript, and the last step."""
    transcript, left = start or begun(), words.split()
    while True:
        step = next_step(transcript, protocol, at or seats(), key=KEY)
        if not isinstance(step, Floor) or len(left) < len(step.seats):
            return transcript, step
        said_now = {seat: left.pop(0) for seat in step.seats}
        transcript = turned(step, said_now, transcript, calls=calls)


def floor(*names: str, round: int = 1, events: int = 3) -> Floor:
    """A floor on which these seats see the first events."""
    return Floor(round, names, tuple(tuple(range(events)) for _ in names))


# How a model replies.


def decomposed(*texts: str) -> Json:
    """The decomposer's reply."""
    intents = [
        {"text": text, "kind": "explicit", "evidence": "sharpen", "harm": "benign"} for text in texts or ("Sharpen.",)
    ]
    return {"restatement": "The person wants to sharpen a knife.", "intents": intents}


def drafted(*texts: str, decision: str = "comply", response: str = "Hone it on a stone.") -> Json:
    """The seeder's reply."""
    shown = texts or ("A blunt knife slips.", "A whetstone restores the edge.")
    thoughts = [{"text": text, "citations": []} for text in shown]
    return {"thoughts": thoughts, "decision": decision, "response": response}


def decided(stance: str = "agree", *edits: Json, **fields: object) -> Json:
    """A deliberator's reply."""
    return {"edits": list(edits), **fields, "stance": stance}


def revised(target: str, text: str, *, expect: str = "") -> Json:
    """A revision, as a model writes it."""
    return {"op": "revise", "target": target, "expect": expect, "text": text}


def refined(**fields: object) -> Json:
    """The refiner's reply: everything kept, unless said otherwise."""
    return {"outcomes": [], "rewritten": [], "response": None, **fields}


# Who sits where.


def seated(client: ChatCompletionClient, text: str = "", *sets: str) -> Table:
    """The table of a recipe, with this client behind every model."""
    recipe = read_recipe(text, file="recipe.yaml", sets=sets)
    return Table(recipe, GUIDANCE, dict.fromkeys(recipe.models, client))


def table(client: ChatCompletionClient, *sets: str) -> Table:
    """The default table with this client behind every seat."""
    return seated(client, "", *sets)


def view(transcript: Transcript, *, round: int = 1, max_rounds: int = 3) -> View:
    """A view of the whole transcript."""
    saw = tuple(range(len(transcript)))
    return View(transcript, suffix="abcd1234", saw=saw, round=round, max_rounds=max_rounds)
