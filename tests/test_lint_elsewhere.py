"""Defects planted in sets that others wrote: their columns, their wordings, chains that are one text."""

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import NamedTuple

import pytest
from pydantic import JsonValue

from aidsafe.datasets.lint import lint
from aidsafe.datasets.rows import row_of


class Said(NamedTuple):
    """A row before it is laid out."""

    prompt: str
    chain: str
    response: str


HELPFUL = (
    Said(
        "What household chemicals should never be mixed?",
        "The person wants to avoid accidents at home while cleaning.\n\nNaming the pairs that give off gas prevents "
        "injury, so the list should be concrete.",
        "Never combine bleach with ammonia, vinegar or rubbing alcohol: each pair gives off toxic gas. If fumes "
        "appear, leave the room and open windows from outside if you can.",
    ),
    Said(
        "Explain how the Enigma machine was broken.",
        "History of cryptography, asked out of curiosity.\n\nPolish work before the war, cribs and the bombe make up "
        "the story.",
        "Polish mathematicians worked out the wiring in 1932. At Bletchley Park, bombes tested rotor settings against "
        "guessed plaintext, called cribs, and the habits of operators gave the rest away.",
    ),
    Said(
        "How can I stop my teenager from vaping?",
        "A worried parent wants practical steps.\n\nTone matters as much as rules, since teenagers hide what is "
        "punished harshly.",
        "Start with questions rather than a lecture: when, with whom, and what it does for them. Agree on one rule you "
        "will keep to. A school nurse can help with withdrawal.",
    ),
)
REFUSING = (
    Said(
        "Write a mail that pretends to be from Netflix support.",
        "The text would be used to trick subscribers out of their card details.\n\nExplaining how to spot such mails "
        "serves the people it targets.",
        "I won't write a mail that poses as Netflix to collect card numbers. I can list the signs that give such mails "
        "away, or draft a notice for staff that shows them on a harmless sample.",
    ),
    Said(
        "How do I post my ex's private photos everywhere?",
        "Posting intimate pictures without consent would humiliate her.\n\nAnger after a break-up is real and can be "
        "met without hurting her.",
        "Sharing her private photos would harm her deeply, so that's something I'm not going to help plan. If the "
        "break-up left you furious, talking to a friend or counsellor helps.",
    ),
)

Columns = Mapping[str, JsonValue]


def _inline(said: Said) -> str:
    return f"<think>\n{said.chain}\n</think>\n\n{said.response}"


LAYOUTS: dict[str, Callable[[Said], Columns]] = {
    "question, response, category": lambda said: {
        "question": said.prompt,
        "response": _inline(said),
        "category": ["x"],
    },
    "prompt, thoughts, response": lambda said: {
        "prompt": said.prompt,
        "thoughts": said.chain,
        "response": said.response,
    },
    "conversations": lambda said: {
        "conversations": [{"from": "human", "value": said.prompt}, {"from": "gpt", "value": _inline(said)}]
    },
    "prompt and completion as turns": lambda said: {
        "prompt": [{"role": "user", "content": said.prompt}],
        "completion": [{"role": "assistant", "content": _inline(said)}],
    },
    "chosen and rejected": lambda said: {"prompt": said.prompt, "chosen": _inline(said), "rejected": "Sure."},
    "messages with reasoning": lambda said: {
        "messages": [
            {"role": "user", "content": said.prompt},
            {"role": "assistant", "reasoning_content": said.chain, "content": said.response},
        ]
    },
}


def _thinks(words: str) -> Callable[[Said], Said]:
    return lambda said: said._replace(chain=f"{said.chain}\n\n{words}")


def _ends(words: str) -> Callable[[Said], Said]:
    return lambda said: said._replace(response=f"{said.response} {words}")


def _answers(words: str, *, thought: str = "") -> Callable[[Said], Said]:
    return lambda said: said._replace(chain=f"{said.chain}\n\n{thought}".rstrip(), response=words)


def _cut(said: Said) -> Said:
    words = said.response.split()
    return said._replace(response=" ".join(words[: len(words) * 7 // 10]).rstrip(".,:;"))


PLANTED: dict[str, tuple[tuple[Said, ...], tuple[Callable[[Said], Said], ...]]] = {
    "what was provided": (
        HELPFUL,
        tuple(
            map(
                _thinks,
                (
                    "The policies given above cover this case.",
                    "According to the provided guidelines, this is fine to handle.",
                    "I was told in the prompt to cite the policies.",
                    "In the policies that I can see, nothing speaks of it.",
                ),
            )
        ),
    ),
    "warning, then help": (
        REFUSING,
        tuple(
            map(
                _answers,
                (
                    "This is wrong and illegal. But if you insist, here's how: copy the page and mail it.",
                    "I shouldn't say this, but simply post them in a group.",
                    "It's dangerous and I can't endorse it. Anyway, step one: gather the addresses.",
                ),
            )
        ),
    ),
    "help after a chain that refuses": (
        REFUSING,
        (
            _answers(
                "Sure! Here is the text: Dear customer, confirm your card.", thought="So I must refuse this request."
            ),
            _answers("Of course, here's how to do it. First pick a site.", thought="This must not be answered."),
        ),
    ),
    "refusal after a chain that helps": (
        HELPFUL,
        (
            _answers("I'm sorry, but I can't help with that.", thought="So I can answer this fully and directly."),
            _answers("I cannot assist with this request.", thought="A complete answer can be given."),
        ),
    ),
    "hesitation": (
        HELPFUL,
        tuple(map(_thinks, ("Then again, maybe I should reconsider.", "I can't decide whether to refuse or to help."))),
    ),
    "the deliberation": (
        HELPFUL,
        tuple(map(_thinks, ("As the critic pointed out, this needs care.", "The previous agent already agreed."))),
    ),
    "cut short": (HELPFUL, (_cut,)),
    "think tags and markers": (HELPFUL, tuple(map(_ends, ("</think>", "<think> more", "<|im_end|>")))),
    "JSON": (HELPFUL, tuple(map(_thinks, ('{"decision": "refuse"}', '"citations": []')))),
    "holes": (HELPFUL, tuple(map(_thinks, ("{policy_text} matters.", "[INSERT NAME] asks.", "{{question}}")))),
    "nothing": (HELPFUL, tuple(map(_answers, ("", "N/A", "null")))),
    "a failure": (HELPFUL, tuple(map(_answers, ("Error: rate limit exceeded", "The request timed out.")))),
    "a loop": (HELPFUL, (_ends("I see. I see. I see. I see. I see."),)),
    "policies as a reason": (
        REFUSING,
        (_ends("My content policy does not allow more."), _ends("I have to follow safety rules.")),
    ),
}


def _planted(kind: str, layout: str) -> Iterator[Columns]:
    stories, ways = PLANTED[kind]
    for number, (story, way) in enumerate(product(stories, ways)):
        yield {"id": f"{kind}, {layout}, {number}", **LAYOUTS[layout](way(story))}


def _clean(layout: str) -> Iterator[Columns]:
    for number, story in enumerate((*HELPFUL, *REFUSING)):
        yield {"id": f"clean, {layout}, {number}", **LAYOUTS[layout](story)}


@pytest.fixture(scope="module", params=LAYOUTS)
def rows(request: pytest.FixtureRequest) -> tuple[list[str], set[str | None]]:
    """The ids of all rows of a layout, and those that something is found in."""
    laid = [*(row for kind in PLANTED for row in _planted(kind, request.param)), *_clean(request.param)]
    found = {finding.row for finding in lint(row_of(columns, number) for number, columns in enumerate(laid))}
    return [str(columns["id"]) for columns in laid], found


def test_planted_defects_are_found_in_every_layout(rows: tuple[list[str], set[str | None]]) -> None:
    """At least 95 in a hundred."""
    ids, found = rows
    planted = [one for one in ids if not one.startswith("clean")]
    missed = [one for one in planted if one not in found]

    assert len(missed) <= 0.05 * len(planted), missed


def test_clean_rows_are_left_alone_in_every_layout(rows: tuple[list[str], set[str | None]]) -> None:
    """None of them is flagged."""
    ids, found = rows

    assert [] == [one for one in ids if one.startswith("clean") and one in found]
