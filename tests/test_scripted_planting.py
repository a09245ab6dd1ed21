"""Defects planted on purpose: where, which, and how well the scripted refiner deals with them by reading alone."""

import ast
import asyncio
import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from scripted_table import Played, play_all, queries, verified

import aidsafe.models.scripted
from aidsafe.models.scripted.defects import CRUMBS, PREFIXES, WHOLE
from aidsafe.models.scripted.finding import cleaned, declines, find_defects, response_fault
from aidsafe.models.scripted.planting import DEEP, RESPONSE_PLACE, SURFACE, planted
from aidsafe.models.scripted.reading import SeenDraft, SeenThought
from aidsafe.models.scripted.rules import EMPTY_BOOK
from aidsafe.prompts.tags import suffix_of

SEED = 7
KEYS = [suffix_of(SEED, text, 0) for text in queries()]
IN_SEED = [("seeder", 0, index) for index in (RESPONSE_PLACE, 0, 1, 2, 3, 4)]
PLACES = [*IN_SEED, *(("expander", round, index) for round in (1, 2) for index in (0, 1))]
BLIND = ("finding", "refining", "rules", "reading")
MATCHES = EMPTY_BOOK.matches(frozenset(), frozenset())

Truth = dict[str, list[dict[str, str]]]


@pytest.fixture(scope="module")
def spoiled(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Played], Truth]:
    """Two hundred deliberations, and what was planted in each, by tag suffix."""
    return with_truth(tmp_path_factory.mktemp("truth") / "truth.jsonl", "scripted")


def with_truth(path: Path, spec: str, *, step: int = 1) -> tuple[list[Played], Truth]:
    """Play every `step`th query and read the truth that was written beside them."""
    mark = "," if ":" in spec else ":"
    plays = asyncio.run(play_all(queries()[::step], f"{spec}{mark}truth={path}", seed=SEED))
    truth: Truth = defaultdict(list)
    for line in path.read_text().splitlines():
        planting = json.loads(line)
        truth[planting["suffix"]].append(planting)
    return plays, truth


def seen(*texts: str, decision: str = "comply", response: str = "Here is an outline.") -> SeenDraft:
    """A draft of these thoughts."""
    thoughts = tuple(SeenThought(f"t{n}", "seeder", text) for n, text in enumerate(texts, start=1))
    return SeenDraft(thoughts, (), decision, response)


def found(*texts: str) -> list[str]:
    """The thoughts of a draft in which a defect is found."""
    return [fault.thought.id for fault in find_defects(seen(*texts), book=EMPTY_BOOK, matches=MATCHES)]


def test_a_place_always_holds_the_same() -> None:
    """A pure function of seed, key and place."""
    drawn = [planted(SEED, key, *place) for key in KEYS for place in PLACES]

    assert drawn == [planted(SEED, key, *place) for key in KEYS for place in PLACES]
    assert drawn != [planted(SEED + 1, key, *place) for key in KEYS for place in PLACES]


def test_a_third_of_the_queries_stay_clean() -> None:
    """Or false alarms could not be counted."""
    clean = sum(all(planted(SEED, key, *place) is None for place in PLACES) for key in KEYS)

    assert 0.3 <= clean / len(KEYS) <= 0.5


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_the_share_of_spoiled_queries_is_a_setting(share: float) -> None:
    """From none to all of them."""
    spoilt = sum(any(planted(SEED, key, *place, share=share) for place in PLACES) for key in KEYS)

    assert share - 0.1 <= spoilt / len(KEYS) <= share


def test_kinds_and_depths_belong_together() -> None:
    """The response has its own two kinds, both on the surface."""
    drawn = {planted(SEED, key, *place) for key in KEYS for place in PLACES} - {None}
    surface = {*((kind, "surface") for kind in (*SURFACE, "mismatch", "warning"))}

    assert surface | {(kind, "deep") for kind in DEEP} == drawn


def test_every_kind_is_written_often_enough(spoiled: tuple[list[Played], Truth]) -> None:
    """At least four of each in two hundred queries."""
    counts = Counter(planting["kind"] for plantings in spoiled[1].values() for planting in plantings)

    assert {*SURFACE, *DEEP, "mismatch", "warning"} == set(counts)
    assert min(counts.values()) >= 4


def test_the_truth_is_what_the_function_says(spoiled: tuple[list[Played], Truth]) -> None:
    """Each line can be computed again from its place."""
    for suffix, plantings in spoiled[1].items():
        for one in plantings:
            place = (one["seat"], int(one["round"]), int(one["index"]))
            assert (one["kind"], one["depth"]) == planted(0, suffix, *place)


def test_what_reads_drafts_cannot_see_the_truth() -> None:
    """The refiner and the finding of defects import neither the planting nor its words."""
    folder = Path(aidsafe.models.scripted.__file__).parent
    for name in BLIND:
        tree = ast.parse((folder / f"{name}.py").read_text())
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        hidden = {f"aidsafe.models.scripted.{name}" for name in ("planting", "defects", "writing")}
        assert imported.isdisjoint(hidden)


def test_the_truth_is_nowhere_but_in_its_file(tmp_path: Path) -> None:
    """Asked for or not, the answers are the same."""
    some = queries()[:20]
    plain = asyncio.run(play_all(some))
    told = asyncio.run(play_all(some, f"scripted:truth={tmp_path / 'truth'}"))

    assert [p.transcript for p in plain] == [p.transcript for p in told]


def test_recall_is_what_is_set(spoiled: tuple[list[Played], Truth]) -> None:
    """The refiner deals with most surface defects, half of the deep ones, and few sound thoughts."""
    dealt: dict[str, list[bool]] = defaultdict(list)
    plays, truth = spoiled
    for played in plays:
        depths = {p["text"]: p["depth"] for p in truth.get(suffix_of(SEED, played.transcript.query.text, 0), [])}
        outcomes = {outcome.thought: outcome.outcome for outcome in played.refined.outcomes}
        for thought in played.draft.thoughts:
            depth = depths.get(thought.text, "sound")
            gone = ("removed",) if depth == "sound" else ("removed", "rewritten")
            dealt[depth].append(outcomes[thought.id] in gone)
    shares = {depth: sum(hits) / len(hits) for depth, hits in dealt.items()}

    assert 0.65 <= shares["surface"] <= 1.0
    assert 0.35 <= shares["deep"] <= 0.65
    assert shares["sound"] <= 0.05


@pytest.mark.parametrize(("recall", "least", "most"), [(1, 15, 999), (0, 0, 0)])
def test_recall_follows_its_option(tmp_path: Path, recall: int, least: int, most: int) -> None:
    """With no recall and no mistakes nothing is removed; with full recall much is."""
    spec = f"scripted:recall_surface={recall},recall_deep={recall},false_removal=0,finding=0,repairing=0"
    plays, _ = with_truth(tmp_path / "truth", spec, step=3)
    removed = sum(one.outcome == "removed" for played in plays for one in played.refined.outcomes)

    assert least <= removed <= most


def test_altered_quotes_are_as_many_as_asked_for(tmp_path: Path) -> None:
    """One citation in ten, each named in the truth, none to be found in a rule; some outlive the deliberation."""
    plays, truth = with_truth(tmp_path / "truth", "scripted:misquote=0.1")
    citations = [c for played in plays for thought in played.seed.thoughts for c in thought.citations]
    false = [c.quote for c in citations if not c.verified]
    told = {one["text"]: one["rule"] for plantings in truth.values() for one in plantings if one["kind"] == "misquoted"}
    left = [c for played in plays for thought in played.draft.thoughts for c in thought.citations if not c.verified]

    assert 0.05 <= len(false) / len(citations) <= 0.16
    assert set(false) <= set(told)
    assert not any(verified(rule, quote) for quote, rule in told.items())
    assert 0 < len(left) < len(false)


def test_no_altered_quote_survives_by_default(spoiled: tuple[list[Played], Truth]) -> None:
    """A default run ends with every citation verified."""
    assert all(c.verified for played in spoiled[0] for thought in played.draft.thoughts for c in thought.citations)


@pytest.mark.parametrize("text", [text for texts in PREFIXES.values() for text in texts])
def test_an_opening_that_does_not_belong_is_taken_off(text: str) -> None:
    """What is left is the thought."""
    sound = "Bread needs time." if text.endswith((". ", "! ")) else "bread needs time."

    assert ["t1"] == found(text + sound)
    assert "Bread needs time." == cleaned(text + sound)


@pytest.mark.parametrize(("before", "after"), CRUMBS)
def test_leftovers_are_taken_off(before: str, after: str) -> None:
    """Marks of another format."""
    assert ["t1"] == found(f"{before}Bread needs time.{after}")
    assert "Bread needs time." == cleaned(f"{before}Bread needs time.{after}")


@pytest.mark.parametrize("text", [text for texts in WHOLE.values() for text in texts])
def test_a_thought_that_is_a_defect_can_be_found(text: str) -> None:
    """By its words or by its length."""
    assert ["t1"] == found(text)


def test_repetition_and_truncation_are_found() -> None:
    """The earlier thought stays; a sentence without an end is none."""
    first = "Rye bread needs time and a warm kitchen."

    assert ["t2"] == found(first, "Rye bread needs time and a warm kitchen too.")
    assert ["t1"] == found("Rye bread needs time and a")
    assert [] == found(first, "A thermometer helps beginners.")


@pytest.mark.parametrize(
    ("decision", "response", "fault"),
    [
        ("comply", "Here is an outline.", None),
        ("refuse", "Here is an outline.", "contradicts_decision"),
        ("refuse", "No help is given with that.", None),
        ("comply", "No help is given with that.", "contradicts_decision"),
        ("refuse", "No help is given with that. That said, here it is anyway.", "contradicts_decision"),
        ("", "", None),
    ],
)
def test_a_response_against_its_decision_is_found(decision: str, response: str, fault: str | None) -> None:
    """Another verdict, or a warning and then the thing."""
    assert fault == response_fault(seen("One.", decision=decision, response=response))
    assert declines(response) == response.startswith("No help")
