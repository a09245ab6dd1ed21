"""What `aidsafe pairs` does: opens the models, makes the pairs, and shows how far the two sides lie apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
import orjson

from aidsafe.agents.guidance import Guidance, load_guidance
from aidsafe.analysis.separation import Separation, picture, separation_of
from aidsafe.cli.opening import opened_run
from aidsafe.cli.telling import emit, emit_json, say
from aidsafe.core.errors import InputError
from aidsafe.datasets.pairs import PairsManifest, is_pairs
from aidsafe.datasets.writing import write_atomic
from aidsafe.models.metering import Metered
from aidsafe.models.opening import open_model
from aidsafe.models.scripted.label import LABEL
from aidsafe.models.settings import ModelSettings
from aidsafe.orchestration.branching import recipe_of_run
from aidsafe.orchestration.pairing import PairSettings, make_pairs
from aidsafe.orchestration.recipe import Recipe, folder_of, priced
from aidsafe.orchestration.run import Run
from aidsafe.orchestration.swaying import Bench, Spent

__all__ = ["AskedPairs", "carry_pairs", "guidance_of", "opened", "spent_line"]


@dataclass(frozen=True, slots=True)
class AskedPairs:
    """The command as it was given; `models` are specs by who takes part."""

    run: Path
    out: Path | None
    settings: PairSettings
    models: Mapping[str, str | None]
    limit: int | None = None
    in_flight: int = 16
    figure: Path | None = None
    allow_harmful: bool = False
    as_json: bool = False


def carry_pairs(asked: AskedPairs) -> int:
    """Make pairs, or look at those there are; the exit code."""
    if asked.out is None:
        if not is_pairs(asked.run) or asked.figure is None:
            raise InputError("give --out RUN2 to make pairs, or a folder of pairs and --figure FILE to look at them")
        _tell(asked, None, _drawn(asked.run, asked.figure))
        return 0
    if asked.settings.kind == "whisperer" and not asked.allow_harmful:
        raise InputError(
            "the ear-whisperer writes texts that break a model's reasoning, and keeps chains that violate the "
            "policies: give --allow-harmful where that is what you want, or take another --kind"
        )
    with opened_run(asked.run) as run:
        made = _made(asked, run, asked.out)
    found = _drawn(asked.out, asked.figure) if made.pairs else None
    _tell(asked, made, found)
    return 0 if made.pairs else 1


def _made(asked: AskedPairs, run: Run, out: Path) -> PairsManifest:
    recipe = recipe_of_run(run, model=asked.models["target"])
    bench = _bench(asked, recipe, guidance_of(run, recipe))
    make = partial(make_pairs, run, out, bench, asked.settings, limit=asked.limit, in_flight=asked.in_flight)

    async def work() -> PairsManifest:
        try:
            return await make()
        finally:
            for client in {id(m.client): m.client for m in (bench.target, bench.whisperer, bench.judge) if m}.values():
                await client.close()

    made = anyio.run(work)
    say(spent_line(bench.spent))
    say(made.notice)
    if made.scripted:
        say(LABEL)
    return made


def _bench(asked: AskedPairs, recipe: Recipe, guidance: Guidance) -> Bench:
    seeder = recipe.roles.seeder.model
    # The seed is there already: nobody is asked, so nobody's key is needed.
    settings = recipe.models[seeder] if seeder and asked.settings.kind != "seed" else ModelSettings()
    target = opened("target", settings)
    whisperer, judge = asked.models["whisperer"], asked.models["judge"]
    return Bench(
        guidance=guidance,
        target=target,
        whisperer=opened("whisperer", ModelSettings(spec=whisperer)) if whisperer else target,
        judge=opened("judge", ModelSettings(spec=judge, temperature=0.0)) if judge else None,
        seed=recipe.seed,
    )


def spent_line(spent: Spent) -> str:
    """What a sitting took, in words."""
    usage = spent.usage
    cost = "unknown" if usage.cost_usd is None else f"${usage.cost_usd:,.2f}"
    tokens = f"{usage.prompt_tokens:,} prompt and {usage.completion_tokens:,} completion tokens"
    return f"this sitting took {usage.calls:,} calls, {tokens}, spend {cost}"


def opened(name: str, settings: ModelSettings) -> Metered:
    """A model, ready to be asked."""
    return Metered(open_model(settings, name=name), model=name, settings=priced(settings))


def guidance_of(run: Run, recipe: Recipe) -> Guidance:
    """What the run's agents went by. Raises `InputError` where its policies are not what they were."""
    guidance = load_guidance(*map(folder_of, (recipe.policies, recipe.prompts, recipe.personas)))
    if guidance.policies.digest != run.manifest.digests.policies:
        raise InputError(
            f"{run.folder.path}: the policies have changed since this run; chains are weighed against those of the "
            "run, so put them back, or generate anew"
        )
    return guidance


def _drawn(folder: Path, figure: Path | None) -> Separation:
    found = separation_of(folder)
    if figure is not None:
        figure.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(figure, [picture(found).encode()])
    return found


def _tell(asked: AskedPairs, made: PairsManifest | None, found: Separation | None) -> None:
    if asked.as_json:
        told = {} if made is None else made.model_dump(mode="json")
        emit_json(orjson.dumps({**told, "separation": found.numbers() if found else None}).decode())
        return
    if made is not None:
        emit(f"pairs      {made.pairs:,} of kind {made.kind}; {made.without:,} queries have none (failures.jsonl)")
    if found is not None:
        for spread in found.spreads:
            low, high = spread.interval
            emit(
                f"{spread.name:<16} separation {spread.probability:.3f} [{low:.3f}, {high:.3f}], "
                f"mean margin {spread.margin:.3f}, by {found.scorer}"
            )
