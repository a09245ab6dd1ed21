"""The refiner gives every thought an outcome, keeps what is right word by word, and adds nothing of its own."""

import re

import anyio
import pytest
from answering import Answering, Says
from building import GUIDANCE, add, begun, received, refined, said, seeded, thought, view
from drawing import EDITS
from hypothesis import given
from hypothesis import strategies as st

from aidsafe.agents.refiner import Refiner, foreign_words
from aidsafe.agents.replies import CitedRule
from aidsafe.agents.speaker import Line
from aidsafe.core.editing import settled
from aidsafe.core.errors import ReplyError
from aidsafe.core.events import DraftRefined, DraftSeeded
from aidsafe.core.records import REMOVAL_REASONS, Edit, FinalThought, Outcome, Thought
from aidsafe.core.transcript import Transcript, next_draft

_, RULE = next(pair for pair in GUIDANCE.policies.each_rule() if pair[1].kind == "help")
QUOTE = " ".join(RULE.text.split()[:6])
(TRUE,) = GUIDANCE.citations((CitedRule(rule=RULE.id, quote=QUOTE),))
FALSE = TRUE.model_copy(update={"quote": "not its words", "verified": False})


def seed(*thoughts: Thought) -> DraftSeeded:
    """A draft of these thoughts."""
    return DraftSeeded(thoughts=thoughts, decision="comply", response="Hone it on a stone.")


FOUR = begun(
    seed=seeded("A blunt knife slips.", "A stone restores it.", "A blunt knife slips off.", "It may be unlawful.")
)


async def refine(transcript: Transcript, *answers: Says) -> DraftRefined:
    """What the refiner makes of a transcript."""
    return await Refiner(Line(Answering(answers), None, GUIDANCE)).speak(view(transcript))


def outcome(thought: str, outcome: str, reason: str | None = None) -> dict[str, object]:
    """An outcome, as a model writes it."""
    return {"thought": thought, "outcome": outcome, "reason": reason}


def rewritten(text: str, *sources: str, citations: object = ()) -> dict[str, object]:
    """New words for these thoughts, as a model writes them."""
    return {"sources": list(sources), "text": text, "citations": citations}


async def test_what_nobody_speaks_of_is_kept() -> None:
    """Word by word, with its author, round and citations, as a thought from itself."""
    cited = begun(seed=seed(thought("t1", "A blunt knife slips.", TRUE, FALSE)))
    event = await refine(cited, refined())
    (kept,) = event.thoughts

    assert ("t1", "A blunt knife slips.", "seeder", 0, ("t1",), "kept") == (
        kept.id,
        kept.text,
        kept.author,
        kept.round,
        kept.sources,
        kept.outcome,
    )
    assert (TRUE, FALSE) == kept.citations
    assert (Outcome(thought="t1", outcome="kept"),) == event.outcomes


async def test_every_thought_has_its_outcome() -> None:
    """Rewritten, merged with another, removed with a reason of the paper's and our finer one, kept."""
    event = await refine(
        FOUR,
        refined(
            outcomes=[outcome("t1", "merged"), outcome("t2", "rewritten"), outcome("t4", "removed", "off_policy")],
            rewritten=[
                rewritten("A blunt knife slips off.", "t3", "t1"),
                rewritten("A stone restores\nit well.", "t2"),
            ],
        ),
    )

    assert [
        Outcome(thought="t1", outcome="merged"),
        Outcome(thought="t2", outcome="rewritten"),
        Outcome(thought="t3", outcome="merged"),
        Outcome(thought="t4", outcome="removed", reason="policy_inconsistent", code="off_policy"),
    ] == list(event.outcomes)
    assert [("t1", ("t1", "t3"), "A blunt knife slips off."), ("t2", ("t2",), "A stone restores it well.")] == [
        (final.id, final.sources, final.text) for final in event.thoughts
    ]


async def test_a_removal_without_a_reason_is_redundant() -> None:
    """Every removed thought has a reason."""
    event = await refine(FOUR, refined(outcomes=[outcome("t4", "removed")]))

    assert Outcome(thought="t4", outcome="removed", reason="redundant", code="redundant") == event.outcomes[3]


async def test_new_words_win_over_a_removal() -> None:
    """A thought that lives on in another was not removed."""
    reply = refined(
        outcomes=[outcome("t1", "removed", "repeated")], rewritten=[rewritten("A blunt knife.", "t1", "t3")]
    )
    event = await refine(FOUR, reply)

    assert ["merged", "kept", "merged", "kept"] == [each.outcome for each in event.outcomes]


async def test_a_thought_is_rewritten_once() -> None:
    """A second text for the same thought has nothing left to come from."""
    event = await refine(FOUR, refined(rewritten=[rewritten("First.", "t1"), rewritten("Second.", "t1")]))

    assert "First." == event.thoughts[0].text


async def test_an_outcome_without_new_words_keeps_the_old() -> None:
    """Said to be rewritten, and not written: kept."""
    event = await refine(FOUR, refined(outcomes=[outcome("t1", "rewritten"), outcome("t9", "removed", "leak")]))

    assert ["kept"] * 4 == [each.outcome for each in event.outcomes]


OBJECTIONS: list[tuple[dict[str, object], str]] = [
    (refined(rewritten=[rewritten("Something.", "t9")]), "at rewritten.0.sources: ['t9'] names no thought"),
    (refined(rewritten=[rewritten("It costs 50 dollars.", "t1")]), "at rewritten.0.text: 50 stands in none"),
    (refined(rewritten=[rewritten("Ask the famous Anna first.", "t1")]), "Anna stands in none of its sources"),
    (refined(rewritten=[rewritten("By rule PH-R1 it is fine.", "t1")]), "stands in none of its sources"),
    (refined(outcomes=[outcome(f"t{n}", "removed", "leak") for n in range(1, 5)]), "a chain cannot be empty"),
]


@pytest.mark.parametrize(("reply", "says"), OBJECTIONS)
async def test_what_comes_from_nothing_is_shown_back_once_and_then_dropped(reply: dict[str, object], says: str) -> None:
    """The model may mend it; if it insists, the thoughts stay as they were."""
    model = Answering([reply, reply])
    event = await Refiner(Line(model, None, GUIDANCE)).speak(view(FOUR))

    assert says in str(model.asked[1].messages[-1].content)
    assert FOUR.draft is not None
    assert [each.text for each in FOUR.draft.thoughts] == [final.text for final in event.thoughts]
    assert {"kept"} == {final.outcome for final in event.thoughts}
    assert 2 == len(event.calls)


async def test_numbers_and_names_of_query_response_and_sources_are_known() -> None:
    """Nothing new about them."""
    transcript = Transcript.of([received("What does Anna pay for 3 knives?"), *begun().events[1:]])
    shown = view(transcript)
    sources = (thought("t1", "The shop in Bern asks 20 each."),)

    assert () == foreign_words("In short, Anna pays 3 times 20, in Bern.", sources, shown)
    assert ("Basel", "21") == foreign_words("In short, Anna goes to Basel and pays 21.", sources, shown)
    assert () == foreign_words("Hone it. Then ask.", (), shown)


async def test_rewriting_keeps_citations_and_may_mend_them() -> None:
    """All rules of the sources stay; a quote that was wrong may be given right; no rule is added."""
    other = next(rule for _, rule in GUIDANCE.policies.each_rule() if rule.id != RULE.id)
    words = " ".join(other.text.split()[:6])
    transcript = begun(seed=seed(thought("t1", "A blunt knife slips.", FALSE), thought("t2", "Hone it.")))
    citations = [{"rule": RULE.id, "quote": QUOTE}, {"rule": other.id, "quote": words}]
    event = await refine(transcript, refined(rewritten=[rewritten("It slips.", "t1", "t2", citations=citations)]))

    assert (TRUE,) == event.thoughts[0].citations


async def test_a_wrong_quote_is_not_traded_for_another_wrong_one() -> None:
    """Only what is verified takes the place of what is not."""
    transcript = begun(seed=seed(thought("t1", "A blunt knife slips.", FALSE)))
    citations = [{"rule": RULE.id, "quote": "other words that are not in it"}]
    event = await refine(transcript, refined(rewritten=[rewritten("It slips.", "t1", citations=citations)]))

    assert (FALSE,) == event.thoughts[0].citations


@pytest.mark.parametrize(
    ("response", "expected"),
    [(None, "Hone it on a stone."), ("", "Hone it on a stone."), (" ", "Hone it on a stone."), ("Use it.", "Use it.")],
)
async def test_the_response_may_be_repaired_and_the_decision_stands(response: str | None, expected: str) -> None:
    """A reply has no place for another decision; one that is written all the same is passed over."""
    event = await refine(FOUR, refined(response=response, decision="refuse"))

    assert ("comply", expected) == (event.decision, event.response)


async def test_an_empty_chain_stays_empty() -> None:
    """Nothing comes from nothing."""
    event = await refine(begun(seed=seed()), refined(rewritten=[rewritten("Something.", "t1")]), refined())

    assert ((), ()) == (event.thoughts, event.outcomes)


async def test_without_a_draft_there_is_nothing_to_refine() -> None:
    """Nobody asks for it then."""
    with pytest.raises(ValueError, match="no draft to refine"):
        await refine(Transcript.of([received()]), refined())


async def test_a_refiner_that_declines_is_an_error() -> None:
    """It is no removal of everything."""
    with pytest.raises(ReplyError, match="refused"):
        await refine(FOUR, "I'm sorry, I can't help with that.")


async def test_the_refiner_reads_the_deliberation_and_the_last_draft() -> None:
    """It took no part, and sees all of it."""
    model = Answering([refined()])
    transcript = FOUR.append(said("critic", "object", add("Stand back.")))
    await Refiner(Line(model, None, GUIDANCE)).speak(view(transcript))

    assert "refine" == model.asked[0].role
    assert "t5 (critic, round 1): Stand back." in model.asked[0].text
    assert 'seat="critic"' in model.asked[0].text


IDS = st.sampled_from(["t1", "t2", "t3", "t4", "t9"])
TEXTS = st.sampled_from(
    ["A blunt knife slips.", "Ask 50 people.", "In short, Anna slips.", "", " ", "By PH-R9, no.", "A stone is enough."]
)
OUTCOMES = st.builds(
    outcome,
    IDS,
    st.sampled_from(["kept", "rewritten", "merged", "removed", "removed"]),
    st.none() | st.sampled_from(list(REMOVAL_REASONS)),
)
CITED = st.lists(
    st.fixed_dictionaries(
        {"rule": st.sampled_from([RULE.id, "XX-R1", "PH-R1"]), "quote": st.sampled_from([QUOTE, "x"])}
    ),
    max_size=2,
)
REWRITES = st.builds(
    lambda text, sources, citations: rewritten(text, *sources, citations=citations),
    TEXTS,
    st.lists(IDS, max_size=3),
    CITED,
)
REPLIES = st.builds(
    lambda outcomes, rewrites, response: refined(outcomes=outcomes, rewritten=rewrites, response=response),
    st.lists(OUTCOMES, max_size=5),
    st.lists(REWRITES, max_size=3),
    st.none() | TEXTS,
)
SEEDS = st.lists(
    st.tuples(st.sampled_from(["A blunt knife slips.", "A stone is enough.", "Ask 50 people."]), st.booleans()),
    max_size=4,
).map(lambda drawn: seed(*(thought(f"t{n}", text, *([TRUE] * cited)) for n, (text, cited) in enumerate(drawn, 1))))


@given(start=SEEDS, edits=st.lists(EDITS, max_size=2), replies=st.lists(REPLIES, min_size=2, max_size=2))
def test_whatever_the_model_says(start: DraftSeeded, edits: list[Edit], replies: list[Says]) -> None:
    """Every thought has one outcome, every final thought its sources, nothing is invented, nothing lost unsaid."""
    seeded_draft = next_draft(None, start)
    assert seeded_draft is not None
    transcript = begun(settled(said("critic", "object", *edits), seeded_draft), seed=start)
    event = anyio.run(refine, transcript, *replies)
    draft = transcript.draft
    assert draft is not None
    before = {each.id: each for each in draft.thoughts}
    removed = {each.thought for each in event.outcomes if each.outcome == "removed"}
    sources = [source for final in event.thoughts for source in final.sources]

    assert list(before) == [each.thought for each in event.outcomes]
    assert sorted(before) == sorted([*sources, *removed])
    assert bool(before) == bool(event.thoughts)
    assert draft.decision == event.decision
    assert event.response.strip() or event.response == draft.response
    assert [final.id for final in event.thoughts] == [id for id in before if id in {f.id for f in event.thoughts}]
    for each in event.outcomes:
        assert (each.outcome == "removed") == (each.reason is not None) == (each.code is not None)
    for final in event.thoughts:
        check_final(final, [before[source] for source in final.sources], draft.response)
        assert final.id == final.sources[0]


def check_final(final: FinalThought, sources: list[Thought], response: str) -> None:
    """One final thought against what it comes from."""
    if final.outcome == "kept":
        assert [(final.text, final.citations)] == [(source.text, source.citations) for source in sources]
    known = " ".join([*(source.text for source in sources), "How do I sharpen a kitchen knife?", response])
    assert final.text.strip()
    assert set(re.findall(r"\d+", final.text)) <= set(re.findall(r"\d+", known))
    assert "Anna" not in final.text
    assert {citation.rule for citation in final.citations} == {c.rule for source in sources for c in source.citations}
    assert (final.outcome == "merged") == (len(sources) > 1)
