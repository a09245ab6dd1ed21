"""The draft while a transcript is followed: its thoughts, decision and response, edit by edit."""

from collections.abc import Iterator, Mapping
from typing import Any

from aidsafe.analysis.courses.course import Change, Cited, Final, Life, Moment
from aidsafe.core.records import Decision

__all__ = ["FollowedDraft", "Plain", "change_of", "citations_of"]

Plain = dict[str, Any]
"""An event, or a part of one, as plain JSON."""

_UNTOUCHED: Plain = {"outcome": None, "reason": None, "code": None}


class _Thought:
    """A thought while its life is followed."""

    __slots__ = ("author", "cited", "id", "revisions", "round", "text", "withdrawn")

    def __init__(self, thought_id: str, author: str, round: int, text: str, cited: tuple[Cited, ...]) -> None:
        self.id = thought_id
        self.author = author
        self.round = round
        self.text = text
        self.cited = cited
        self.revisions = 0
        self.withdrawn: tuple[str, int] | None = None


class FollowedDraft:
    """Takes the seed and then one edit after the other."""

    def __init__(self) -> None:
        self.thoughts: dict[str, _Thought] = {}
        self.decision: Decision | None = None
        self.conflicts = 0
        self.moments: list[Moment] = []
        self._response = ""
        self._next_id = 1
        self._changed = True

    def seed(self, event: Plain) -> None:
        """Take the first draft."""
        for thought in event["thoughts"]:
            cited = citations_of(thought["citations"])
            self.thoughts[thought["id"]] = _Thought(thought["id"], thought["author"], 0, thought["text"], cited)
        self._next_id = len(self.thoughts) + 1
        self.decision, self._response = event["decision"], event["response"]
        self.close_round(0)

    def apply(self, edit: Plain, *, seat: str, round: int) -> Change:
        """Take an accepted edit."""
        self._changed = True
        op = edit["op"]
        if op == "add":
            return self._add(edit, seat, round)
        if op in ("revise", "withdraw"):
            self._touch(edit, seat, round)
        elif op == "decide":
            self.decision = edit["decision"]
        elif op == "respond":
            self._response = edit["text"]
        else:
            self.conflicts += 1
        return change_of(edit)

    def close_round(self, round: int) -> None:
        """Note how the draft stands at the end of a round; without a draft there is nothing to note."""
        if self.decision is None:
            return
        if not self._changed:
            self.moments.append(self.moments[-1]._replace(round=round))
            return
        self._changed = False
        alive = [thought for thought in self.thoughts.values() if thought.withdrawn is None]
        cited = [one for thought in alive for one in thought.cited]
        self.moments.append(
            Moment(
                round,
                tuple([thought.id for thought in alive]),
                tuple([thought.text for thought in alive]),
                frozenset([(one.policy, one.rule) for one in cited]),
                frozenset([(one.policy, one.rule) for one in cited if one.verified]),
                self.decision,
                self._response,
            )
        )

    def chain(self, refined: Plain | None) -> tuple[Final, ...]:
        """The finished chain: the refiner's, or the draft as it stands."""
        if refined is not None:
            return tuple(
                [
                    Final(one["id"], one["text"], tuple(one["from"]), citations_of(one["citations"]))
                    for one in refined["thoughts"]
                ]
            )
        alive = (thought for thought in self.thoughts.values() if thought.withdrawn is None)
        return tuple([Final(thought.id, thought.text, (thought.id,), thought.cited) for thought in alive])

    def lives(self, chain: tuple[Final, ...] | None, refined: Plain | None) -> Iterator[Life]:
        """Every thought's life, in the order in which they came."""
        outcomes = {one["thought"]: one for one in refined["outcomes"]} if refined else {}
        held = None if chain is None else {source for final in chain for source in final.sources}
        for thought in self.thoughts.values():
            yield _life(thought, held, outcomes.get(thought.id, _UNTOUCHED))

    def _add(self, edit: Plain, seat: str, round: int) -> Change:
        thought_id = f"t{self._next_id}"
        self._next_id += 1
        change = change_of(edit)._replace(thought=thought_id)
        self.thoughts[thought_id] = _Thought(thought_id, seat, round, change.text, change.cited)
        return change

    def _touch(self, edit: Plain, seat: str, round: int) -> None:
        thought = self.thoughts.get(edit["target"])
        if thought is None:
            return
        if edit["op"] == "withdraw":
            thought.withdrawn = (seat, round)
        else:
            thought.text, thought.cited = edit["text"], citations_of(edit["citations"])
            thought.revisions += 1


def citations_of(citations: list[Plain]) -> tuple[Cited, ...]:
    """What a thought or an edit cites."""
    return tuple([Cited(one["policy"], one["rule"], one["verified"]) for one in citations]) if citations else ()


def change_of(edit: Mapping[str, Any]) -> Change:
    """An edit, accepted or not."""
    return Change(
        edit["op"],
        edit.get("target"),
        edit.get("text", ""),
        citations_of(edit.get("citations", [])),
        tuple(edit.get("rules", ())),
        edit.get("decision"),
    )


def _life(thought: _Thought, held: set[str] | None, outcome: Plain) -> Life:
    return Life(
        thought.id,
        thought.author,
        thought.round,
        thought.text,
        thought.cited,
        thought.revisions,
        thought.withdrawn,
        outcome["outcome"],
        outcome["reason"],
        outcome["code"],
        None if held is None else thought.id in held,
    )
