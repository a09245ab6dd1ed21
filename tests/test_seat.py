"""Anyone's agent in a seat: what it hears, what becomes of what it says, and what becomes of its failures."""

from collections.abc import Callable, Sequence
from pathlib import Path

import anyio
import pytest
from answering import Answering, Asked, Says, result
from autogen_agentchat.agents import AssistantAgent, BaseChatAgent
from autogen_agentchat.base import ChatAgent, Response
from autogen_agentchat.messages import BaseChatMessage, TextMessage
from autogen_core import CancellationToken
from autogen_core.models import ChatCompletionClient, RequestUsage
from building import GUIDANCE, add, begun, decided, decomposed, drafted, refined, said, view

from aidsafe.agents.seat import AgentFactory, SeatedAgent
from aidsafe.agents.speaker import Line
from aidsafe.core.chance import chance
from aidsafe.core.errors import BudgetSpent, ModelError, RecipeError, SurroundingsError
from aidsafe.core.events import SeatFailed, TurnTaken
from aidsafe.core.records import Call
from aidsafe.core.transcript import calls_of
from aidsafe.orchestration.door import generate
from aidsafe.orchestration.generating import carry_out, prepare
from aidsafe.orchestration.recipe import read_recipe
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.table import Table, open_table

CRITIC = GUIDANCE.personas.get("critic")


def assistant(model: ChatCompletionClient) -> ChatAgent:
    """A stock agent of AutoGen."""
    return AssistantAgent("critic", model, system_message="You are careful.")


class Stranger(BaseChatAgent):
    """An agent of someone's own, that says what it is told to and keeps no state."""

    def __init__(self, say: Callable[[Sequence[BaseChatMessage]], str], usage: RequestUsage | None = None) -> None:
        super().__init__("stranger", "says things")
        self._say, self._usage = say, usage

    @property
    def produced_message_types(self) -> Sequence[type[BaseChatMessage]]:
        """Texts."""
        return (TextMessage,)

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        """Say it."""
        text = self._say(messages)
        if text == "(sleeps)":
            await anyio.sleep_forever()
        return Response(chat_message=TextMessage(source=self.name, content=text, models_usage=self._usage))

    async def on_reset(self, cancellation_token: CancellationToken) -> None:
        """Nothing to forget."""


def guest(build: AgentFactory = assistant, *, timeout_seconds: float = 60.0) -> SeatedAgent:
    """A guest in the critic's seat."""
    return SeatedAgent("critic", CRITIC, build, timeout_seconds=timeout_seconds)


def line(*answers: Says, fallback: Says | None = None) -> Line:
    """A line to a model that says this."""
    return Line(Answering(answers), None if fallback is None else Answering([fallback]), GUIDANCE)


def told(client: ChatCompletionClient) -> list[str]:
    """What the model behind a guest was sent last, after the system message."""
    assert isinstance(client, Answering)
    return [str(message.content) for message in client.asked[-1].messages[1:]]


async def test_a_stock_agent_takes_a_turn() -> None:
    """Its JSON becomes edits and a stance, its calls are the seat's."""
    reply = decided("object", {"op": "add", "text": "Children should stand back."}, reason="No word on children.")
    turn = await guest().speak(view(begun()), line(reply))

    assert isinstance(turn, TurnTaken)
    assert ("critic", "object", "No word on children.") == (turn.seat, turn.stance, turn.reason)
    assert (add().text, 1) == (turn.edits[0].text, len(turn.calls))  # type: ignore[union-attr]  # it is an addition


async def test_it_hears_the_policies_the_draft_and_the_turns_it_may_read() -> None:
    """Each speaker by name; a turn that is hidden from it is not there."""
    transcript = begun(said("expander", "object", add(), reason="Think of children."), said("other", "agree"))
    speaking = line("I agree.")
    shown = view(transcript)
    await guest().speak(type(shown)(transcript, "abcd1234", saw=(0, 1, 2, 3), round=1, max_rounds=3), speaking)
    heard = told(speaking.model.client)

    assert GUIDANCE.charter == heard[0]
    assert heard[1].startswith("expander said:")
    assert "Think of children." in heard[1]
    assert "Children should stand back." in heard[2]
    assert 3 == len(heard)


async def test_it_hears_only_what_is_new() -> None:
    """What it was told before it remembers itself, and its own words too."""
    seated, first, second = guest(), line("I agree."), line("I agree.")
    turn = await seated.speak(view(begun()), first)
    await seated.speak(view(begun(turn, said("expander", "object", reason="Wait.")), round=2), second)
    heard = told(second.model.client)

    assert [GUIDANCE.charter] == [text for text in heard if text == GUIDANCE.charter]
    assert 5 == len(heard)
    assert heard[2] == "I agree."
    assert heard[3].startswith("expander said:")


async def test_built_anew_it_is_told_again_what_it_had_heard() -> None:
    """Its own words come back under its own name."""
    speaking = line("I agree.")
    transcript = begun(said("critic", "object", reason="Not yet."), said("expander", "agree"))
    await guest().speak(view(transcript, round=2), speaking)

    assert ["critic", "expander"] == [text.split()[0] for text in told(speaking.model.client)[1:3]]


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ("I'm sorry, I can't help with that.", "refused"),
        ('{"stance": "agree"', "invalid"),
        (result("I agree.", finish="length"), "truncated"),
        (result("I agree.", finish="content_filter"), "filtered"),
        (ModelError("gone"), "error"),
        (ValueError("odd"), "error"),
    ],
    ids=["refused", "invalid", "truncated", "filtered", "model error", "other error"],
)
async def test_a_failure_is_no_vote(answer: Says, failure: str) -> None:
    """However agreeable the words are."""
    turn = await guest().speak(view(begun()), line(answer))

    assert isinstance(turn, SeatFailed)
    assert failure == turn.failure


async def test_after_a_failure_it_is_put_back_and_asked_once_more() -> None:
    """The second time it hears everything once, and nothing of the first."""
    speaking = line('{"stance":', "I agree.")
    turn = await guest().speak(view(begun()), speaking)

    assert isinstance(turn, TurnTaken)
    assert ["invalid", "accepted"] == [call.outcome for call in turn.calls]
    assert 2 == len(told(speaking.model.client))


async def test_a_guest_that_declines_is_asked_again_with_the_fallback() -> None:
    """And its second answer counts."""
    turn = await guest().speak(view(begun()), line("I cannot assist with that.", fallback="I agree."))

    assert isinstance(turn, TurnTaken)
    assert (turn.stance, 2) == ("agree", len(turn.calls))


class Asking(Stranger):
    """An agent that asks its model, and either wraps or swallows what that raises."""

    def __init__(self, model: ChatCompletionClient, *, swallows: bool) -> None:
        super().__init__(lambda _: "")
        self._model, self._swallows = model, swallows

    async def on_messages(self, messages: Sequence[BaseChatMessage], cancellation_token: CancellationToken) -> Response:
        """Say that it agrees, or fail in its own way."""
        try:
            await self._model.create([])
        except Exception as error:
            if not self._swallows:
                raise RuntimeError("wrapped") from error
        return Response(chat_message=TextMessage(source=self.name, content="I agree."))


@pytest.mark.parametrize("swallows", [True, False])
@pytest.mark.parametrize("error", [BudgetSpent("no more"), SurroundingsError("key refused")])
async def test_what_stops_the_run_is_not_the_guests_failure(error: Exception, *, swallows: bool) -> None:
    """Whether the guest wraps it or swallows it."""
    with pytest.raises(type(error)):
        await guest(lambda model: Asking(model, swallows=swallows)).speak(view(begun()), line(error))


async def test_a_guest_that_swallows_its_models_failure_has_failed() -> None:
    """What it says all the same is no vote."""
    turn = await guest(lambda model: Asking(model, swallows=True)).speak(view(begun()), line(ModelError("gone")))

    assert isinstance(turn, SeatFailed)


async def test_a_guest_that_never_answers_times_out() -> None:
    """Twice, and then its seat has failed."""
    turn = await guest(lambda _: Stranger(lambda _: "(sleeps)"), timeout_seconds=0.01).speak(view(begun()), line(""))

    assert isinstance(turn, SeatFailed)
    assert "timeout" == turn.failure


async def test_its_models_time_is_not_its_own() -> None:
    """A model that takes longer than the guest may is waited for."""

    class Slow(Answering):
        async def create(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]  # passed on
            """Answer late."""
            await anyio.sleep(0.05)
            return await super().create(*args, **kwargs)  # type: ignore[arg-type]  # passed on

    turn = await guest(timeout_seconds=0.02).speak(view(begun()), Line(Slow(["I agree."]), None, GUIDANCE))

    assert isinstance(turn, TurnTaken)


async def test_a_guest_with_a_model_of_its_own_is_counted_by_what_it_says() -> None:
    """The tokens of its messages, at an unknown price."""
    counted: list[Call] = []
    usage = RequestUsage(prompt_tokens=70, completion_tokens=30)
    seated = SeatedAgent("critic", CRITIC, lambda _: Stranger(lambda _: "I agree.", usage), count=counted.append)
    turn = await seated.speak(view(begun()), line(""))

    assert [(70, 30, None)] == [(call.prompt_tokens, call.completion_tokens, call.cost_usd) for call in turn.calls]
    assert list(turn.calls) == counted


async def test_kept_tool_calls_are_asked_for_again() -> None:
    """An answer that was kept holds its text only."""
    turn = await guest().speak(view(begun()), line(result("", finish="function_calls"), "I agree."))

    assert isinstance(turn, TurnTaken)
    assert 2 == len(turn.calls)


# At a table.

RECIPE = """
models: {m: {spec: scripted}}
seats:
  critic: {persona: critic}
  expander: {persona: expander}
protocol: {max_rounds: 2}
"""


def playing(asked: Asked) -> Says:
    """Every role's least reply; the guest, who is known by its system message, fails one call in three."""
    if "You are careful." in str(asked.messages[0].content):
        return ValueError("down") if chance("down", asked.text) < 0.3 else "All of it holds. I agree."
    match asked.role:
        case "decompose":
            return decomposed()
        case "seed":
            return drafted()
        case "deliberate":
            return decided("agree")
        case _:
            return refined()


def table(client: ChatCompletionClient, text: str = RECIPE) -> Table:
    """A table with a stock agent in the critic's seat."""
    opened = open_table(read_recipe(text, file="r.yaml"), guidance=GUIDANCE, agents={"critic": assistant})
    return Table(opened.recipe, GUIDANCE, dict.fromkeys(opened.recipe.models, client), opened.agents)


async def run_of(folder: Path, opened: Table, queries: int) -> Run:
    """A run of so many queries at once."""
    from aidsafe.datasets.sources import scan

    source = folder / "q.jsonl"
    source.write_text("".join(f'{{"prompt": "How do I sharpen knife {n}?"}}\n' for n in range(queries)))
    await carry_out(prepare(scan(source), folder / "run", opened), in_flight=queries)
    return Run(folder / "run")


async def test_a_hundred_queries_with_a_guest_that_fails_at_random_all_complete(tmp_path: Path) -> None:
    """Its usage and its failures are its seat's; the deliberator beside it is untouched."""
    client = Answering(playing)
    run = await run_of(tmp_path, table(client), 100)
    turns = [turn for transcript in run.transcripts() for turn in transcript.turns]
    critic = [turn for turn in turns if turn.seat == "critic"]

    assert (100, 0) == (run.totals.completed, run.totals.failed)
    assert 0 < sum(isinstance(turn, SeatFailed) for turn in critic) < len(critic)
    assert all(isinstance(turn, TurnTaken) and len(turn.calls) == 1 for turn in turns if turn.seat == "expander")
    answered = [asked for asked in client.asked if asked.role == "deliberate" and asked.seat == "critic"]
    made = sum(len(calls_of(turn)) for turn in critic)
    assert made == sum(not isinstance(playing(asked), Exception) for asked in answered)
    run.close()


async def test_the_run_says_who_sat_there(tmp_path: Path) -> None:
    """A factory by its name; without it the run is not gone on with."""
    run = await run_of(tmp_path, table(Answering(playing)), 1)
    recipe = table(Answering(playing)).recipe
    run.close()

    agent = recipe.seats["critic"].agent
    assert agent is not None
    assert agent.provider.startswith("python:")
    assert agent.provider.endswith("test_seat.assistant")
    with pytest.raises(RecipeError, match="built in Python; give its factory"):
        open_table(recipe, guidance=GUIDANCE)


def test_a_guest_needs_a_seat() -> None:
    """A factory for a seat that is not there is a mistake."""
    with pytest.raises(RecipeError, match="no seat 'critc'; did you mean 'critic'"):
        open_table(read_recipe(RECIPE, file="r"), guidance=GUIDANCE, agents={"critc": assistant})


SPEC = """
models: {m: {spec: scripted}}
seats:
  critic:
    persona: critic
    agent:
      provider: autogen_agentchat.agents.AssistantAgent
      config:
        KEY
  expander: {}
"""


async def test_a_recipe_seats_a_stock_agent_by_its_spec(tmp_path: Path) -> None:
    """On the scripted model, with a context that holds a few messages."""
    context = "{provider: autogen_core.model_context.BufferedChatCompletionContext, config: {buffer_size: 4}}"
    recipe = read_recipe(SPEC.replace("KEY", f"model_context: {context}"), file="r.yaml")
    run = await generate([f"How do I sharpen knife {n}?" for n in range(5)], recipe=recipe, out=tmp_path / "run")

    assert 5 == run.totals.completed
    assert {"critic", "expander"} == {turn.seat for transcript in run.transcripts() for turn in transcript.turns}
    run.close()


@pytest.mark.parametrize(
    ("line_written", "problem"),
    [
        ("tools: [{provider: autogen_core.tools.FunctionTool}]", "r.yaml:9: .*tools are not loaded from a recipe"),
        ("model_client: {provider: x}", "r.yaml:9: .*lent the model of its seat"),
        ("model_context: {provider: os.system}", "r.yaml:9: .*'os.system' is not one of"),
        ("system_mesage: be kind", "r.yaml:9: .*did you mean 'system_message'"),
        ("system_message: [a]", "r.yaml:9: .*a text, not list"),
    ],
)
def test_a_spec_that_would_load_more_is_refused(line_written: str, problem: str) -> None:
    """With its line, and before anything is imported."""
    with pytest.raises(RecipeError, match=problem):
        read_recipe(SPEC.replace("KEY", line_written), file="r.yaml")


def test_only_listed_agents_are_loaded() -> None:
    """Not even others of AutoGen: some of them run code."""
    text = SPEC.replace("KEY", "description: d").replace("AssistantAgent", "CodeExecutorAgent")
    with pytest.raises(RecipeError, match=r"r\.yaml:7: .*CodeExecutorAgent' is not loaded from a recipe"):
        read_recipe(text, file="r.yaml")


async def test_a_suspended_query_goes_on_with_the_guest_built_anew(tmp_path: Path) -> None:
    """Stopped by the budget in the middle, finished in a second sitting."""
    short = table(Answering(playing), f"{RECIPE}budget: {{calls: 8}}")
    first = await run_of(tmp_path, short, 4)
    pending = first.totals.pending
    first.close()
    second = await run_of(tmp_path, table(Answering(playing)), 4)

    assert 0 < pending
    assert (4, 0) == (second.totals.completed, second.totals.pending)
    second.close()
