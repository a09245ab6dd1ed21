"""What a run would take, before anything is sent: calls, tokens and cost, each with a range.

The first queries are rehearsed with the prompts as they would be sent and the scripted stand-in in every model's place.
`low` ends every deliberation as early as it may, `likely` lets the stand-in decide, `high` goes through all rounds with
every answer as long as `max_tokens` allows and shown in every prompt after it. Repairs, fallbacks and retries of lost
requests come on top. A token counts as four bytes, for `high` as three.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from autogen_core import CancellationToken
from autogen_core.models import LLMMessage
from autogen_core.tools import Tool, ToolSchema
from pydantic import BaseModel

from aidsafe.core.events import QueryReceived
from aidsafe.core.records import Call, Query, Value
from aidsafe.core.transcript import Transcript, calls_of
from aidsafe.models.answer import Answer
from aidsafe.models.pricing import cost_usd
from aidsafe.models.scripted import ScriptedModel
from aidsafe.models.serving.prefix_cache import PrefixCache
from aidsafe.models.settings import ModelSettings
from aidsafe.orchestration.desk import Desk
from aidsafe.orchestration.journey import journey
from aidsafe.orchestration.table import Table

__all__ = ["SAMPLE", "Outlook", "Span", "outlook_of"]

SAMPLE = 8
"""So many queries are rehearsed."""

Way = Literal["low", "likely", "high"]


class Span(Value):
    """A number as low, as likely and as high as it may come out."""

    low: float
    likely: float
    high: float


class Outlook(Value):
    """What `queries` may take, by the first `sampled` of them; `cost_usd` is None where a price is unknown.

    `prefilled_share` is the share of prompt tokens that a server with a prefix cache has to compute; with all turns
    visible to all, under their seats' names, it would be `prefilled_share_open`.
    """

    queries: int
    sampled: int
    calls: Span
    prompt_tokens: Span
    completion_tokens: Span
    cost_usd: Span | None
    prefilled_share: float
    prefilled_share_open: float


class _StandIn(ScriptedModel):
    """The scripted model, with a prefix cache as a server has one."""

    def __init__(self) -> None:
        super().__init__()
        self._cache = PrefixCache()

    async def create(
        self,
        messages: Sequence[LLMMessage],
        *,
        tools: Sequence[Tool | ToolSchema] = (),
        tool_choice: Tool | Literal["auto", "required", "none"] = "auto",
        json_output: bool | type[BaseModel] | None = None,
        extra_create_args: Mapping[str, Any] = {},
        cancellation_token: CancellationToken | None = None,
    ) -> Answer:
        """Answer, and say how much of the prompt was known."""
        answer = await super().create(messages, cancellation_token=cancellation_token)
        prompt = "\n".join(str(message.content) for message in messages).encode("utf-8", "replace")
        answer.cached_tokens = min(self._cache.take(prompt), answer.usage.prompt_tokens)
        return answer


async def outlook_of(table: Table, sample: Sequence[Query], *, queries: int) -> Outlook:
    """What so many queries may take at this table, judged by a few of them. Sends nothing and writes nothing."""
    low = await _rehearsed(_shortest(table), sample)
    likely = await _rehearsed(table, sample)
    high = [_longest(table, calls) for calls in await _rehearsed(_through(table), sample)]
    opened = await _rehearsed(_open(table), sample)
    spans = [_summed(table, query) for query in (low, likely, high)]
    scale = queries / len(sample) if sample else 0.0
    costs = [each[3] for each in spans]
    return Outlook(
        queries=queries,
        sampled=len(sample),
        calls=_span([each[0] for each in spans], scale),
        prompt_tokens=_span([each[1] for each in spans], scale),
        completion_tokens=_span([each[2] for each in spans], scale),
        cost_usd=None if None in costs else _span([cost or 0.0 for cost in costs], scale, digits=6),
        prefilled_share=_prefilled(likely),
        prefilled_share_open=_prefilled(opened),
    )


def _span(numbers: Sequence[float], scale: float, *, digits: int | None = None) -> Span:
    low, likely, high = (round(number * scale, digits) for number in numbers)
    return Span(low=min(low, likely), likely=likely, high=max(likely, high))


def _shortest(table: Table) -> Table:
    protocol = table.recipe.protocol
    most = min(protocol.max_rounds, max(1, protocol.fewest_rounds))
    return _changed(table, max_rounds=most)


def _through(table: Table) -> Table:
    return _changed(table, min_rounds=table.recipe.protocol.max_rounds, stagnation_rounds=None)


def _open(table: Table) -> Table:
    return _changed(table, visibility="all", identity="named", window=None)


def _changed(table: Table, **fields: object) -> Table:
    protocol = table.recipe.protocol.model_copy(update=fields)
    return replace(table, recipe=table.recipe.model_copy(update={"protocol": protocol}))


async def _rehearsed(table: Table, sample: Iterable[Query]) -> list[tuple[Call, ...]]:
    """The calls of every query, answered by stand-ins."""
    played = replace(table, clients={name: _StandIn() for name in table.clients})
    return [await _calls(played, query) for query in sample]


async def _calls(table: Table, query: Query) -> tuple[Call, ...]:
    guidance, desk = table.guidance, Desk(query)
    received = QueryReceived(query=query, policies=guidance.policies.digest, prompts=guidance.prompts.digest)
    calls: list[Call] = []
    async for event in journey(Transcript().append(received), table, desk):
        calls.extend(calls_of(event))
    return tuple(calls)


def _longest(table: Table, calls: Sequence[Call]) -> tuple[Call, ...]:
    """The same calls with every answer as long as it may be, and standing in all prompts after it."""
    longer: list[Call] = []
    grown = 0
    for call in calls:
        most = _settings(table, call).max_tokens
        prompt = call.prompt_tokens * 4 // 3 + grown
        longer.append(call.model_copy(update={"prompt_tokens": prompt, "cached_tokens": 0, "completion_tokens": most}))
        grown += max(0, most - call.completion_tokens)
    return tuple(longer)


def _summed(table: Table, queries: Iterable[Sequence[Call]]) -> tuple[float, float, float, float | None]:
    """Calls, prompt tokens, completion tokens and cost of them all."""
    calls = [call for query in queries for call in query]
    costs = [_cost(table, call) for call in calls]
    cost = None if None in costs else sum(cost or 0.0 for cost in costs)
    return len(calls), sum(c.prompt_tokens for c in calls), sum(c.completion_tokens for c in calls), cost


def _cost(table: Table, call: Call) -> float | None:
    price = _settings(table, call).price
    return None if price is None else cost_usd(price, call.prompt_tokens, call.cached_tokens, call.completion_tokens)


def _settings(table: Table, call: Call) -> ModelSettings:
    return table.recipe.models[call.model]


def _prefilled(queries: Iterable[Sequence[Call]]) -> float:
    calls = [call for query in queries for call in query]
    prompt = sum(call.prompt_tokens for call in calls)
    return round(1 - sum(call.cached_tokens for call in calls) / prompt, 4) if prompt else 0.0
