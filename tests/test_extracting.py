"""A reply is read out of whatever a model wrote around it; what cannot be read says where it is wrong."""

import contextlib
import json

import pytest
from building import decided, revised
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.agents.extracting import NoReply, read_reply
from aidsafe.agents.replies import DraftReply, IntentsReply, RefinedReply, Reply, TurnReply

AGREES = '{"edits": [], "stance": "agree"}'
EDITS = json.dumps(decided("object", revised("t1", "A blunt blade slips.")))


READ = {
    "alone": AGREES,
    "prose around it": f"Here is my review:\n\n{AGREES}\n\nI hope that helps {{really}}.",
    "a fence": f"```json\n{AGREES}\n```",
    "two objects": f'{{"stance": "object"}} … on reflection: {AGREES}',
    "an example of another shape first": f'{{"rule": "RH-H1", "quote": "words"}}\n{AGREES}',
    "thinking before it": f'<think>{{"stance": "object"}} or not?</think>{AGREES}',
    "thinking whose opening was cut off": f'Let me see {{"stance": "object"}} </think>{AGREES}',
    "the schema echoed before it": f'{{"type": "object", "properties": {{"stance": {{}}}}}} {AGREES}',
    "an extra key": '{"mood": "good", "edits": [], "stance": "agree"}',
    "missing keys": '{"stance": "agree"}',
    "null where a list is due": '{"edits": null, "checked": null, "reason": null, "stance": "agree"}',
    "empty where null is due": '{"edits": [], "response": "", "decision": "", "weakness": {}, "stance": "agree"}',
    "a trailing comma": '{"edits": [], "stance": "agree",}',
    "trailing commas within": '{"checked": ["a, ]",], "edits": [], "stance": "agree",\n}',
    "braces in prose before it": f"The set {{a, b}} and {{c}}: {AGREES}",
    "a byte order mark": f"\ufeff{AGREES}",
}


@pytest.mark.parametrize("text", READ.values(), ids=READ.keys())
def test_what_can_be_read_is_read(text: str) -> None:
    """The last complete object that fits is the reply."""
    reply = read_reply(text, TurnReply)

    assert ("agree", ()) == (reply.stance, reply.edits)
    assert (None, None, None) == (reply.response, reply.decision, reply.weakness)


UNREAD = {
    "nothing": ("", "no JSON object found"),
    "prose alone": ("I agree with all of it.", "no JSON object found"),
    "cut in a string": ('{"edits": [{"op": "add", "text": "Stand ba', "the JSON is broken near"),
    "cut between edits": (EDITS[:60], "the JSON is broken near"),
    "single quotes": ("{'edits': [], 'stance': 'agree'}", "broken near \"{'edits': [], 'stance"),
    "a missing key": ('{"edits": []}', "at stance: Field required"),
    "a wrong word": (
        '{"edits": [], "stance": "agreed"}',
        "at stance: Input should be 'agree', 'object' or 'abstain'",
    ),
    "a wrong word within": (
        '{"edits": [{"op": "delete", "target": "t1"}], "stance": "object"}',
        "at edits.0.op: Input should be 'add', 'revise', 'withdraw' or 'resolve'",
    ),
    "null where a word is due": ('{"stance": null}', "at stance: Input should be 'agree', 'object' or 'abstain'"),
    "not a number": ('{"reason": NaN, "stance": "agree"}', "at reason: Input should be a valid string"),
    "the schema alone": ('{"type": "object", "properties": {}}', "at stance: Field required"),
    "a list": ('["agree"]', "no JSON object found"),
    "another language": ('{"haltung": "zustimmung"}', "at stance: Field required"),
    "an unescaped quote": ('{"reason": "he said "no" to it", "stance": "agree"}', "the JSON is broken near"),
    "a number beyond measure": (f'{{"stance": {"9" * 5000}}}', "a number of too many digits"),
    "broken behind a trailing comma": ('{"edits": [1,], "stance": agree}', "the JSON is broken near"),
    "a heap of brackets before it": (f"{'{ ' * 300}{AGREES}", "the JSON is broken near"),
    "trailing commas and a wrong word": ('{"stance": "agreed",}', "at stance: Input should be 'agree'"),
    "too deep": ('{"a":' * 5000 + "}" * 5000, "the JSON is nested too deeply"),
}


@pytest.mark.parametrize(("text", "says"), UNREAD.values(), ids=UNREAD.keys())
def test_what_cannot_be_read_says_what_to_mend(text: str, says: str) -> None:
    """The path, and the words that are allowed there, or where the JSON breaks."""
    with pytest.raises(NoReply) as caught:
        read_reply(text, TurnReply)

    assert says in str(caught.value)


def test_a_broken_reply_is_not_taken_for_one_of_its_parts() -> None:
    """The edits inside are whole objects, and none of them is the reply that was asked for."""
    with pytest.raises(NoReply, match="the JSON is broken near"):
        read_reply('{"outcomes": [{"thought": "t1", "outcome": "removed"}], "rewritten": [', RefinedReply)


def test_at_most_five_mistakes_are_shown() -> None:
    """A model mends a few things at a time."""
    wrong = json.dumps({"intents": [{"text": "x", "harm": "none"}] * 9})

    with pytest.raises(NoReply) as caught:
        read_reply(wrong, IntentsReply)
    assert 5 == str(caught.value).count("at intents.")


def test_halves_of_characters_are_replaced() -> None:
    """JSON can write them, and no file can hold them."""
    assert "a ? b" == read_reply('{"reason": "a \\ud83d b", "stance": "agree"}', TurnReply).reason


MINIMAL: list[tuple[type[Reply], dict[str, object]]] = [
    (IntentsReply, {"intents": []}),
    (DraftReply, {"thoughts": [], "decision": "refuse", "response": ""}),
    (TurnReply, {"edits": [], "stance": "agree"}),
    (TurnReply, {"stance": "abstain"}),
    (RefinedReply, {"outcomes": []}),
    (RefinedReply, {"outcomes": None, "rewritten": None, "response": None}),
]


@pytest.mark.parametrize(("reply", "value"), MINIMAL, ids=repr)
def test_the_least_that_is_valid_is_a_reply(reply: type[Reply], value: dict[str, object]) -> None:
    """An empty list is an answer."""
    assert isinstance(read_reply(json.dumps(value), reply), reply)


@pytest.mark.parametrize("reply", [IntentsReply, DraftReply, TurnReply, RefinedReply])
def test_an_object_of_nothing_is_no_reply(reply: type[Reply]) -> None:
    """Each role has something that it must say."""
    with pytest.raises(NoReply, match="Field required"):
        read_reply("{}", reply)


@pytest.mark.parametrize("reply", [IntentsReply, DraftReply, TurnReply, RefinedReply])
def test_the_schema_asks_for_every_key_in_the_order_of_thinking(reply: type[Reply]) -> None:
    """Strict servers take it: every key required, nothing else allowed, no defaults; the verdict comes last."""
    schema = reply.model_json_schema()

    for part in (schema, *schema.get("$defs", {}).values()):
        assert list(part["properties"]) == part["required"]
        assert part["additionalProperties"] is False
        assert not any("default" in field for field in part["properties"].values())
    assert TurnReply.model_json_schema()["required"][-1] == "stance"


@given(before=st.text(max_size=200), after=st.text(max_size=200), reason=st.text(max_size=80))
def test_whatever_stands_around_it(before: str, after: str, reason: str) -> None:
    """Reading never fails in any other way than by saying so; plain prose around a reply does no harm."""
    plain = str.maketrans(dict.fromkeys("{}<>"))
    reply = json.dumps({"edits": [], "reason": reason, "stance": "agree"})

    assert reason == read_reply(before.translate(plain) + reply + after.translate(plain), TurnReply).reason
    with contextlib.suppress(NoReply):
        assert "agree" == read_reply(before + reply + after, TurnReply).stance


@pytest.mark.parametrize(
    "text",
    [
        "<think>" * 200_000,
        '{"a":1,}' + '"' + '\\"' * 200_000,
        '{"a":1,}"\\"\\"' * 60_000,
        '{"a":"x' * 200_000,
        '{"a":1,}"' + "\\" * 200_001,
        '{"a":' + "[" * 200_000,
    ],
)
def test_a_text_without_end_is_read_in_one_go(text: str) -> None:
    """A model that repeats itself holds nobody up: reading again from every mark would take hours here."""
    with pytest.raises(NoReply):
        read_reply(text, TurnReply)


def test_what_comes_after_a_mended_object_is_read() -> None:
    """Commas are taken out of all that follows, and once more where a lone quote hid them."""
    assert "agree" == read_reply('{"stance": "object",} and then {"edits": [], "stance": "agree",}', TurnReply).stance
    assert "agree" == read_reply('{"a": 1,} is 5" tall: {"edits": [], "stance": "agree",}', TurnReply).stance


@given(text=st.text(alphabet='{}[]",:\\abtruefalsn0 \n', max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Heaps of brackets are no reply."""
    with pytest.raises(NoReply, match=r"at |JSON"):
        read_reply(text, TurnReply)
