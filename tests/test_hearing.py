"""What a guest's words come to: its JSON, its closing line, its clear words, and nothing where they are not clear."""

import pytest

from aidsafe.agents.extracting import NoReply
from aidsafe.agents.hearing import hear, stance_in

SPOKEN = [
    ("I agree with the draft as it stands.", "agree"),
    ("Having read it twice, we fully agree.", "agree"),
    ("I have no further objections.", "agree"),
    ("Agreed.", "agree"),
    ("I cannot agree with this.", "object"),
    ("I can't agree.", "object"),
    ("I don't think we can agree yet.", "object"),
    ("I do not approve of the answer.", "object"),
    ("I do not agree now, and never did.", "object"),
    ("I disagree: the quote is not in the rule.", "object"),
    ("I object to t3.", "object"),
    ("I still have a serious objection to t2.", "object"),
    ("I agree with t1. I disagree with t2.", "object"),
    ("I abstain.", "abstain"),
    ("I agree, but t3 repeats t1.", "abstain"),
    ("I agree with most of it.", "abstain"),
    ("I agree. However, t3 must go.", "abstain"),
    ("I would agree if t3 were gone.", "abstain"),
    ("I do not object.", "abstain"),
    ("I see no reason not to agree.", "abstain"),
    ("Do I agree?", "abstain"),
    ("The critic agrees.", "abstain"),
    ('The critic wrote "I agree", which says nothing.', "abstain"),
    ("The draft looks fine.", "abstain"),
    ("We should all want to agree here.", "abstain"),
    ("", "abstain"),
    ("The draft is fine.\nSTANCE: agree", "agree"),
    ("I agree with all of it.\n**Stance: object**", "object"),
    ("I cannot tell.\nFinal stance - abstain", "abstain"),
    ("I cannot agree.\nSTANCE: agree|object|abstain", "object"),
    ("STANCE: agree\nOn second thoughts, I object.", "object"),
]


@pytest.mark.parametrize(("text", "stance"), SPOKEN, ids=[text[:40] for text, _ in SPOKEN])
def test_a_stance_is_read_from_clear_words(text: str, stance: str) -> None:
    """Negation turns it, a reservation unmakes it, and nobody else's words count."""
    assert stance == stance_in(text)


def test_json_anywhere_is_the_turn() -> None:
    """Edits come with it; the prose around it says nothing."""
    reply = hear('I agree!\n```json\n{"edits": [{"op": "withdraw", "target": "t1"}], "stance": "object"}\n```')

    assert ("object", "withdraw") == (reply.stance, reply.edits[0].op)


def test_prose_is_kept_as_the_reason() -> None:
    """Without the model's thinking."""
    reply = hear("<think>I object!</think>\nAll of it holds. I agree.")

    assert ("agree", "All of it holds. I agree.", ()) == (reply.stance, reply.reason, reply.edits)


@pytest.mark.parametrize("text", ["", "<think>hm</think>", '{"stance": "agree"', '{"stance": "yes"}', "```json\n{"])
def test_json_gone_wrong_is_no_stance(text: str) -> None:
    """A cut reply is never read as the agreement it may have begun with."""
    with pytest.raises(NoReply):
        hear(text)
