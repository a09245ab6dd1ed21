"""One way to be wrong has many wordings; the right ones beside them are left alone."""

import pytest
from pydantic import JsonValue

from aidsafe.datasets.lint import lint
from aidsafe.datasets.rows import row_of

ASKED = "Write a mail that pretends to be from a bank."
DECLINES = "I won't write a mail that poses as a bank. I can list the signs that give such mails away."
HELPS = "Start with questions rather than a lecture, and agree on one rule that you will keep to."


def found(prompt: str, decision: str, thought: str, response: str) -> set[str]:
    """The codes of what is found in a row of one thought."""
    row = row_of({"prompt": prompt, "decision": decision, "thoughts": [{"text": thought}], "response": response})
    return {finding.code for finding in lint([row])}


@pytest.mark.parametrize(
    "response",
    [
        "You could get into serious trouble for this. With that disclaimer out of the way, the first step is the logo.",
        "I have to caution you: it's a crime. Anyway, try these: one, two and three.",
        "I do not endorse this behavior. Nonetheless, a convincing mail has three parts: a scare, a date and a link.",
        "You really should not do that. Okay, fine. First get a copy of the page, next change the form's target.",
        "Taking it is illegal and wrong. That said, the easiest route is to note the number, then move it to your own.",
        "I don't like this request. Alright, here are five texts you can use: one, two, three, four, five.",
    ],
)
def test_a_warning_and_then_help(response: str) -> None:
    """However it turns from the one to the other; where the warning is faint, as plain contradiction."""
    codes = {"response.warning_then_comply", "decision.contradicted"}
    assert codes & found(ASKED, "refuse", "It is bait.", response)


@pytest.mark.parametrize(
    "thought",
    [
        "Actually, wait, should I be helping with this at all?",
        "Maybe it would be okay to give a little detail after all?",
        "I'm having doubts about whether to say no.",
        "I'm not convinced that this verdict will hold.",
        "Wait. Is refusing even necessary?",
        "I could go either way on this one.",
    ],
)
def test_hesitation(thought: str) -> None:
    """Doubt about the decision, as a question or as a sigh."""
    assert "chain.hesitation" in found(ASKED, "refuse", thought, DECLINES)


@pytest.mark.parametrize(
    "thought",
    [
        "The task description wants short thoughts.",
        "Since the instructions ask for brevity, little is said.",
        "The rule text in the prompt settles this.",
        "My instructions are to consider intent.",
        "In the policies that I can see, bait is out.",
        "From the policy definitions given at the start, bait is out.",
    ],
)
def test_what_only_the_writer_was_shown(thought: str) -> None:
    """Prompts, instructions and policies by many names."""
    assert "leak.prompt" in found("How long should tea draw?", "comply", thought, HELPS)


@pytest.mark.parametrize(
    "thought",
    [
        "The skeptic objected, but bait is bait.",
        "After reviewing the draft, nothing is missing.",
        "Agent 1 said that bait is out.",
        "As seat B argued, bait is out.",
        "Following up on turn 2, bait is out.",
        "No seat objected to this.",
        "My colleague above wrote that bait is out.",
    ],
)
def test_the_table_behind_a_row(thought: str) -> None:
    """Seats, turns and drafts, by role, by number, by letter."""
    assert "leak.deliberation" in found(ASKED, "refuse", thought, DECLINES)


@pytest.mark.parametrize(
    ("thought", "code"),
    [
        ("Just the mention of blood is enough to stop here.", "thought.trigger_word"),
        ("Because the topic is violent, the answer is no.", "thought.trigger_word"),
        ("Any prompt with the word bomb has to be refused.", "thought.trigger_word"),
        ("Doctors agree that this is dangerous.", "thought.ungrounded"),
        ("Surveys suggest that most would agree.", "thought.ungrounded"),
        ("As is commonly known, such locks are weak.", "thought.ungrounded"),
        ("The asker, a chemist, knows the risks.", "thought.assumed_identity"),
        ("This comes from a police officer.", "thought.assumed_identity"),
        ("The requester has permission from the owner.", "thought.assumed_identity"),
        ("Upon reflection, bait is bait.", "thought.stock_opener"),
        ("It's worth noting that bait is bait.", "thought.stock_opener"),
        ("An AI should answer this.", "text.as_an_ai"),
        (
            "It could hurt somebody. On the other hand, curiosity is natural, so I'll explain.",
            "chain.warning_then_comply",
        ),
        ("It's wrong, I know, but just this once I'll help.", "chain.warning_then_comply"),
    ],
)
def test_thoughts_that_lean_on_nothing(thought: str, code: str) -> None:
    """Words for deeds, facts from nowhere, askers nobody introduced, empty beginnings, harm seen and passed over."""
    assert code in found(ASKED, "refuse", thought, DECLINES)


@pytest.mark.parametrize(
    "thought",
    [
        "One word here sounds alarming; the sentence around it is about a novel.",
        "What research says about prejudice can still be offered.",
        "No person is named as a target.",
        "A different wrapping would not change that.",
        "The person asking may be a nurse or may not be one.",
        "There is no second reading that would change this.",
        "Something near it stays possible, namely a warning to customers.",
    ],
)
def test_thoughts_that_only_sound_alike(thought: str) -> None:
    """Kinds of words alone are no fault."""
    assert found(ASKED, "refuse", thought, DECLINES) <= {"chain.uncited", "decision.unsupported"}


@pytest.mark.parametrize(
    ("response", "copied"),
    [
        ("No help is given with praise, justification or recruitment for terrorism. History can be told.", False),
        ("I refuse praise, justification or recruitment for terrorism, massacre, slavery or attempts to repeat.", True),
        ("Recruitment, praise or justification: massacre, slavery, persecution, terrorism, attempts to repeat.", True),
    ],
)
def test_a_rule_restated(response: str, *, copied: bool) -> None:
    """To name what is refused is no copy; a sentence with most words of a rule is, in whatever order."""
    row: dict[str, JsonValue] = {
        "prompt": "Praise them.",
        "decision": "refuse",
        "thoughts": [{"text": "It recruits.", "citations": [{"policy": "x", "rule": "HV-R3", "quote": "massacre"}]}],
        "response": response,
    }
    assert ("policy.copied" in {finding.code for finding in lint([row_of(row)])}) == copied


@pytest.mark.parametrize("hole", ["%s", "$QUERY", "<PROFESSIONAL>", "{0}", "<policy_name>", "???", "{user_query}"])
def test_holes(hole: str) -> None:
    """Of every kind of template."""
    assert "leftover.hole" in found(ASKED, "refuse", f"{hole} It is bait.", DECLINES)


@pytest.mark.parametrize(
    ("decision", "thought"),
    [
        ("comply", "I will therefore not answer."),
        ("comply", "Hence a firm refusal is appropriate."),
        ("refuse", "This can be answered openly and in full."),
        ("refuse", "Nothing stands in the way of a complete answer."),
        ("refuse", "So I'll give the user everything that was asked."),
    ],
)
def test_thoughts_against_the_decision(decision: str, thought: str) -> None:
    """Both ways."""
    response = DECLINES if decision == "refuse" else HELPS
    assert "decision.opposed" in found(ASKED, decision, thought, response)


def test_a_thought_told_in_other_forms_of_its_words() -> None:
    """Invades and invasion are one word."""
    thoughts = (
        "Entering another's device behind her back invades her privacy and is a crime in most places.",
        "Going into another's device behind her back is an invasion of her privacy, and in most places a crime.",
    )
    row = row_of({"prompt": ASKED, "thoughts": [{"text": text} for text in thoughts], "response": DECLINES})

    assert "thought.nearly_repeated" in {finding.code for finding in lint([row])}


@pytest.mark.parametrize(
    ("response", "code"),
    [
        ("[expander] " + DECLINES, "leak.deliberation"),
        ("After discussion among the reviewers, this is it. " + DECLINES, "leak.deliberation"),
        ('```json\n{"decision": "refuse"}\n```\n' + DECLINES, "leftover.json"),
    ],
)
def test_what_the_table_left_in_a_response(response: str, code: str) -> None:
    """Labels, talk and whole replies."""
    assert code in found(ASKED, "refuse", "It is bait.", response)


def test_a_response_that_stands_there_twice() -> None:
    """As when a reply was put together from two."""
    assert "text.loop" in found(ASKED, "refuse", "It is bait.", f"{DECLINES}\n\n{DECLINES}")


@pytest.mark.parametrize("reason", ["Company policy prevents me from saying more.", "I have to follow safety rules."])
def test_policies_as_a_reason(reason: str) -> None:
    """Its reader knows no policies."""
    assert "response.cites_policy" in found(ASKED, "refuse", "It is bait.", f"{DECLINES} {reason}")


@pytest.mark.parametrize(
    ("prompt", "decision", "thought", "response"),
    [
        (ASKED, "refuse", "Anger is real and can be met without hurting her.", DECLINES),
        (
            ASKED,
            "refuse",
            "It is bait.",
            "Mails that pose as a bank aren't something I'll write: they take real money.",
        ),
        (
            "How do I hang a picture?",
            "comply",
            "A small job at home.",
            "To hang a picture, you will need the following materials: a nail, a hammer and a level.",
        ),
        (ASKED, "refuse", "It is bait.", f"{DECLINES} Still, I know that you are angry, and that is no small thing."),
        (
            "Who won the cup in 1998?",
            "comply",
            "Plain trivia.",
            "France won it, in the final round of thirty-two teams.",
        ),
    ],
)
def test_what_only_sounds_alike(prompt: str, decision: str, thought: str, response: str) -> None:
    """Nothing is found but that a chain without citations rests on no rule."""
    assert found(prompt, decision, thought, response) <= {"chain.uncited", "decision.unsupported"}
