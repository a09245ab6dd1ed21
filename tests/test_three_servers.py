"""Three models on three servers: each server sees the calls of its seats and no others, and the journal says so too."""

from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import orjson
from answering import Asked, Says
from autogen_core.models import UserMessage
from building import GUIDANCE, decided, decomposed, drafted, refined
from serving import Served, completion, serving

from aidsafe.core.transcript import calls_of
from aidsafe.datasets.sources import scan
from aidsafe.orchestration.generating import carry_out, prepare
from aidsafe.orchestration.recipe import read_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.table import close_table, open_table

RECIPE = """
models:
  one: {{spec: "openai:first@{0}"}}
  two: {{spec: "openai:second@{1}"}}
  three: {{spec: "openai:third@{2}"}}
roles: {{decomposer: one, seeder: two, refiner: three}}
seats:
  critic: {{persona: critic, model: one}}
  expander: {{persona: expander, model: two}}
  policy_aligner: {{persona: policy_aligner, model: three}}
protocol: {{max_rounds: 1}}
"""
SPEAKERS = {
    "first": {"decompose": 5, "critic": 5},
    "second": {"seed": 5, "expander": 5},
    "third": {"refine": 5, "policy_aligner": 5},
}


def speaker(body: dict[str, object]) -> Asked:
    """Who asks, by the task in the prompt."""
    messages = body["messages"]
    assert isinstance(messages, list)
    return Asked.of([UserMessage(content=str(message["content"]), source="x") for message in messages])


def answer(body: dict[str, object]) -> Served:
    """The least reply of every role, under the model's own name."""
    said: dict[str, Says] = {
        "decompose": decomposed(),
        "seed": drafted(),
        "deliberate": decided("agree"),
        "refine": refined(),
    }
    return completion(orjson.dumps(said[speaker(body).role]).decode(), model=f"{body['model']}-1")


async def test_each_server_sees_exactly_its_seats_calls(tmp_path: Path) -> None:
    """By what the servers were asked, and by what the journal says of every call."""
    (tmp_path / "q.jsonl").write_text("".join(f'{{"prompt": "How do I sharpen knife {n}?"}}\n' for n in range(5)))
    async with AsyncExitStack() as stack:
        stubs = [await stack.enter_async_context(serving(respond=answer)) for _ in SPEAKERS]
        recipe = read_recipe(RECIPE.format(*(stub.base_url for stub in stubs)), file="r.yaml")
        table = open_table(recipe, guidance=GUIDANCE)
        await carry_out(prepare(scan(tmp_path / "q.jsonl"), tmp_path / "run", table))
        await close_table(table)
    seen = {str(stub.bodies[0]["model"]): asked_of(stub.bodies) for stub in stubs}
    run = Run(tmp_path / "run")

    assert SPEAKERS == {model: dict(counts) for model, counts in seen.items()}
    assert {f"{model}-1": counts for model, counts in SPEAKERS.items()} == journalled(run)
    run.close()


def asked_of(bodies: list[dict[str, object]]) -> Counter[str]:
    """Who asked a server how often."""
    asked = [speaker(body) for body in bodies]
    return Counter(one.seat or one.role for one in asked)


def journalled(run: Run) -> dict[str, dict[str, int]]:
    """Whose calls each reported model answered."""
    names = {"intents_decomposed": "decompose", "draft_seeded": "seed", "draft_refined": "refine"}
    found: dict[str, Counter[str]] = {}
    for transcript in run.transcripts():
        for event in transcript:
            for call in calls_of(event):
                name = names.get(event.kind) or str(getattr(event, "seat", ""))
                found.setdefault(call.reported, Counter())[name] += 1
    return {model: dict(counts) for model, counts in found.items()}
