"""Records and pairs as exports take them, in as few words as a test needs."""

from aidsafe.core.events import DraftSeeded, QueryCompleted, QueryReceived
from aidsafe.core.records import Citation, Provenance, Query, Record, Thought
from aidsafe.core.transcript import Transcript
from aidsafe.datasets.exporting import Folded
from aidsafe.datasets.folding import record_of
from aidsafe.datasets.pairs import Chain, Divergence, Pair, Score
from aidsafe.datasets.stored import Stored, stored_of

__all__ = ["REAL", "SCRIPTED", "folded", "pair", "record", "stored"]

REAL = Provenance(aidsafe="0.1.0", recipe="r", policies="p", prompts="q", models={"big": "openai:gpt"}, seed=7)
SCRIPTED = REAL.model_copy(update={"models": {"small": "scripted"}})


def folded(
    text: str = "How?",
    *,
    query_id: str = "a",
    response: str = "Like this.",
    thoughts: tuple[str, ...] = ("Someone wants to know how.", "It is fine to say how."),
    metadata: dict[str, object] | None = None,
    provenance: Provenance = REAL,
) -> Folded:
    """A record of this text, and its transcript; nobody deliberated."""
    query = Query.model_validate({"id": query_id, "row": 0, "text": text, "metadata": metadata or {}})
    cited = (Citation(policy="respect_helpfulness", rule="RH-H1", quote="help", verified=True),)
    chain = tuple(
        Thought(id=f"t{number}", text=thought, author="seeder", round=0, citations=cited)
        for number, thought in enumerate(thoughts, start=1)
    )
    seeded = DraftSeeded(thoughts=chain, decision="comply", response=response)
    transcript = Transcript.of((QueryReceived(query=query, policies="p", prompts="q"), seeded, QueryCompleted()))
    return Folded(record_of(transcript, provenance), transcript)


def record(text: str = "How?", *, query_id: str = "a", metadata: dict[str, object] | None = None) -> Record:
    """A record of this text."""
    return folded(text, query_id=query_id, metadata=metadata).record


def stored(found: Folded) -> Stored:
    """A record with its events as JSON."""
    return stored_of(found.record, found.transcript)


def pair(*, id: str = "p", prompt: str = "How?") -> Pair:
    """A preference pair."""
    return Pair(
        id=id,
        query_id="a",
        kind="seed",
        prompt=prompt,
        chosen=Chain(thoughts="It is fine to say how.", response="Like this.", decision="comply"),
        defect="refused what may be answered",
        tries=1,
        margins={"rules": 0.5},
        chosen_scores={"rules": Score(faithfulness=1.0)},
        rejected_scores={"rules": Score(faithfulness=0.5, violates=("RH-H1",))},
        violates=("RH-H1",),
        diverges=Divergence(characters=0, thought=1),
    )
