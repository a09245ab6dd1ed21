"""Preference pairs from a finished run: for every record a rejected chain, if one can be had and the scorers agree.

What is made for a query is written down at once, so a run of pairs that was stopped goes on where it was. The files
that others read are made from that at the end, in source order, and swapped in.
"""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from os import SEEK_END
from pathlib import Path
from typing import BinaryIO, Final

import anyio
import orjson
from pydantic import ValidationError

from aidsafe.agents.whisperer import Try, Weighed
from aidsafe.core.errors import FolderError, InputError, ModelError, ReplyError, SurroundingsError
from aidsafe.core.records import Draft, Value
from aidsafe.core.version import __version__
from aidsafe.datasets.folding import chain_text
from aidsafe.datasets.pairs import (
    Chain,
    Divergence,
    Pair,
    PairKind,
    PairsManifest,
    Rejected,
    Score,
    Without,
    is_pairs,
    read_manifest,
)
from aidsafe.datasets.training import bare, inline
from aidsafe.datasets.writing import write_atomic
from aidsafe.models.scripted.label import LABEL
from aidsafe.models.spec import parse_spec
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.swaying import Bench, Matter, attempts, draft_of, plain_drafts, weighings
from aidsafe.orchestration.weighing import decisive_rules

__all__ = ["NOTICE", "Belief", "PairSettings", "make_pairs"]

NOTICE: Final = (
    "HAZARD: rejected.jsonl, beliefs.jsonl and work.jsonl hold texts that break a model's reasoning and chains that "
    "violate the policies. They are for preference training and for defence research only. Do not publish them with "
    "the dataset, do not train on them as answers, and delete them when the pairs are exported."
)

_WORK = "work.jsonl"


class PairSettings(Value):
    """How pairs are made: their kind, tries a query, how little faithfulness is enough, the least margin, samples.

    A try is enough where the deciding scorer finds at most `enough` and a violated rule. `samples` are plain chains
    drawn beside whispered ones, so that the two ways can be compared.
    """

    kind: PairKind
    tries: int = 4
    enough: float = 0.5
    least_margin: float = 0.1
    samples: int = 2


class Belief(Value):
    """One try of a pair, for the record of what was whispered."""

    belief: str
    thoughts: str
    response: str
    decision: str
    scores: dict[str, Score]


class _Worked(Value):
    """What was made for one query, as it is written down."""

    place: int
    pair: Pair | None = None
    rejected: Rejected | None = None
    beliefs: tuple[Belief, ...] = ()
    without: Without | None = None


@dataclass
class _Work:
    """A sitting over one folder."""

    folder: Path
    bench: Bench
    settings: PairSettings
    done: set[int] = field(default_factory=set)


async def make_pairs(
    run: Run,
    out: Path,
    bench: Bench,
    settings: PairSettings,
    *,
    limit: int | None = None,
    in_flight: int = 16,
) -> PairsManifest:
    """Make a pair of every record, at most `limit`, and say what came of it; run it again to go on.

    Raises `FolderError` where `out` holds something else, `SurroundingsError` where an endpoint or the disk fails.
    """
    manifest = _manifest(run, bench, settings)
    _open(out, manifest)
    work = _Work(out, bench, settings, {worked.place for _, worked in _worked(out)})
    limiter = anyio.CapacityLimiter(in_flight)
    with _appending(out / _WORK) as file:
        async with anyio.create_task_group() as group:
            for place, (record, transcript) in enumerate(run.completed()):
                if limit is not None and place >= limit:
                    break
                if place not in work.done:
                    await limiter.acquire_on_behalf_of(place)
                    group.start_soon(_work_on, work, file, limiter, Matter(record, transcript, draft_of(record)), place)
    return _finish(out, manifest)


async def _work_on(work: _Work, file: BinaryIO, limiter: anyio.CapacityLimiter, matter: Matter, place: int) -> None:
    try:
        worked = await _made(work.bench, work.settings, matter, place)
        file.write(orjson.dumps(worked.model_dump(mode="json")) + b"\n")
        file.flush()
    finally:
        limiter.release_on_behalf_of(place)


async def _made(bench: Bench, settings: PairSettings, matter: Matter, place: int) -> _Worked:
    """What comes of one query."""
    made = [tried async for tried in _enough(bench, settings, matter)]
    beliefs = tuple(_belief(tried) for tried in made) if settings.kind == "whisperer" else ()
    try:
        chosen = await weighings(bench, matter, matter.chosen, nth=0)
        plain = await _plain(bench, settings, matter, made)
    except (ReplyError, ModelError) as error:
        return _nothing(place, matter, f"the judge gave no verdict on the chosen chain: {error}", beliefs)
    worst = min(made, key=lambda tried: tried.faithfulness(bench.scorer), default=None)
    if worst is None:
        return _nothing(place, matter, _WHY_NONE[settings.kind], beliefs)
    scores = chosen[bench.scorer].faithfulness, worst.faithfulness(bench.scorer)
    if scores[0] - scores[1] < settings.least_margin:
        least = f"{settings.least_margin:g}; the most was {scores[0] - scores[1]:.3g}"
        reason = f"no chain in {len(made)} tries was less faithful by {least}"
        without = Without(query_id=matter.record.id, reason=reason, scores=scores, plain=plain)
        return _Worked(place=place, without=without, beliefs=beliefs)
    pair = _pair(bench, settings, matter, worst, chosen).model_copy(update={"tries": len(made), "plain": plain})
    rejected = Rejected(
        pair=pair.id,
        rejected_thoughts=chain_text(worst.draft.thoughts),
        rejected_response=worst.draft.response,
        rejected_decision=worst.draft.decision,
    )
    return _Worked(place=place, pair=pair, rejected=rejected, beliefs=beliefs)


async def _enough(bench: Bench, settings: PairSettings, matter: Matter) -> AsyncIterator[Try]:
    """Tries until one is enough; for samples, all of them."""
    async for tried in attempts(bench, matter, settings.kind, tries=settings.tries):
        yield tried
        weighed = tried.weighed[bench.scorer]
        if settings.kind != "runner_up" and weighed.violates and weighed.faithfulness <= settings.enough:
            return


async def _plain(bench: Bench, settings: PairSettings, matter: Matter, made: list[Try]) -> tuple[float, float] | None:
    """The best and the worst faithfulness of plain samples."""
    if settings.kind == "whisperer":
        made = await plain_drafts(bench, matter, samples=settings.samples)
    elif settings.kind != "runner_up":
        return None
    found = [tried.faithfulness(bench.scorer) for tried in made]
    return (max(found), min(found)) if len(found) > 1 else None


def _pair(bench: Bench, settings: PairSettings, matter: Matter, worst: Try, chosen: Mapping[str, Weighed]) -> Pair:
    record, weighed = matter.record, worst.weighed
    return Pair(
        id=f"{record.id}-{settings.kind}",
        query_id=record.id,
        kind=settings.kind,
        prompt=record.prompt,
        metadata=record.metadata,
        chosen=Chain(thoughts=chain_text(record.thoughts), response=record.response, decision=record.decision),
        defect=_defect(bench, settings, matter),
        tries=1,
        margins={name: round(chosen[name].faithfulness - weighed[name].faithfulness, 6) for name in weighed},
        chosen_scores={name: _score(found) for name, found in chosen.items()},
        rejected_scores={name: _score(found) for name, found in weighed.items()},
        violates=tuple(dict.fromkeys(rule for found in weighed.values() for rule in found.violates)),
        diverges=_divergence(matter.chosen, worst.draft),
    )


def _defect(bench: Bench, settings: PairSettings, matter: Matter) -> str:
    match settings.kind:
        case "whisperer":
            return "believed what was whispered"
        case "dropped_clause":
            return f"reasoned without {decisive_rules(matter.chosen, bench.guidance.policies)[0]}"
        case "wrong_precedence":
            return "put first the policy that gave way"
        case "seed":
            return "the first draft, before anyone objected"
        case "runner_up":
            return f"the least faithful of {settings.tries} samples"


_WHY_NONE: Final[dict[PairKind, str]] = {
    "whisperer": "no try gave a chain",
    "dropped_clause": "the chosen chain rests on no rule, or no try gave a chain",
    "wrong_precedence": "nothing pulled apart, or no try gave a chain",
    "seed": "there is no seed, or no verdict on it",
    "runner_up": "no sample gave a chain",
}


def _divergence(chosen: Draft, rejected: Draft) -> Divergence:
    one, other = (inline(bare(chain_text(draft.thoughts)), bare(draft.response)) for draft in (chosen, rejected))
    alike = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    pairs = zip(chosen.thoughts, rejected.thoughts, strict=False)
    first = next((n for n, (a, b) in enumerate(pairs, start=1) if a.text != b.text), None)
    return Divergence(characters=alike, thought=first or 1 + min(len(chosen.thoughts), len(rejected.thoughts)))


def _score(weighed: Weighed) -> Score:
    return Score(faithfulness=weighed.faithfulness, violates=weighed.violates, reason=weighed.reason)


def _belief(tried: Try) -> Belief:
    return Belief(
        belief=tried.belief,
        thoughts=chain_text(tried.draft.thoughts),
        response=tried.draft.response,
        decision=tried.draft.decision,
        scores={name: _score(weighed) for name, weighed in tried.weighed.items()},
    )


def _nothing(place: int, matter: Matter, reason: str, beliefs: tuple[Belief, ...]) -> _Worked:
    return _Worked(place=place, without=Without(query_id=matter.record.id, reason=reason), beliefs=beliefs)


def _manifest(run: Run, bench: Bench, settings: PairSettings) -> PairsManifest:
    seats = {"target": bench.target, "whisperer": bench.whisperer, "judge": bench.judge}
    asked = {name: model.settings.spec for name, model in seats.items() if model is not None}
    if settings.kind != "whisperer":
        del asked["whisperer"]
    if settings.kind == "seed":
        del asked["target"]
    scripted = [*asked.values(), *run.manifest.models.values()]
    return PairsManifest(
        aidsafe=__version__,
        run=run.folder.path.resolve().name,
        kind=settings.kind,
        models=asked,
        policies=run.manifest.digests.policies,
        prompts=run.manifest.digests.prompts,
        seed=bench.seed,
        settings={**settings.model_dump(mode="json"), "scorer": bench.scorer},
        scripted=any(parse_spec(spec).is_stand_in for spec in scripted),
        notice=NOTICE,
    )


def _open(out: Path, manifest: PairsManifest) -> None:
    """Make the folder, or see that it holds these very pairs."""
    if is_pairs(out):
        before = read_manifest(out).model_copy(update={"pairs": 0, "without": 0})
        if before != manifest:
            raise FolderError(f"{out}: holds pairs made otherwise; choose another --out, or ask for the same to go on")
        return
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out}: holds something else; name a new folder")
    try:
        out.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SurroundingsError(f"{out}: cannot be made ({error.strerror or error})") from error
    notice = f"{manifest.notice}\n" + (f"\n{LABEL}\n" if manifest.scripted else "")
    write_atomic(out / "NOTICE.txt", [notice.encode()])
    _write_manifest(out, manifest)


def _write_manifest(out: Path, manifest: PairsManifest) -> None:
    written = orjson.dumps(manifest.model_dump(mode="json"), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    write_atomic(out / "pairs.json", [written])


@contextmanager
def _appending(path: Path) -> Iterator[BinaryIO]:
    """The file opened to be added to, on a line of its own: a kill may have cut the last one short."""
    with path.open("a+b") as file:
        if file.tell():
            file.seek(-1, SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        yield file


def _worked(out: Path) -> Iterator[tuple[int, _Worked]]:
    """What is written down so far, with where its line begins; a line that a kill cut short is passed over."""
    path = out / _WORK
    if not path.is_file():
        return
    start = 0
    with path.open("rb") as file:
        for line in file:
            with suppress(ValidationError):
                yield start, _Worked.model_validate_json(line)
            start += len(line)


def _finish(out: Path, manifest: PairsManifest) -> PairsManifest:
    """Write what others read, in source order."""
    starts = {worked.place: start for start, worked in _worked(out)}
    places = [starts[place] for place in sorted(starts)]
    write_atomic(out / "pairs.jsonl", (_line(w.pair) for w in _at(out, places) if w.pair))
    write_atomic(out / "rejected.jsonl", (_line(w.rejected) for w in _at(out, places) if w.rejected))
    write_atomic(out / "beliefs.jsonl", (line for w in _at(out, places) if (line := _beliefs(w))))
    write_atomic(out / "failures.jsonl", (_line(w.without) for w in _at(out, places) if w.without))
    made = sum(1 for worked in _at(out, places) if worked.pair)
    finished = manifest.model_copy(update={"pairs": made, "without": len(places) - made})
    _write_manifest(out, finished)
    return finished


def _at(out: Path, places: list[int]) -> Iterator[_Worked]:
    with (out / _WORK).open("rb") as file:
        for place in places:
            file.seek(place)
            yield _Worked.model_validate_json(file.readline())


def _line(value: Value) -> bytes:
    return orjson.dumps(value.model_dump(mode="json")) + b"\n"


def _beliefs(worked: _Worked) -> bytes:
    if not worked.beliefs:
        return b""
    name = worked.pair.id if worked.pair else worked.without.query_id if worked.without else ""
    tries = [belief.model_dump(mode="json") for belief in worked.beliefs]
    return orjson.dumps({"pair": name, "beliefs_tried": tries}) + b"\n"
