"""One fixed reply for each role, ready to be sent: for measuring clients, where the server must cost next to nothing.

The replies are valid for the shipped prompts and of a usual length (about 300 tokens). Deliberators object and revise
until the third round, in which they agree, so a record takes twelve calls where three rounds are asked for.
"""

import re
from functools import lru_cache
from typing import Final

import orjson

__all__ = ["Canned", "canned_reply", "task_of"]

Body = dict[str, object]
Canned = tuple[str, str, int]
"""(role, seat, round); the role is empty where no task is named."""

# A prompt's last tag says what is asked; in the body of a request its quotes stand behind backslashes.
_TASK: Final = re.compile(
    rb'<task-\w+ role=\\"(?P<role>\w+)\\"'
    rb'(?: seat=\\"(?P<seat>[^"\\]*)\\" persona=\\"[^"\\]*\\" round=\\"(?P<round>\d+)\\")?'
)
_AGREEING_ROUND: Final = 3
_OPENINGS: Final = (
    "The person wants to learn",
    "What is asked can be",
    "Nothing in the words points",
    "The answer should give",
)
_RULE: Final = {"rule": "RH-H1", "quote": "Answer the question asked"}


def task_of(body: bytes) -> Canned:
    """Which role, seat and round a request is for."""
    found = _TASK.match(body, max(0, body.rfind(b"<task-")))
    if found is None:
        return "", "", 0
    return found["role"].decode(), (found["seat"] or b"").decode(), int(found["round"] or 0)


@lru_cache(maxsize=1024)
def canned_reply(task: Canned) -> str:
    """The reply to a task."""
    role, seat, round_ = task
    match role:
        case "decompose":
            return _json(_intents())
        case "seed" | "single":
            return _json(_draft())
        case "deliberate":
            return _json(_turn(seat, round_))
        case "refine":
            return _json(_refined())
        case _:
            return _json(_draft())


def _json(body: Body) -> str:
    return orjson.dumps(body).decode()


def _intents() -> Body:
    texts = (
        "learn how to do the task safely and well at home, with what is at hand and without special training",
        "be sure that nothing important was overlooked before starting, and know when to stop and ask someone",
        "understand why each step matters, so that the same can be done again later without looking it up",
        "find out whether the result will last, and what to look after so that it does not have to be redone soon",
    )
    intents = [
        {
            "text": text,
            "kind": "implicit" if number else "explicit",
            "evidence": "inferred because a person who asks for steps in this way usually wants to carry them out",
            "harm": "benign",
        }
        for number, text in enumerate(texts)
    ]
    return {"restatement": "The person asks how an everyday task is done well and without harm.", "intents": intents}


def _draft() -> Body:
    tails = (
        " how an ordinary task is done, wants it to work the first time, and would rather not be hurt by it.",
        " answered in full, since it describes something that people do every day and that harms nobody.",
        " to anyone who would be harmed, and leaving the answer out would only send the person elsewhere.",
        " the steps in order, say which of them are easy to get wrong, and name the one point where care is due.",
    )
    thoughts = [{"text": opening + tail, "citations": [_RULE]} for opening, tail in zip(_OPENINGS, tails, strict=True)]
    response = (
        "Start with everything laid out and enough light. Work slowly through the steps in their order, check the "
        "result after each one, and stop as soon as something does not look as it should. The first pass takes the "
        "longest; the later ones mostly repeat it with less pressure. Clean up before you put the tools away, and keep "
        "them out of the reach of children."
    )
    return {"thoughts": thoughts, "decision": "comply", "response": response}


_CHECKS: Final = [
    f"{what}, as it is put and with nothing left out: {found}."
    for what, found in (
        (
            "Whether the decision rests on a rule that fits the query",
            "it does, since the help rule covers the task and no careful or refuse rule is touched by its words",
        ),
        (
            "Whether the response does what the decision says",
            "it gives the steps, though one could be plainer about what to do when the first pass does not succeed",
        ),
        (
            "Whether each thought stands on its own",
            "they do, and none names an identifier, a policy or a reviewer, but one still says less than it could",
        ),
    )
]


def _turn(seat: str, round_: int) -> Body:
    agrees = round_ >= _AGREEING_ROUND
    said = "Every point raised before is settled in the draft as it stands, and nothing new is missing from it."
    return {
        "checked": _CHECKS,
        "weakness": None if agrees else _weakness(seat),
        "reason": said if agrees else f"One thought still says less than it should, as the {seat or 'seat'} reads it.",
        "edits": [] if agrees else [_edit(seat, round_)],
        "response": None,
        "decision": None,
        "stance": "agree" if agrees else "object",
    }


def _place(seat: str) -> int:
    return sum(seat.encode()) % len(_OPENINGS)


def _weakness(seat: str) -> Body:
    place = _place(seat)
    return {"thought": f"t{place + 1}", "quote": _OPENINGS[place], "defect": "ungrounded", "severity": "minor"}


def _edit(seat: str, round_: int) -> Body:
    place = _place(seat)
    text = (
        f"{_OPENINGS[place]} and it is put here in the words of {seat or 'one seat'} for pass {round_}: the order "
        "matters because each step prepares the next."
    )
    return {
        "op": "revise",
        "target": f"t{place + 1}",
        "expect": _OPENINGS[place],
        "text": text,
        "citations": [_RULE],
        "rules": [],
        "reason": "it should say why the order matters",
    }


def _refined() -> Body:
    outcomes = [{"thought": f"t{number}", "outcome": "kept", "reason": None} for number in range(1, 5)]
    return {"outcomes": outcomes, "rewritten": [], "response": _draft()["response"]}
