"""`aidsafe branch`: continue a stored transcript from any event, differently."""

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

__all__ = ["branch"]


def branch(
    run: Annotated[Path, Argument(metavar="RUN", help="a run folder")],
    query_id: Annotated[str, Argument(metavar="QUERY_ID", help="the id of one query")],
    *,
    at: Annotated[int, Option("--at", metavar="EVENT", min=1, help="the number of the first event to happen anew")],
    out: Annotated[Path, Option("--out", metavar="RUN2", help="the run folder of the branch")],
    recipe: Annotated[str | None, Option("--recipe", metavar="NAME|FILE", help="another recipe")] = None,
    model: Annotated[str | None, Option("--model", metavar="SPEC", help="one model in every role and seat")] = None,
    sets: Annotated[list[str] | None, Option("--set", metavar="KEY=VALUE", help="set one field of the recipe")] = None,
    as_json: Annotated[bool, Option("--json", help="print the comparison as one JSON object")] = False,
) -> int:
    """Continue a stored transcript from any event with another persona, model or protocol.

    The events before EVENT are copied and nothing of them is asked again. Without --recipe the
    recipe is that of RUN, with what --set changes. Prints both endings side by side.

    \b
    aidsafe branch runs/first q7 --at 5 --out runs/q7-b --set seats.critic.persona=expander
    """  # noqa: D301
    from aidsafe.cli.branching import AskedBranch, carry_branch

    asked = AskedBranch(run, query_id, at, out, recipe=recipe, model=model, sets=tuple(sets or ()), as_json=as_json)
    return carry_branch(asked)
