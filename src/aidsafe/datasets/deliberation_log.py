"""A deliberation as one readable text: who said what, what changed, why it ended, what the refiner did.

Events are taken as the JSON they are kept as: to read them as values first would take ten times as long.
"""

from collections.abc import Iterable, Mapping
from functools import reduce
from typing import Any, NamedTuple

from pydantic import JsonValue

from aidsafe.core.transcript import Transcript

__all__ = ["deliberation_log", "drafted", "logged"]


def deliberation_log(transcript: Transcript) -> str:
    """A paragraph an event, in order."""
    return logged(event.model_dump(mode="json") for event in transcript)


def logged(events: Iterable[Mapping[str, JsonValue]]) -> str:
    """A paragraph an event, in order; the events as plain values."""
    return "\n\n".join("\n".join(lines) for event in events if (lines := _lines(event)))


def drafted(events: Iterable[Mapping[str, JsonValue]]) -> str:
    """The chain of the draft that the events end in, before it is refined; empty where there is none."""
    thoughts: _Thoughts | None = None
    for event in events:
        thoughts = _next_thoughts(thoughts, event)
    return "\n\n".join(text for _, text in thoughts.texts) if thoughts else ""


class _Thoughts(NamedTuple):
    """The thoughts of a draft, each with its id, and the number that the next one gets."""

    texts: tuple[tuple[str, str], ...]
    number: int

    def edited(self, edit: Mapping[str, Any]) -> "_Thoughts":
        match edit["op"]:
            case "add":
                return _Thoughts((*self.texts, (f"t{self.number}", edit["text"])), self.number + 1)
            case "revise":
                new = ((name, edit["text"] if name == edit["target"] else text) for name, text in self.texts)
                return self._replace(texts=tuple(new))
            case "withdraw":
                return self._replace(texts=tuple(one for one in self.texts if one[0] != edit["target"]))
            case _:
                return self


def _next_thoughts(thoughts: _Thoughts | None, event: Mapping[str, Any]) -> _Thoughts | None:
    match event["kind"]:
        case "draft_seeded":
            seeded = tuple((thought["id"], thought["text"]) for thought in event["thoughts"])
            return _Thoughts(seeded, len(seeded) + 1)
        case "turn_taken" if thoughts is not None:
            return reduce(_Thoughts.edited, event["edits"], thoughts)
        case _:
            return thoughts


def _lines(event: Mapping[str, Any]) -> list[str]:
    match event["kind"]:
        case "intents_decomposed":
            return ["decomposer:", *(f"- {one['kind']}, {one['harm']}: {one['text']}" for one in event["intents"])]
        case "draft_seeded":
            thoughts = (f"- {thought['id']}: {thought['text']}" for thought in event["thoughts"])
            return [f"seeder: {event['decision']}", *thoughts, f"- response: {event['response']}"]
        case "turn_taken":
            return [
                f"round {event['round']}, {event['seat']}: {event['stance']}{_because(event['reason'])}",
                *(f"- {_edit(edit)}" for edit in event["edits"]),
                *(f"- not applied ({one['cause']}): {_edit(one['edit'])}" for one in event["rejected"]),
            ]
        case "draft_refined":
            told = (f"- {one['thought']}: {one['outcome']}{_because(one['reason'])}" for one in event["outcomes"])
            return [f"refiner: {event['decision']}", *told]
        case _:
            return _short(event)


def _short(event: Mapping[str, Any]) -> list[str]:
    """The line of an event that needs no more than one; none for what is not part of the talk."""
    match event["kind"]:
        case "seat_failed":
            failed = f"gave nothing usable ({event['failure']}){_because(event['message'])}"
            return [f"round {event['round']}, {event['seat']}: {failed}"]
        case "stop_requested":
            return [f"stop requested by {event['by']}{_because(event['reason'])}"]
        case "deliberation_ended":
            return [f"ended: {event['reason']}, rounds {event['rounds']}, turns {event['turns']}"]
        case _:
            return []


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def _edit(edit: Mapping[str, Any]) -> str:
    match edit["op"]:
        case "add":
            return f"add: {edit['text']}"
        case "revise":
            return f"revise {edit['target']}: {edit['text']}"
        case "withdraw":
            return f"withdraw {edit['target']}{_because(edit['reason'])}"
        case "resolve":
            return f"resolve {', '.join(edit['rules'])}: {edit['resolved_by']}"
        case "respond":
            return f"respond: {edit['text']}"
        case _:
            return f"decide: {edit['decision']}"
