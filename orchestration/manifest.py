"""The manifest of a run, `run.json`: what shaped its answers, so that a resume can tell whether it is the same run."""

from collections.abc import Iterator

from pydantic import JsonValue

from aidsafe.core.errors import FolderError
from aidsafe.core.records import Provenance, Value
from aidsafe.core.version import __version__
from aidsafe.datasets.sources import Source
from aidsafe.models.scripted import LABEL
from aidsafe.models.spec import Spec, parse_spec
from aidsafe.orchestration.recipe import folder_of
from aidsafe.orchestration.table import Table
from aidsafe.orchestration.totals import Totals

__all__ = [
    "Branched",
    "Digests",
    "Manifest",
    "differences",
    "is_scripted",
    "manifest_of",
    "provenance_of",
    "refuse_another",
    "resumed",
]


STAND_IN = "scripted stand-in, no language model"
_NAMED = 5


class Digests(Value):
    """SHA-256 names of what is read: policies, prompts, personas and source."""

    policies: str
    prompts: str
    personas: str
    source: str


class Branched(Value):
    """Events before number `until`, back to where another stands, were copied from a run made by this recipe."""

    run: str
    until: int
    recipe: str
    shape: dict[str, JsonValue]
    digests: Digests


class Manifest(Value):
    """What a run is made of, and what has come of it. `shape` may not change between sittings; the rest may.

    `resolved` is the recipe as it was last used, but for its defaults; `folders` say where policies, prompts and
    personas lay; what they held is told by their digests. A run that branched off another says where its first events
    come from. `began` is when the sitting under way began, in seconds since 1970; it stays where a sitting was killed.
    """

    format: int = 1
    aidsafe: str = __version__
    recipe: str
    shape: dict[str, JsonValue]
    resolved: dict[str, JsonValue] = {}
    folders: dict[str, str] = {}
    digests: Digests
    source: str
    rows: int
    replicas: int
    limit: int | None = None
    seed: int
    models: dict[str, str]
    reported: dict[str, tuple[str, ...]] = {}
    notice: str | None = None
    branched: tuple[Branched, ...] = ()
    began: float | None = None
    totals: Totals


def manifest_of(table: Table, source: Source, *, replicas: int, limit: int | None, totals: Totals) -> Manifest:
    """The manifest of a run at this table."""
    recipe, guidance = table.recipe, table.guidance
    folders = {name: _placed(getattr(recipe, name)) for name in ("policies", "prompts", "personas")}
    return Manifest(
        recipe=recipe.name,
        shape=recipe.shape,
        resolved=recipe.model_dump(mode="json", exclude_defaults=True, exclude=set(folders)),
        folders=folders,
        digests=Digests(
            policies=guidance.policies.digest,
            prompts=guidance.prompts.digest,
            personas=guidance.personas.digest,
            source=source.digest,
        ),
        source=source.name,
        rows=source.count,
        replicas=replicas,
        limit=limit,
        seed=recipe.seed,
        models={name: parse_spec(settings.spec).shown for name, settings in recipe.models.items()},
        notice=LABEL if is_scripted(table) else None,
        totals=totals,
    )


def _placed(folder: str) -> str:
    """A folder by its whole path, so that it is found from anywhere; what is shipped goes by its name."""
    found = folder_of(folder)
    return folder if found is None else str(found.resolve())


def is_scripted(table: Table) -> bool:
    """Whether any model at the table is the scripted stand-in."""
    return any(parse_spec(settings.spec).is_stand_in for settings in table.recipe.models.values())


def provenance_of(manifest: Manifest) -> Provenance:
    """What every record of the run says of where it comes from."""
    return Provenance(
        aidsafe=manifest.aidsafe,
        recipe=manifest.recipe,
        policies=manifest.digests.policies,
        prompts=manifest.digests.prompts,
        models={name: _named(parse_spec(shown)) for name, shown in manifest.models.items()},
        seed=manifest.seed,
    )


def _named(spec: Spec) -> str:
    return STAND_IN if spec.is_stand_in else spec.named


def resumed(earlier: Manifest, now: Manifest, totals: Totals) -> Manifest:
    """The manifest of one more sitting: what records say of where they come from stays as it was."""
    kept = {"aidsafe": earlier.aidsafe, "totals": totals, "reported": earlier.reported}
    return now.model_copy(update=kept)


def refuse_another(folder: str, before: Manifest, now: Manifest) -> None:
    """Raise `FolderError` where the run in the folder is not the one asked for, naming every difference."""
    found = list(differences(before, now))
    if found:
        more = f"; and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        raise FolderError(
            f"{folder} is another run: {'; '.join(found[:_NAMED])}{more}. "
            "Choose another --out, or ask for the same to resume it"
        )


def differences(before: Manifest, now: Manifest) -> Iterator[str]:
    """What shapes the answers and is not the same, field by field."""
    for field in ("replicas",):
        if getattr(before, field) != getattr(now, field):
            yield f"{field} was {getattr(before, field)!r} and is {getattr(now, field)!r}"
    if [one.model_dump(exclude={"run"}) for one in before.branched] != [
        one.model_dump(exclude={"run"}) for one in now.branched
    ]:
        yield f"it branches off {_off(before)}, and this off {_off(now)}"
    for name, digest in before.digests:
        if digest != getattr(now.digests, name):
            yield f"the {name} differ" if name != "source" else _other_source(before.source, now.source)
    yield from _unlike(before.shape, now.shape, "")


def _other_source(before: str, now: str) -> str:
    if before != now:
        return f"the source differs ({before}, {now})"
    return f"the source {now} has other queries than before: its content, or --column or --id-column, differs"


def _off(manifest: Manifest) -> str:
    return ", ".join(f"{origin.run} at event {origin.until}" for origin in manifest.branched) or "nothing"


def _unlike(before: JsonValue, now: JsonValue, path: str) -> Iterator[str]:
    if isinstance(before, dict) and isinstance(now, dict):
        for key in [*before, *(key for key in now if key not in before)]:
            yield from _unlike(before.get(key), now.get(key), f"{path}.{key}" if path else key)
    elif before != now:
        yield f"{path} was {before!r} and is {now!r}"
