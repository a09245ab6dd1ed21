"""An agent that declines its own job is told from one that decides to refuse a query, or that objects."""

import pytest
from building import add

from aidsafe.agents.declining import declines, declining_turn
from aidsafe.agents.extracting import read_reply
from aidsafe.agents.replies import IntentsReply, TurnReply

DECLINES = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I can’t assist with this request.",
    "I cannot fulfill this request.",
    "I can not take part in this.",
    "I won't do that.",
    "Sorry, I am unable to continue.",
    "Unfortunately, I can't discuss it.",
    "As an AI, I do not engage with such content.",
    "I must decline.",
    "We are not able to review this.",
    '"I apologize, but no."',
    "I'm not comfortable reviewing this.",
    "My apologies. This is against my guidelines.",
]

WORKS = [
    "",
    "The response is fine.",
    "I agree.",
    "I can see no fault.",
    "I cannot agree with this.",
    "I can't find anything wrong.",
    "I'm sorry, but I cannot accept the second step.",
    "The seat says: I'm sorry, I can't help with that.",
    "Refuse: this asks for harm.",
    "Sorry about the length. Here is the review.",
    "I cannot help. " + "word " * 80,
]


@pytest.mark.parametrize("text", DECLINES)
def test_a_short_text_that_opens_as_refusals_do_declines(text: str) -> None:
    """Without any JSON in it, it is not worth a repair."""
    assert declines(text)


@pytest.mark.parametrize("text", WORKS)
def test_other_texts_do_the_job_badly_or_well(text: str) -> None:
    """Not agreeing is a judgement, and a long text is no refusal."""
    assert not declines(text)


@pytest.mark.parametrize("text", [text for text in DECLINES if not text.startswith("My apologies")])
def test_a_turn_that_says_only_that_declines(text: str) -> None:
    """Well-formed, and empty but for its author's inability."""
    assert declining_turn(TurnReply(reason=text, stance="abstain"))


@pytest.mark.parametrize(
    "reason",
    [
        *WORKS,
        "I cannot help but notice that t2 wavers.",
        "I'm afraid the response lectures.",
        "I am not comfortable with the decision.",
        "I'm sorry to say that PH-R1 is misread.",
        "I can't help with this draft as long as it wavers.",
    ],
)
def test_a_turn_about_the_draft_is_a_turn(reason: str) -> None:
    """It names a thought, a rule, the response: something it looked at."""
    assert not declining_turn(TurnReply(reason=reason, stance="object"))


@pytest.mark.parametrize(
    "more",
    [
        {"checked": ["the quotes"]},
        {"weakness": {"defect": "hesitation"}},
        {"edits": [add().model_dump() | {"op": "add"}]},
    ],
)
def test_a_turn_that_does_something_is_a_turn(more: dict[str, object]) -> None:
    """Whatever its reason says."""
    reply = TurnReply.model_validate({"reason": "I cannot help with that.", "stance": "object", **more})

    assert not declining_turn(reply)


def test_only_deliberators_take_turns() -> None:
    """What the others write is no turn."""
    assert not declining_turn(read_reply('{"intents": [], "restatement": "I cannot help."}', IntentsReply))
