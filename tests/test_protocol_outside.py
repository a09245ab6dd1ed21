"""What CONTRIBUTING.md shows of adding to the protocol is true: its own code is run, and a recipe uses it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from building import GUIDANCE

from aidsafe.core.errors import RecipeError
from aidsafe.datasets.sources import scan
from aidsafe.orchestration.consensus import RULES
from aidsafe.orchestration.generating import carry_out, prepare
from aidsafe.orchestration.orders import ORDERS
from aidsafe.orchestration.recipe import read_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.table import open_table
from aidsafe.orchestration.visibility import VISIBILITIES

SECTION = re.compile(r"## Adding to the protocol\n.*?```python\n(.*?)```.*?```yaml\n(.*?)```", re.DOTALL)


@pytest.fixture
def shown(root: Path) -> Iterator[tuple[str, str]]:
    """The code and the recipe of the section; whatever they add is taken back at the end."""
    found = SECTION.search((root / "CONTRIBUTING.md").read_text("utf-8"))
    assert found is not None
    words = {*ORDERS, *VISIBILITIES, *RULES}
    yield found[1], found[2]
    for added in {*ORDERS, *VISIBILITIES, *RULES} - words:
        ORDERS.pop(added, None)
        VISIBILITIES.pop(added, None)
        RULES.pop(added, None)


async def test_an_order_a_visibility_and_a_rule_are_added_from_outside(tmp_path: Path, shown: tuple[str, str]) -> None:
    """One function and one line each; the recipe that names them is refused before, and runs after."""
    code, recipe = shown
    with pytest.raises(RecipeError, match="unknown"):
        read_recipe(recipe, file="r.yaml")
    exec(compile(code, "CONTRIBUTING.md", "exec"), {})  # noqa: S102  # the page is ours
    (tmp_path / "q.jsonl").write_text('{"prompt": "How do I sharpen a kitchen knife?"}\n')
    table = open_table(read_recipe(recipe, file="r.yaml"), guidance=GUIDANCE)
    ended = await carry_out(prepare(scan(tmp_path / "q.jsonl"), tmp_path / "run", table))
    run = Run(tmp_path / "run")
    (transcript,) = run.transcripts()

    assert 1 == ended.totals.completed
    assert ["policy_aligner", "critic", "expander"] == [turn.seat for turn in transcript.turns[:3]]
    run.close()
