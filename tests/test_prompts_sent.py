"""What seats are told, read from the prompts that were really sent: blind is blind, and nobody's name slips through."""

import re
from pathlib import Path

import pytest
from answering import Answering, Asked, Says
from building import GUIDANCE, decided, decomposed, drafted, refined, seated

from aidsafe.core.events import TurnTaken
from aidsafe.datasets.sources import scan
from aidsafe.orchestration.generating import carry_out, prepare
from aidsafe.orchestration.recipe import PRESETS, load_recipe, read_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.table import Table, open_table

NAMES = ("ada", "brook", "carol")
SEATS = "".join(
    f"  {name}: {{persona: {persona}}}\n" for name, persona in zip(NAMES, GUIDANCE.personas.names, strict=False)
)
PER_ROUND = 3


def word(seat: str, round: int) -> str:
    """A word that nobody else says."""
    return f"zq{seat}{round}zq"


def playing(asked: Asked) -> Says:
    """Everyone says a word of their own every round, in a reason, an edit and a weakness."""
    match asked.role:
        case "decompose":
            return decomposed()
        case "seed":
            return drafted()
        case "deliberate":
            own = f"zq{asked.seat}{asked.round}zq"
            edit: dict[str, object] = {"op": "add", "text": f"A thought with {own} in it."}
            return decided("object", edit, reason=f"I say {own}.")
        case _:
            return refined()


async def sent(tmp_path: Path, protocol: str) -> list[Asked]:
    """The turns that were asked for, over a few queries."""
    client = Answering(playing)
    table = seated(client, f"seats:\n{SEATS}protocol: {{max_rounds: 3, stagnation_rounds: null, {protocol}}}\n")
    source = tmp_path / "q.jsonl"
    source.write_text("".join(f'{{"prompt": "How do I sharpen knife {n}?"}}\n' for n in range(4)))
    await carry_out(prepare(scan(source), tmp_path / "run", table))
    return [asked for asked in client.asked if asked.role == "deliberate"]


async def test_in_a_blind_round_no_prompt_holds_anothers_words_of_that_round(tmp_path: Path) -> None:
    """And in the next round everyone has read them."""
    asked = await sent(tmp_path, "order: simultaneous")

    assert 4 * 3 * PER_ROUND == len(asked)
    for one in asked:
        assert not [name for name in NAMES if word(name, one.round) in one.text]
        assert one.round == 1 or all(word(name, one.round - 1) in one.text for name in NAMES)


@pytest.mark.parametrize("order", ["given", "shuffled", "reversed", "simultaneous"])
async def test_under_anonymity_no_prompt_holds_anothers_name(tmp_path: Path, order: str) -> None:
    """Nor one's own: authors, speakers and the task go by letters."""
    asked = await sent(tmp_path, f"order: {order}, identity: anonymous")

    assert not [name for one in asked for name in NAMES if re.search(rf"\b{name}\b", one.text)]
    assert all(one.seat.startswith("reviewer_") for one in asked)
    assert any("reviewer_A" in one.text and "reviewer_B" in one.text for one in asked)


async def test_own_views_hold_nobody_elses_words_but_the_draft(tmp_path: Path) -> None:
    """What others said is hidden; what they changed is everyone's."""
    for one in await sent(tmp_path, "visibility: own"):
        others = [name for name in NAMES if name != one.seat]
        assert not [name for name in others for round in (1, 2, 3) if f"I say {word(name, round)}" in one.text]
        assert one.round == 1 or all(f"with {word(name, one.round - 1)}" in one.text for name in others)


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_preset_runs_on_real_queries(tmp_path: Path, shared_data: Path, preset: str) -> None:
    """On the scripted model: all complete, with turns where there are rounds."""
    table: Table = open_table(load_recipe(preset), guidance=GUIDANCE)
    plan = prepare(scan(shared_data / "mixed_queries.jsonl"), tmp_path / "run", table, limit=4)
    ended = await carry_out(plan)
    run = Run(tmp_path / "run")
    turns = [turn for transcript in run.transcripts() for turn in transcript.turns if isinstance(turn, TurnTaken)]

    assert (4, 0) == (ended.totals.completed, ended.totals.pending)
    assert bool(turns) == (table.recipe.protocol.max_rounds > 0)
    run.close()


def test_presets_say_where_they_come_from() -> None:
    """A line each."""
    assert all(load_recipe(preset).description for preset in PRESETS)
    assert read_recipe("", file="r").seats
