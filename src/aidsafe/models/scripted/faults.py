"""Replies that are not what was asked for, each kind as models are known to send it."""

from collections.abc import Callable, Mapping

import orjson

from aidsafe.models.scripted.dice import Dice

__all__ = ["MALFORMED", "REFUSALS", "malformed"]

Body = dict[str, object]

REFUSALS = (
    "I'm sorry, but I can't help with this task.",
    "I cannot take part in reviewing this request.",
    "I'm not able to assist with this, as it may involve harmful content.",
    "I must decline to write about this topic.",
    "Sorry, I can't continue with this conversation.",
    "I won't be able to provide that analysis.",
    "I'm unable to help with that.",
    "As an AI system I cannot engage with this material.",
)


_EDIT: Body = {
    "op": "",
    "target": None,
    "expect": "",
    "text": "",
    "citations": [],
    "rules": [],
    "reason": "it needs other words",
}


def malformed(kind: str, body: Body, *, dice: Dice) -> str:
    """The reply with one thing wrong with it."""
    return MALFORMED[kind](body, _json(body), dice)


def _json(body: Body) -> str:
    return orjson.dumps(body).decode()


def _fitting(body: Body, others: Body) -> str:
    """The reply with other values for those of its keys that are named."""
    return _json({**body, **{key: value for key, value in others.items() if key in body}})


def _without_first(body: Body) -> str:
    keys = [key for key in ("thoughts", "intents", "stance", "outcomes") if key in body]
    return _json({key: value for key, value in body.items() if key not in keys[:1]})


def _aimed(body: Body, target: str, expect: str = "") -> str:
    edit = _EDIT | {"op": "revise", "target": target, "expect": expect, "text": "Other words."}
    outcome = {"thought": target, "outcome": "kept", "reason": None}
    return _fitting(body, {"edits": [edit], "outcomes": [outcome], "stance": "object"})


def _twice(body: Body) -> str:
    edits, outcomes = body.get("edits"), body.get("outcomes")
    doubled = {"edits": [*edits, *edits] if isinstance(edits, list) else []}
    repeated = {"outcomes": [*outcomes, *outcomes[:1]] if isinstance(outcomes, list) else []}
    return _fitting(body, {**doubled, **repeated})


def _cited(body: Body, rule: str) -> str:
    cited = [{"rule": rule, "quote": "no such words stand there"}]
    thought = {"text": "This rests on a rule of that name.", "citations": cited}
    edit = _EDIT | thought | {"op": "add"}
    return _fitting(body, {"thoughts": [thought], "edits": [edit], "stance": "object"})


def _nan(body: Body) -> str:
    return f'{{"confidence": NaN, {_json(body)[1:]}'


def _cut(text: str) -> str:
    return text[: max(1, len(text) * 2 // 3)]


_WRONG_ENUMS: Body = {
    "stance": "agreed",
    "decision": "accept",
    "intents": [{"text": "x", "harm": "maybe"}],
    "outcomes": [{"thought": "t1", "outcome": "fine"}],
}
_NULLS: Body = {
    "thoughts": [{"text": None, "citations": None}],
    "stance": None,
    "intents": [{"text": None, "harm": None}],
    "outcomes": [{"thought": None, "outcome": None}],
}
_SCHEMA = '{"type": "object", "properties": {"stance": {"enum": ["agree", "object", "abstain"]}}}'
_TONGUES = ("Das kann ich so nicht beurteilen.", "Je ne sais pas quoi en dire.")

MALFORMED: Mapping[str, Callable[[Body, str, Dice], str]] = {
    "prose_around": lambda _, text, __: f"Here is my reply:\n\n{text}\n\nLet me know if anything is unclear.",
    "two_objects": lambda body, text, _: f"{_json({'draft': True, **body})}\n{text}",
    "fence": lambda _, text, __: f"```json\n{text}\n```",
    "trailing_comma": lambda _, text, __: f"{text[:-1]},}}",
    "single_quotes": lambda body, _, __: str(body),
    "think_tags": lambda _, text, __: f"<think>\nThe draft {{needs}} a look.\n</think>\n{text}",
    "cut_in_string": lambda _, text, __: _cut(text),
    "missing_key": lambda body, _, __: _without_first(body),
    "null_for_text": lambda body, _, __: _fitting(body, _NULLS),
    "wrong_enum": lambda body, _, __: _fitting(body, _WRONG_ENUMS),
    "extra_key": lambda body, _, __: _json({**body, "confidence": 0.9, "notes": ["none"]}),
    "unknown_rule": lambda body, _, __: _cited(body, "ZZ-R99"),
    "unknown_thought": lambda body, _, __: _aimed(body, "t99"),
    "repeated_thought": lambda body, _, __: _twice(body),
    "expect_mismatch": lambda body, _, __: _aimed(body, "t1", "No thought begins like this"),
    "empty": lambda _, __, ___: "",
    "schema_echoed": lambda _, __, ___: _SCHEMA,
    "nan": lambda body, _, __: _nan(body),
    "other_language": lambda _, __, dice: dice.pick(_TONGUES, "tongue"),
    "at_odds": lambda body, _, __: _fitting(body, {"reason": "All of t1 is wrong.", "stance": "agree", "edits": []}),
}
