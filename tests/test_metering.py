"""A metered model: every call remembered, bounded before it is sent, counted after."""

from collections.abc import Sequence

import anyio
import pytest
from answering import Answering, result
from autogen_core.models import CreateResult, LLMMessage, RequestUsage, SystemMessage, UserMessage
from building import query
from shelving import Shelf

from aidsafe.agents.replies import TurnReply
from aidsafe.core.errors import BudgetSpent, ModelError, SurroundingsError
from aidsafe.core.records import Usage
from aidsafe.models.answer import Answer
from aidsafe.models.metering import Metered, framing_bytes, metered
from aidsafe.models.schema import schema_format
from aidsafe.models.settings import ModelSettings, Price
from aidsafe.orchestration.budget import RunBudget
from aidsafe.orchestration.desk import Desk
from aidsafe.orchestration.protocol import QueryBudget
from aidsafe.orchestration.purse import Purse

HELLO: Sequence[LLMMessage] = (SystemMessage(content="Sei kurz."), UserMessage(content="Grüß Gott", source="user"))
PRICED = ModelSettings(spec="openai:big", max_tokens=50, price=Price(prompt=1.0, completion=2.0, cached=0.5))


def desk(shelf: Shelf | None = None, **more: object) -> Desk:
    """A desk whose journal is in memory."""
    return Desk(query(), ledger=shelf or Shelf(), **more)  # type: ignore[arg-type]


def seat(model: Answering, book: Desk | None = None, settings: ModelSettings = PRICED) -> Metered:
    """The critic's way to its model, at event 3."""
    return Metered(model, model="big", settings=settings, book=book, step=3, seat="critic")


async def test_a_call_says_what_came_back_and_what_it_cost() -> None:
    """Asked for, reported, tokens, dollars, bytes in UTF-8, a digest of the prompt."""
    usage = RequestUsage(prompt_tokens=10, completion_tokens=4)
    said = Answer(**{**dict(result("Servus", usage=usage)), "reported": "big-2025", "cached_tokens": 6, "attempts": 2})
    critic = seat(Answering([said]))
    await critic.create(HELLO)
    (call,) = critic.calls

    assert ("big", "openai:big", "big-2025", "stop", "accepted") == (
        call.model,
        call.asked,
        call.reported,
        call.finish,
        call.outcome,
    )
    assert (10, 6, 4, 2) == (call.prompt_tokens, call.cached_tokens, call.completion_tokens, call.attempts)
    assert (4 * 1.0 + 6 * 0.5 + 4 * 2.0) / 1_000_000 == pytest.approx(call.cost_usd)
    assert (len("Sei kurz.Grüß Gott".encode()), 32) == (call.prompt_bytes, len(call.prompt_digest))
    assert call.latency_seconds >= 0


async def test_an_unknown_price_is_an_unknown_cost() -> None:
    """Never nothing, and never a guess; a client without settings goes by its own name."""
    bare = metered(Answering(["Servus"]))
    await bare.create(HELLO)

    assert (None, "Answering") == (bare.calls[0].cost_usd, bare.calls[0].asked)


def test_a_metered_model_is_not_metered_twice() -> None:
    """It is itself already."""
    once = metered(Answering(["Servus"]))

    assert once is metered(once)


async def test_other_prompts_have_other_digests() -> None:
    """Parts do not run into each other."""
    critic = seat(Answering(["Servus"]))
    for first, second in (("ab", "c"), ("a", "bc"), ("ab", "c")):
        await critic.create([SystemMessage(content=first), UserMessage(content=second, source="user")])
    one, other, again = (call.prompt_digest for call in critic.calls)

    assert one == again != other


async def test_an_outcome_is_of_the_latest_call() -> None:
    """The one before stays as it was."""
    critic = seat(Answering(["Servus"]))
    await critic.create(HELLO)
    await critic.create(HELLO)
    critic.judge("invalid")

    assert ["accepted", "invalid"] == [call.outcome for call in critic.calls]


@pytest.mark.parametrize("error", [ValueError("no such model"), KeyError("x"), TimeoutError()])
async def test_what_a_client_raises_is_a_failed_call(error: Exception) -> None:
    """With the model's name and what was said."""
    with pytest.raises(ModelError, match=f"model 'big': {type(error).__name__}"):
        await seat(Answering([error])).create(HELLO)


@pytest.mark.parametrize("error", [SurroundingsError("dead"), BudgetSpent("spent"), ModelError("never")])
async def test_our_own_errors_keep_their_type(error: Exception) -> None:
    """They say already what they are."""
    with pytest.raises(type(error), match=str(error)):
        await seat(Answering([error])).create(HELLO)


async def test_halves_of_characters_are_replaced() -> None:
    """Some clients pass them on; no file could hold them."""
    answer = await seat(Answering(["a \ud83d b"]), desk()).create(HELLO)

    assert "a ? b" == answer.content


@pytest.mark.parametrize(("finish", "kept"), [("stop", "stop"), ("length", "length"), ("unknown", "unknown")])
async def test_how_an_answer_finished_is_kept(finish: str, kept: str) -> None:
    """What we do not know is unknown."""
    said = result("Servus").model_copy(update={"finish_reason": finish})
    critic = seat(Answering([said]))
    await critic.create(HELLO)

    assert kept == critic.calls[0].finish


async def test_an_answer_is_written_down_and_not_asked_for_again() -> None:
    """The same place, the same prompt: the same answer and the same call, without asking."""
    shelf = Shelf()
    first = seat(Answering(["Servus", "Grüezi"]), desk(shelf))
    said = [await first.create(HELLO), await first.create(HELLO)]
    silent = Answering(["never asked"])
    again = seat(silent, Desk(query(), remembered=shelf.answers))
    recalled = [await again.create(HELLO), await again.create(HELLO)]

    assert [(3, "critic", 0), (3, "critic", 1)] == list(shelf.answers)
    assert [answer.content for answer in said] == [answer.content for answer in recalled] == ["Servus", "Grüezi"]
    assert first.calls == again.calls
    assert [] == silent.asked


async def test_another_prompt_is_asked_again() -> None:
    """What is remembered is the answer to these words."""
    shelf = Shelf()
    await seat(Answering(["Servus"]), desk(shelf)).create(HELLO)
    model = Answering(["Grüezi"])
    answer = await seat(model, Desk(query(), remembered=shelf.answers)).create(HELLO[:1])

    assert "Grüezi" == answer.content


async def test_the_next_call_waits_until_the_last_is_written() -> None:
    """So a kill costs one call: also between a seat's model and its fallback."""
    shelf = Shelf()
    book = desk(shelf)
    critic = seat(Answering(["Servus"]), book)
    fallback = Metered(Answering(["Grüezi"]), book=book, step=3, seat="critic/fallback")
    await critic.create(HELLO)
    await critic.create(HELLO)
    await fallback.create(HELLO)

    assert ["answer critic 0", "keep 0", "answer critic 1", "keep 0", "answer critic/fallback 0"] == shelf.log


async def test_every_request_is_noted() -> None:
    """Also one that failed."""
    shelf = Shelf()
    critic = seat(Answering([ValueError("no"), "Servus"]), desk(shelf))
    with pytest.raises(ModelError):
        await critic.create(HELLO)
    await critic.create(HELLO)

    assert [(3, "critic", 0), (3, "critic", 1)] == [place for place, _ in shelf.attempts]


async def test_a_call_is_bounded_by_bytes_and_its_longest_answer() -> None:
    """With what a server may put around it: marks of the messages, the schema of the reply."""
    prompt = len("Sei kurz.Grüß Gott".encode()) + framing_bytes(2, TurnReply)
    most = prompt + 1 + 50

    assert framing_bytes(0, TurnReply) == len(schema_format(TurnReply))
    assert framing_bytes(2, True) == framing_bytes(2, None) < framing_bytes(2, TurnReply)  # noqa: FBT003
    await seat(Answering(["Servus"]), desk(budget=QueryBudget(total_tokens=most))).create(HELLO, json_output=TurnReply)
    with pytest.raises(ModelError, match=r"budget\.tokens of the query has no room for another call"):
        await seat(Answering(["Servus"]), desk(budget=QueryBudget(total_tokens=most - 1))).create(
            HELLO, json_output=TurnReply
        )


async def test_a_call_that_fits_no_budget_is_not_sent() -> None:
    """What was set aside for the refiner is out of reach."""
    model = Answering(["Servus"])
    book = desk(budget=QueryBudget(calls=3))
    book.held_back = type(book.held_back)(calls=2)
    critic = seat(model, book)
    await critic.create(HELLO)

    with pytest.raises(ModelError, match=r"budget\.calls of the query .*'needed': 3, 'limit': 3"):
        await critic.create(HELLO)
    assert 1 == len(model.asked)


def purse(**limits: int) -> Purse:
    """A strict purse."""
    return Purse(RunBudget(strict=True, **limits), spent=Usage(), clock=lambda: 0.0)


async def test_what_an_answer_left_of_its_bound_comes_back() -> None:
    """Three calls of at most fifty tokens fit into sixty, where each takes five."""
    critic = seat(Answering(["Servus"]), desk(purse=purse(completion_tokens=60)))
    for _ in range(3):
        await critic.create(HELLO)

    with pytest.raises(BudgetSpent, match="completion_tokens: 65 of 60"):
        await critic.create(HELLO)


async def test_a_call_that_broke_may_have_used_its_bound() -> None:
    """Nobody says what it used, so it counts as spent."""
    critic = seat(Answering([ValueError("no")]), desk(purse=purse(completion_tokens=60)))
    with pytest.raises(ModelError, match="no"):
        await critic.create(HELLO)

    with pytest.raises(BudgetSpent, match="completion_tokens: 100 of 60"):
        await critic.create(HELLO)


async def test_a_cancelled_call_gives_back_what_was_set_aside() -> None:
    """The next one finds it."""
    model = Answering(["Servus"])
    model.hold = anyio.Event()
    held = purse(calls=2)
    async with anyio.create_task_group() as group:
        group.start_soon(seat(model, desk(purse=held)).create, HELLO)
        await model.started.wait()
        group.cancel_scope.cancel()
    model.hold = None

    assert "Servus" == (await seat(model, desk(purse=held)).create(HELLO)).content


async def test_a_recalled_answer_counts_as_spent() -> None:
    """It was paid for before, and no event has counted it yet."""
    shelf = Shelf()
    await seat(Answering(["Servus"]), desk(shelf)).create(HELLO)
    book = Desk(query(), remembered=shelf.answers, budget=QueryBudget(calls=1))
    critic = seat(Answering(["Grüezi"]), book)
    await critic.create(HELLO)

    with pytest.raises(ModelError, match=r"budget\.calls"):
        await critic.create(HELLO)


async def test_a_stream_is_the_answer_in_one_piece() -> None:
    """Bulk generation does not stream."""
    pieces = [piece async for piece in seat(Answering(["Servus"])).create_stream(HELLO)]

    assert ["Servus"] == [piece.content for piece in pieces if isinstance(piece, CreateResult)]


async def test_a_seat_looks_like_the_model_behind_it() -> None:
    """To AutoGen's own agents: what it can do, how long a prompt is, what it has used."""
    model = Answering(["Servus"])
    critic = seat(model)
    await critic.create(HELLO)
    await critic.close()

    assert (model.model_info, model.capabilities) == (critic.model_info, critic.capabilities)
    assert model.count_tokens(HELLO) == critic.count_tokens(HELLO)
    assert model.remaining_tokens(HELLO) == critic.remaining_tokens(HELLO)
    assert RequestUsage(prompt_tokens=10, completion_tokens=5) == critic.total_usage() == critic.actual_usage()


async def test_what_other_agents_ask_for_is_passed_on() -> None:
    """Tools and extra arguments; messages that are not plain text have a digest too."""
    critic = seat(Answering(["Servus"]))
    tool = {"name": "look_up", "description": "x"}
    answer = await critic.create(HELLO, tools=[tool], extra_create_args={"stop": ["."]})  # type: ignore[list-item]

    assert "Servus" == answer.content
