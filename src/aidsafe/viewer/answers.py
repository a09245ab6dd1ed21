"""What the page is told when it asks: the runs, a page of queries, one transcript; each as JSON."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from aidsafe.core.records import Query
from aidsafe.core.transcript import Transcript
from aidsafe.orchestration.run import Run
from aidsafe.policies.library import Policies
from aidsafe.viewer.entry import HEAD, Texts, entry_of, texts_of
from aidsafe.viewer.index import Cell, Index
from aidsafe.viewer.reading import as_json, reading_of
from aidsafe.viewer.searching import Question, find
from aidsafe.viewer.shelf import ShownRun
from aidsafe.viewer.snippets import Snippet, snippet_of
from aidsafe.viewer.wording import asked

__all__ = ["described", "queries_answer", "runs_answer", "transcript_answer", "transcript_facts"]


def runs_answer(shelf: Sequence[ShownRun]) -> bytes:
    """Every run on the shelf: what it is, its numbers, and how far its index is."""
    runs = [
        {"number": number, **described(shown.run, shown.name, shown.policies), **_standing(shown)}
        for number, shown in enumerate(shelf)
    ]
    return as_json({"runs": runs})


def queries_answer(shown: ShownRun, question: Question) -> bytes:
    """The queries that were asked for, each with the place where the words were found."""
    found = find(shown.index, question)
    words = asked(question.text)
    lines = [{**line, "snippet": _snippet(shown, line, words) if words else None} for line in found.lines]
    return as_json({"lines": lines, "count": found.count, "next": found.next})


def transcript_answer(shelf: Sequence[ShownRun], number: int, query_id: str) -> bytes | None:
    """One transcript with its neighbours in source order; None where there is no such query."""
    transcript = shelf[number].find(query_id)
    if transcript is None:
        return None
    key = (transcript.query.row, transcript.query.replica)
    others = [other for other, shown in enumerate(shelf) if other != number and _has(shown.index, transcript.query)]
    index = shelf[number].index
    around = {"previous": _beside(index, *key, step=-1), "next": _beside(index, *key, step=1), "elsewhere": others}
    return as_json({**transcript_facts(shelf[number].run, transcript), **around})


def transcript_facts(run: Run, transcript: Transcript) -> dict[str, object]:
    """A transcript's line and its reading."""
    reading = reading_of(transcript, seats=tuple(_seats(run.manifest.shape)))
    return {"entry": entry_of(transcript.events), "reading": reading}


def described(run: Run, name: str, policies: Policies | None) -> dict[str, object]:
    """What a run is, whatever has come of it."""
    manifest = run.manifest
    return {
        "name": name,
        "recipe": manifest.recipe,
        "seed": manifest.seed,
        "models": manifest.models,
        "seats": _seats(manifest.shape),
        "protocol": manifest.shape.get("protocol"),
        "notice": manifest.notice,
        "policies": _policies(policies),
    }


def _standing(shown: ShownRun) -> dict[str, object]:
    """How a run stands."""
    return {
        "totals": shown.totals.model_dump(mode="json", exclude={"run"}),
        "counts": shown.counts,
        "indexed": sum(shown.counts["state"].values()),
        "level": shown.level,
        "live": shown.live,
        "problem": shown.problem,
    }


def _seats(shape: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    seats = shape.get("seats")
    return seats if isinstance(seats, dict) else {}


def _policies(policies: Policies | None) -> dict[str, JsonValue] | None:
    if policies is None:
        return None
    return {policy.id: policy.model_dump(mode="json", exclude={"id"}) for policy in policies.policies}


def _snippet(shown: ShownRun, line: Mapping[str, Cell], words: Sequence[str]) -> Snippet | None:
    """Where the words stand; the transcript is read only if they are not in the beginning of the query."""
    head = snippet_of(Texts(str(line["head"]), (), ()), words)
    return head or snippet_of(texts_of(shown.events(int(line["row"] or 0), int(line["replica"] or 0))), words)


def _beside(index: Index, row: int, replica: int, *, step: int) -> Cell:
    sign, direction = ("<", "DESC") if step < 0 else (">", "ASC")
    sql = (
        f"SELECT id FROM lines JOIN shown USING (doc) WHERE (row, replica) {sign} (?, ?) "  # noqa: S608  # our own signs
        f"ORDER BY row {direction}, replica {direction} LIMIT 1"
    )
    found = index.all(sql, row, replica)
    return found[0][0] if found else None


def _has(index: Index, query: Query) -> bool:
    """Whether a run was asked the same under the same id."""
    sql = "SELECT 1 FROM shown WHERE id = ? AND head = ?"
    return bool(index.all(sql, query.id, query.text[:HEAD]))
