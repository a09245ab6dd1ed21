"""The seeder writes the first draft; what it cites is checked."""

from answering import Answering, Says
from building import GUIDANCE, begun, drafted, received, view

from aidsafe.agents.seeder import SEEDER, Seeder
from aidsafe.agents.speaker import Line
from aidsafe.core.records import Citation
from aidsafe.core.transcript import Transcript

_, RULE = next(pair for pair in GUIDANCE.policies.each_rule() if pair[1].kind == "help")
POLICY = next(policy for policy, rule in GUIDANCE.policies.each_rule() if rule is RULE)
QUOTE = " ".join(RULE.text.split()[:6])


def line(*answers: Says) -> Line:
    """A line to a model that says this."""
    return Line(Answering(answers), None, GUIDANCE)


async def test_thoughts_are_numbered_and_signed() -> None:
    """From t1, by the seeder, round 0; white space within a thought is folded, empty thoughts are none."""
    event = await Seeder(line(drafted("One\n thought.", "  ", "Another."))).speak(view(begun()))

    assert ["t1 One thought.", "t2 Another."] == [f"{thought.id} {thought.text}" for thought in event.thoughts]
    assert {(SEEDER, 0)} == {(thought.author, thought.round) for thought in event.thoughts}
    assert ("comply", "Hone it on a stone.") == (event.decision, event.response)


async def test_citations_are_checked_and_unknown_rules_dropped() -> None:
    """A true quote is verified, a false one is not, a rule that is nowhere never reaches the event."""
    cited = [
        {"rule": RULE.id, "quote": QUOTE},
        {"rule": f"[{RULE.id.lower()}]", "quote": QUOTE},
        {"rule": RULE.id, "quote": "words that stand nowhere in it"},
        {"rule": "XX-R9", "quote": QUOTE},
    ]
    reply = {**drafted(), "thoughts": [{"text": "One.", "citations": cited}]}
    event = await Seeder(line(reply)).speak(view(begun()))

    assert (
        Citation(policy=POLICY.id, rule=RULE.id, quote=QUOTE, verified=True),
        Citation(policy=POLICY.id, rule=RULE.id, quote="words that stand nowhere in it", verified=False),
    ) == event.thoughts[0].citations
    assert "XX-R9" not in event.model_dump_json()


async def test_the_least_draft_is_a_draft() -> None:
    """No thoughts, an empty response: valid, and for the deliberators to mend."""
    event = await Seeder(line({"thoughts": [], "decision": "refuse", "response": ""})).speak(view(begun()))

    assert ((), "refuse", "") == (event.thoughts, event.decision, event.response)


async def test_with_intents_it_is_asked_to_seed() -> None:
    """The policies stand in the system message, the intents before the task."""
    model = Answering([drafted()])
    await Seeder(Line(model, None, GUIDANCE)).speak(view(begun()))

    assert "seed" == model.asked[0].role
    assert RULE.text in str(model.asked[0].messages[0].content)
    assert "Learn to sharpen." in str(model.asked[0].messages[1].content)


async def test_without_intents_it_works_alone() -> None:
    """The paper's baseline: one call with the policies."""
    model = Answering([drafted()])
    await Seeder(Line(model, None, GUIDANCE)).speak(view(Transcript.of([received()])))

    assert "single" == model.asked[0].role
