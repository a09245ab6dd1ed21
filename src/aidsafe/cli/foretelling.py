"""What `aidsafe generate --dry-run` says: what a run would take, in a few lines or as one JSON object."""

from collections.abc import Iterator
from functools import partial

import anyio
import orjson

from aidsafe.cli.summary import dollars
from aidsafe.cli.telling import emit, emit_json, say
from aidsafe.orchestration.generating import Plan, still_left
from aidsafe.orchestration.outlook import SAMPLE, Outlook, Span, outlook_of

__all__ = ["foretell"]


def foretell(plan: Plan, *, as_json: bool) -> int:
    """Rehearse the first queries on the stand-in, and say what all would take; sends and writes nothing."""
    sample, left = still_left(plan, first=SAMPLE)
    outlook = anyio.run(partial(outlook_of, plan.table, sample, queries=left))
    if as_json:
        emit_json(orjson.dumps(outlook.model_dump(mode="json")).decode())
    else:
        emit("\n".join(f"{name:<11} {words}" for name, words in _lines(outlook)))
    say("nothing was sent and nothing was written; repairs and retries come on top of this")
    return 0


def _lines(outlook: Outlook) -> Iterator[tuple[str, str]]:
    yield "queries", f"{outlook.queries:,}, judged by the first {outlook.sampled}"
    yield "calls", _range(outlook.calls)
    yield "prompt", f"{_range(outlook.prompt_tokens)} tokens"
    yield "completion", f"{_range(outlook.completion_tokens)} tokens"
    cost = outlook.cost_usd
    yield "cost", dollars(None) if cost is None else " … ".join(map(dollars, (cost.low, cost.likely, cost.high)))
    yield "cache", _cache(outlook)


def _range(span: Span) -> str:
    return f"{span.low:,.0f} … {span.likely:,.0f} … {span.high:,.0f}"


def _cache(outlook: Outlook) -> str:
    share, opened = outlook.prefilled_share, outlook.prefilled_share_open
    words = f"a server with a prefix cache computes {share:.0%} of the prompt tokens"
    cost = share - opened
    return words if cost < 0.01 else f"{words}; with every turn shown to all by name it would be {opened:.0%}"
