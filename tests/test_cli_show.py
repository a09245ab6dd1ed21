"""`aidsafe show`: a transcript that people can read, and that does nothing to their terminal."""

import io
from pathlib import Path

import orjson
import pytest
from commanding import FEW, called, few_queries, generated
from rich.console import Console

from aidsafe.cli.page import page_of
from aidsafe.core.events import (
    ConsensusJudged,
    DeliberationEnded,
    DraftRefined,
    DraftSeeded,
    Event,
    IntentsDecomposed,
    QueryCompleted,
    QueryFailed,
    QueryReceived,
    SeatFailed,
    StopRequested,
    TurnTaken,
)
from aidsafe.core.records import (
    Add,
    Call,
    Citation,
    Decide,
    FinalThought,
    Intent,
    Outcome,
    Query,
    RejectedEdit,
    Resolve,
    Respond,
    Revise,
    Thought,
    Weakness,
    Withdraw,
)
from aidsafe.core.transcript import Transcript
from aidsafe.policies.library import load_policies

RULE = next(rule for policy, rule in load_policies().each_rule() if policy.id == "physical_harm")
REAL = Citation(policy="physical_harm", rule=RULE.id, quote=" ".join(RULE.text.split()[:6]), verified=True)
FALSE = Citation(policy="physical_harm", rule=RULE.id, quote="words that stand nowhere", verified=False)
CALL = Call(model="m", asked="x:m", reported="m", finish="stop", prompt_tokens=1200, completion_tokens=34, cost_usd=0.5)

TURN = TurnTaken(
    round=1,
    seat="critic",
    saw=(0, 1, 2),
    version=0,
    stance="object",
    checked=("every quote",),
    weakness=Weakness(thought="t1", quote="old words", defect="over_refusal", severity="blocking"),
    reason="the owed help is missing",
    edits=(
        Revise(target="t1", text="new words", citations=(FALSE,), reason="it was vague"),
        Withdraw(target="t2", reason="it repeats"),
        Add(text="a third thought", citations=(REAL,)),
        Respond(text="a better response"),
        Decide(decision="comply"),
        Resolve(rules=("PH-R1", "RH-H1"), resolved_by="the graver goes first"),
    ),
    rejected=(RejectedEdit(edit=Withdraw(target="t9"), cause="unknown_target"),),
    calls=(CALL,),
)

EVENTS: tuple[Event, ...] = (
    QueryReceived(query=Query(id="q", row=0, text="What about knives?"), policies="", prompts=""),
    IntentsDecomposed(
        restatement="A question about knives.",
        intents=(Intent(text="cook", kind="implicit", harm="benign", evidence="knives"),),
    ),
    DraftSeeded(
        thoughts=(
            Thought(id="t1", text="old words", author="seeder", round=0),
            Thought(id="t2", text="old words again", author="seeder", round=0),
        ),
        decision="refuse",
        response="no",
    ),
    TURN,
    SeatFailed(round=1, seat="expander", saw=(), version=1, failure="truncated", message="cut at max_tokens=9"),
    ConsensusJudged(round=1, version=1, reason="they differ", agreed=False),
    StopRequested(by="timer", reason="enough"),
    DeliberationEnded(reason="external", rounds=0, turns=2, numbers={"spent": 3}),
    DraftRefined(
        outcomes=(
            Outcome(thought="t1", outcome="removed", reason="redundant", code="hesitation"),
            Outcome(thought="t3", outcome="rewritten"),
        ),
        thoughts=(
            FinalThought(
                id="t3",
                text="the third thought",
                author="critic",
                round=1,
                sources=("t3",),
                outcome="rewritten",
                citations=(REAL,),
            ),
        ),
        decision="comply",
        response="the final response",
    ),
    QueryCompleted(),
)


def drawn(*events: Event, notice: str | None = None, terminal: bool = False) -> str:
    """The page of these events, as it is printed."""
    console = Console(file=io.StringIO(), width=100, force_terminal=terminal, record=True, highlight=False)
    for part in page_of(Transcript.of(events), policies=load_policies(), notice=notice):
        console.print(part)
    return console.export_text(styles=terminal)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run."""
    return generated(tmp_path_factory.mktemp("shown"))


@pytest.mark.parametrize(
    "words",
    [
        "What about knives?",
        "implicit, benign cook “knives”",
        "ROUND 1 critic objects, on draft 0, 6 edits",
        "blocking: over_refusal in t1 “old words”",
        "because the owed help is missing",
        "there is no such thought: withdraw t9",
        "PH-R1 against RH-H1: the graver goes first",
        "refuse → comply",
        "ROUND 1 expander gave nothing usable: truncated",
        "cut at max_tokens=9",
        "JUDGE round 1 the seats do not agree they differ",
        "STOP timer",
        "ENDED external after 0 rounds and 2 turns (spent 3)",
        "removed redundant (hesitation): new words",
        "FINAL CHAIN comply",
        "the third thought [critic, round 1] rewritten from t3",
        f"✓ physical_harm {RULE.id} ({RULE.kind}) “{REAL.quote}”",
        f"✗ physical_harm {RULE.id} ({RULE.kind}) “words that stand nowhere”",
        "the final response",
        "1,200 prompt tokens, 34 completion tokens, $0.5000",
    ],
)
def test_the_page_says(words: str) -> None:
    """The page says who said what, what changed, why it ended, and what became of every thought."""
    assert words in " ".join(drawn(*EVENTS).split())


def test_changes_show_old_and_new() -> None:
    """What was replaced stands above what replaced it."""
    lines = [" ".join(line.split()) for line in drawn(*EVENTS).splitlines()]

    for old, new in (("~ t1 old words", "→ new words"), ("~ response no", "→ a better response")):
        assert new == lines[lines.index(old) + 1]
    assert "- t2 old words again" in lines
    assert "+ t3 a third thought" in lines


def test_a_failed_query_says_why() -> None:
    """A failure shows its stage, its type and its message."""
    page = drawn(*EVENTS[:2], QueryFailed(stage="seed", error="ModelError", message="no such model"))

    assert "FAILED  seed  ModelError" in page
    assert "no such model" in page


def test_a_draft_that_nobody_refined() -> None:
    """Without a refiner the draft stands as it is."""
    ended = DeliberationEnded(reason="none", rounds=0, turns=0)

    assert "the draft stands as it is: refuse" in drawn(*EVENTS[:3], ended, QueryCompleted())


def test_the_page_keeps_its_width() -> None:
    """Nothing is wider than a hundred columns, whatever it says."""
    wide = QueryReceived(query=Query(id="w" * 300, row=0, text="w" * 300 + " 猫" * 200), policies="", prompts="")

    assert 100 >= max(map(len, drawn(wide, *EVENTS[1:]).splitlines()))


def test_endless_text_is_cut() -> None:
    """A query of 200 kB does not bury the page."""
    long = QueryReceived(query=Query(id="q", row=0, text="word " * 40_000), policies="", prompts="")
    page = drawn(long, *EVENTS[1:])

    assert len(page) < 15_000
    assert "196,000 more characters" in page


@pytest.mark.parametrize("field", ["query", "turn", "response"])
def test_hostile_text_is_inert(field: str) -> None:
    """Terminal sequences, direction marks and markup in any text are shown, and do nothing."""
    hostile = "\x1b]0;owned\x07\x1b[2J [bold red]x[/bold red] :skull: \u202e"
    events = {
        "query": (QueryReceived(query=Query(id=hostile, row=0, text=hostile), policies="", prompts=""), *EVENTS[1:]),
        "turn": (*EVENTS[:3], TURN.model_copy(update={"reason": hostile, "edits": (Add(text=hostile),)})),
        "response": (EVENTS[0], EVENTS[2].model_copy(update={"response": hostile})),
    }[field]
    page = drawn(*events, terminal=True)

    assert "\\x1b]0;owned\\x07\\x1b[2J [bold red]x[/bold red] :skull: \\u202e" in page
    assert "\x1b[2J" not in page
    assert not {"\x07", "\u202e"} & set(page)


def test_a_stand_in_says_so() -> None:
    """A notice stands at the top."""
    assert "scripted stand-in" in drawn(*EVENTS, notice="scripted stand-in").partition("What about")[0]


def test_show_a_run(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """Without an id there is a list of queries, and one whole transcript below it."""
    said = called(capsys, "show", run)

    assert (0, "") == (said.code, said.err)
    assert [row["id"] for row in FEW] == [line.split()[0] for line in said.out.splitlines()[2:6]]
    assert ["SEED", "ENDED", "FINAL CHAIN", "COST"] == [
        name for name in ("SEED", "ENDED", "FINAL CHAIN", "COST") if f"\n{name}  " in said.out
    ]
    assert 100 >= max(map(len, said.out.splitlines()))
    assert "\x1b" not in said.out


def test_show_one(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """With an id it is that query's transcript, under the stand-in's name."""
    said = called(capsys, "show", run, "debt")

    assert said.out.startswith("debt ")
    assert "What happens to a debt when somebody dies?" in said.out
    assert "Scripted stand-in" in said.out


def test_json(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """As JSON it is one object: all events and the record, or all queries."""
    one = orjson.loads(called(capsys, "show", run, "debt", "--json").out)
    all_of_them = orjson.loads(called(capsys, "show", run, "--json").out)

    assert ("query_received", "query_completed") == (one["events"][0]["kind"], one["events"][-1]["kind"])
    assert "debt" == one["record"]["id"]
    assert [row["id"] for row in FEW] == [line["id"] for line in all_of_them["queries"]]


def test_an_unknown_id(capsys: pytest.CaptureFixture[str], run: Path) -> None:
    """An id that is not there is exit 2, and says how to see some."""
    said = called(capsys, "show", run, "nobody")

    assert (2, "", 1) == (said.code, said.out, said.err.count("\n"))
    assert "'nobody'" in said.err


def test_a_run_that_has_just_begun(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Queries that are pending are shown as far as they are."""
    words = ("--set", "budget.calls=3", "--in-flight", "1", "--quiet")
    called(capsys, "generate", few_queries(tmp_path), "--out", tmp_path / "run", *words)
    said = called(capsys, "show", tmp_path / "run")

    assert 0 == said.code
    assert "pending" in said.out
