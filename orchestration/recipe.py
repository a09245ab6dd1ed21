"""A recipe: everything that shapes a run, on one page of YAML.

Every field has a default; an empty file is the preset `aidsafe` on the scripted model. It is read strictly: an unknown
key is an error that names the nearest known one and its line, and what does not go together is refused with a reason,
before the first call.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path as FilePath
from typing import Annotated

import orjson
from pydantic import BeforeValidator, Field, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from aidsafe.agents.guests import AgentSpec, spec_problems
from aidsafe.core.errors import RecipeError
from aidsafe.core.marked import Marked, Path, YamlProblem, did_you_mean, read_yaml
from aidsafe.core.records import Value
from aidsafe.core.strictly import sentence
from aidsafe.models.pricing import list_price
from aidsafe.models.settings import ModelSettings, Price
from aidsafe.models.spec import Spec, is_private, parse_spec
from aidsafe.orchestration.budget import RunBudget
from aidsafe.orchestration.consensus import RULES, quorum_of
from aidsafe.orchestration.identity import IDENTITIES
from aidsafe.orchestration.orders import ORDERS
from aidsafe.orchestration.protocol import Amount, Consensus, Count, Protocol, Seat, SeatBudget, Weighted
from aidsafe.orchestration.visibility import VISIBILITIES

__all__ = [
    "PRESETS",
    "Recipe",
    "Role",
    "Roles",
    "RunSettings",
    "SeatEntry",
    "changed",
    "folder_of",
    "load_recipe",
    "preset_text",
    "priced",
    "read_recipe",
    "recipe",
]

_UNSHAPING = (
    *("price", "timeout_seconds", "down_seconds", "in_flight", "requests_per_minute", "tokens_per_minute"),
    "endpoints",
)
_AROUND = {"budget", "run", "description", "policies", "prompts", "personas"}
_UNSHAPING_OPTIONS = ("latency", "tally", "truth")

# Where a field may be read in two ways, pydantic names the way as one more step.
_WAYS_TO_READ = ("str", "dict[str,constrained-float]")

RESERVED = frozenset({"decomposer", "seeder", "refiner", "judge", "user", "moderator"})


class Role(Value):
    """The model of a role that speaks once, and the one asked where it declines the job."""

    model: str | None = None
    fallback: str | None = None


def _role(value: object) -> object:
    return {"model": value} if isinstance(value, str) else value


RoleEntry = Annotated[Role | None, BeforeValidator(_role)]


class Roles(Value):
    """Who decomposes, seeds and refines; null leaves a step out, the seeder is always there.

    The judge is asked at the end of a round where the consensus rule is its decision.
    """

    decomposer: RoleEntry = Role()
    seeder: Annotated[Role, BeforeValidator(_role)] = Role()
    refiner: RoleEntry = Role()
    judge: RoleEntry = None


class SeatEntry(Value):
    """A seat as a recipe writes it.

    `persona` None is the one of the seat's own name. `model` is a model's name, or several names with their weights,
    of which one is drawn for each query. `temperature`, `top_p` and `max_tokens` take the place of the model's own.
    `agent` puts an AutoGen agent into the seat in the place of our deliberator; it is lent the seat's model.
    """

    persona: str | None = None
    model: str | dict[str, Amount] | None = None
    fallback: str | None = None
    budget: SeatBudget = SeatBudget()
    temperature: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    max_tokens: Count | None = None
    agent: AgentSpec | None = None

    @property
    def pool(self) -> dict[str, float]:
        """The models the seat draws from, with their weights."""
        return self.model if isinstance(self.model, dict) else {self.model: 1.0} if self.model else {}

    @property
    def asks(self) -> tuple[str, ...]:
        """The models the seat may ask, by name."""
        return (*self.pool, *filter(None, [self.fallback]))

    @property
    def sampling(self) -> dict[str, float]:
        """The settings that the seat has of its own."""
        own = {"temperature": self.temperature, "top_p": self.top_p, "max_tokens": self.max_tokens}
        return {name: value for name, value in own.items() if value is not None}


class RunSettings(Value):
    """What flags of `generate` say too, and say last: how the source is read, how much of it, how many at a time.

    Of all this the columns and the replicas alone make another run; `workers` counts on the command line only.
    """

    column: str | None = None
    id_column: str | None = None
    limit: Count | None = None
    replicas: Count = 1
    in_flight: Count = 64
    workers: Count = 1


class Recipe(Value):
    """Models by name, roles, seats in the order given, protocol, budgets, policies, seed."""

    name: str = "aidsafe"
    description: str = ""
    models: dict[str, ModelSettings] = Field(default={"model": ModelSettings()}, min_length=1)
    roles: Roles = Roles()
    seats: dict[str, SeatEntry] = {"critic": SeatEntry(), "expander": SeatEntry(), "policy_aligner": SeatEntry()}
    protocol: Protocol = Protocol()
    budget: RunBudget = RunBudget()
    run: RunSettings = RunSettings()
    policies: str = "aidsafe"
    prompts: str = "aidsafe"
    personas: str = "aidsafe"
    seed: int = 7

    @property
    def table(self) -> tuple[Seat, ...]:
        """The seats, each with its persona and model named."""
        return tuple(
            Seat(
                name=name,
                persona=entry.persona or name,
                models=tuple(Weighted(model=model, weight=weight) for model, weight in entry.pool.items()),
                fallback=entry.fallback,
                budget=entry.budget,
                longest=max((self.models[m].max_tokens for m in entry.asks if m in self.models), default=1),
            )
            for name, entry in self.seats.items()
        )

    @property
    def shape(self) -> dict[str, JsonValue]:
        """What shapes an answer, as JSON; not budgets of the run, prices, caps, addresses, nor where folders lie."""
        shape = self.model_dump(mode="json", exclude=_AROUND)
        for model in shape["models"].values():
            model["spec"] = _shape_of(parse_spec(model["spec"]))
            for key in _UNSHAPING:
                model.pop(key, None)
        return shape

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The models whose price nobody knows."""
        return tuple(name for name, settings in self.models.items() if settings.price is None)

    @property
    def digest(self) -> str:
        """A name for the shape: 64 hex digits."""
        return hashlib.sha256(orjson.dumps(self.shape, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _shape_of(spec: Spec) -> str:
    """What of a spec shapes an answer: not the address, nor how slow the stand-in is and where it counts."""
    if spec.provider != "scripted":
        return f"{spec.provider}:{spec.model}"
    kept = (option for option in spec.options.split(",") if option.partition("=")[0].strip() not in _UNSHAPING_OPTIONS)
    return ":".join(["scripted", *filter(None, [",".join(kept)])])


def folder_of(named: str) -> FilePath | None:
    """The folder that a recipe names; None is what ships with us."""
    return None if named == "aidsafe" else FilePath(named)


PRESETS: tuple[str, ...] = tuple(
    sorted(
        file.name.removesuffix(".yaml")
        for file in files("aidsafe.orchestration.recipes").iterdir()
        if file.name.endswith(".yaml")
    )
)
"""The recipes that ship with us, by name."""


def recipe(name: str = "aidsafe", *, sets: Sequence[str] = (), model: str | None = None) -> Recipe:
    """A preset by name, or a recipe file by its path; `sets` are `KEY=VALUE`, `model` goes to every role and seat."""
    return load_recipe(name, sets=sets, model=model)


def changed(recipe: Recipe, *, file: str, sets: Sequence[str] = (), model: str | None = None) -> Recipe:
    """A recipe at hand with settings changed; `file` stands for it in errors. Raises `RecipeError`."""
    # What a recipe leaves out and what it sets to the default are not the same to those who check it.
    text = orjson.dumps(recipe.model_dump(mode="json", exclude_defaults=True)).decode()
    return read_recipe(text, file=file, sets=sets, model=model)


def preset_text(name: str) -> str:
    """The YAML of a preset."""
    if name not in PRESETS:
        raise RecipeError(f"no recipe {name!r}, and no file that ends in .yaml; {did_you_mean(name, PRESETS)}")
    return files("aidsafe.orchestration.recipes").joinpath(f"{name}.yaml").read_text("utf-8")


def load_recipe(name: str | FilePath, *, sets: Sequence[str] = (), model: str | None = None) -> Recipe:
    """A preset or a file, as `recipe`."""
    path = FilePath(name)
    if str(name) in PRESETS or path.suffix not in (".yaml", ".yml"):
        return read_recipe(preset_text(str(name)), file=f"recipe {name}", sets=sets, model=model)
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from error
    except OSError as error:
        raise RecipeError(f"{path}: cannot be read ({error.strerror}); presets are {', '.join(PRESETS)}") from error
    return read_recipe(text, file=str(path), sets=sets, model=model)


def read_recipe(text: str, *, file: str, sets: Sequence[str] = (), model: str | None = None) -> Recipe:
    """The recipe in a YAML text. Raises `RecipeError` naming file, line and field."""
    try:
        marked = read_yaml(text)
    except YamlProblem as problem:
        raise RecipeError(f"{file}:{problem.line}: {problem}") from problem
    value = marked.value if marked.value is not None else {}
    if not isinstance(value, dict):
        raise RecipeError(f"{file}:1: a recipe is a mapping of fields, not {type(value).__name__}")
    if model is not None:
        value = _one_model(value, model)
    if sets:
        # A setting inside the seats changes one of them, and takes none away.
        value.setdefault("seats", {name: {} for name in Recipe().seats})
    for setting in sets:
        _set(value, setting)
    parsed = _parsed(value, marked, file, sets)
    _refuse(_spec_problems(parsed), marked, file, sets)
    resolved = _resolved(parsed)
    _refuse(_problems(resolved), marked, file, sets)
    return resolved


def _one_model(value: dict[str, JsonValue], spec: str) -> dict[str, JsonValue]:
    """The recipe with one model in every role and seat."""
    try:
        parse_spec(spec)
    except RecipeError as error:
        raise RecipeError(f"--model: {error}") from error
    models = value.get("models")
    first = next(iter(models.values()), {}) if isinstance(models, dict) else {}
    kept = {k: v for k, v in first.items() if k not in ("spec", "price")} if isinstance(first, dict) else {}
    value = {**value, "models": {"model": {**kept, "spec": spec}}}
    for part in ("roles", "seats"):
        entries = value.get(part)
        if isinstance(entries, dict):
            value[part] = {name: _without_model(entry) for name, entry in entries.items()}
    return value


def _without_model(entry: JsonValue) -> JsonValue:
    if isinstance(entry, str):
        return {}
    return {k: v for k, v in entry.items() if k not in ("model", "fallback")} if isinstance(entry, dict) else entry


def _set(value: dict[str, JsonValue], setting: str) -> None:
    key, sign, text = setting.partition("=")
    if not sign or not key.strip():
        raise RecipeError(f"--set {setting!r} is not KEY=VALUE, for example --set protocol.max_rounds=1")
    try:
        new = read_yaml(text).value
    except YamlProblem as problem:
        raise RecipeError(f"--set {setting!r}: {problem}") from problem
    *way, last = _steps(value, key.strip())
    place: dict[str, JsonValue] | list[JsonValue] = value
    for step in way:
        inner = _held(place, step)
        if isinstance(inner, str):
            inner = {"model": inner}
        inner = list(inner) if isinstance(inner, list) else dict(inner) if isinstance(inner, dict) else {}
        _put(place, step, inner)
        place = inner
    _put(place, last, new)


def _steps(value: JsonValue, key: str) -> Iterator[str]:
    """The steps to a field: a name may hold dots itself, so of those that are there the longest counts."""
    rest, place = key.split("."), value
    while rest:
        known = (size for size in range(len(rest), 1, -1) if _held(place, ".".join(rest[:size])) is not None)
        size = next(known, 1)
        step, rest = ".".join(rest[:size]), rest[size:]
        place = _held(place, step)
        yield step


def _held(place: JsonValue, step: str) -> JsonValue:
    """What stands under a name, or at a number of a list."""
    if isinstance(place, dict):
        return place.get(step)
    return place[int(step)] if isinstance(place, list) and _is_place(place, step) else None


def _put(place: dict[str, JsonValue] | list[JsonValue], step: str, new: JsonValue) -> None:
    if isinstance(place, dict):
        place[step] = new
    elif _is_place(place, step):
        place[int(step)] = new
    else:
        raise RecipeError(f"--set: {step!r} is none of the numbers 0 to {len(place) - 1} of a list")


def _is_place(place: list[JsonValue], step: str) -> bool:
    return step.isascii() and step.isdigit() and int(step) < len(place)


def _parsed(value: dict[str, JsonValue], marked: Marked, file: str, sets: Sequence[str]) -> Recipe:
    try:
        return Recipe.model_validate(value)
    except ValidationError as error:
        found = min(error.errors(include_url=False), key=_plainness)
        path: Path = tuple(step for step in found["loc"] if step not in _WAYS_TO_READ)
        raise RecipeError(f"{_where(path, marked, file, sets)}: {sentence(found, path, Recipe)}") from error


def _plainness(error: ErrorDetails) -> tuple[bool, int]:
    """Unknown keys first: another mistake may only follow from them. Then what says most closely where it is."""
    return error["type"] != "extra_forbidden", -len(error["loc"])


def _where(path: Path, marked: Marked, file: str, sets: Sequence[str]) -> str:
    dotted = ".".join(str(step) for step in path)
    for setting in sets:
        key = setting.partition("=")[0].strip()
        if f"{dotted}.".startswith(f"{key}.") or f"{key}.".startswith(f"{dotted}."):
            return f"--set {setting}"
    line = marked.line(path)
    return f"{file}:{line}: {dotted}" if line else f"{file}: {dotted}"


def _resolved(recipe: Recipe) -> Recipe:
    """The recipe with every model named and priced; where there is one model, it is everyone's."""
    only = next(iter(recipe.models)) if len(recipe.models) == 1 else None
    roles = recipe.roles
    named = Roles(
        decomposer=_role_with_model(roles.decomposer, only),
        seeder=_role_with_model(roles.seeder, only) or Role(),
        refiner=_role_with_model(roles.refiner, only),
        judge=_role_with_model(roles.judge, only),
    )
    seats = {
        name: entry.model_copy(update={"persona": entry.persona or name, "model": entry.model or only})
        for name, entry in recipe.seats.items()
    }
    models = {name: priced(settings) for name, settings in recipe.models.items()}
    return _with_own_sampling(recipe.model_copy(update={"roles": named, "seats": seats, "models": models}))


def _with_own_sampling(recipe: Recipe) -> Recipe:
    """A model of its own, `MODEL@SEAT`, for every model of a seat with sampling of its own."""
    models, seats = dict(recipe.models), dict(recipe.seats)
    for name, entry in recipe.seats.items():
        if entry.sampling and set(entry.pool) <= set(models):
            own = {model: f"{model.partition('@')[0]}@{name}" for model in entry.pool}
            models |= {own[model]: models[model].model_copy(update=entry.sampling) for model in entry.pool}
            pool = {own[model]: weight for model, weight in entry.pool.items()}
            seats[name] = entry.model_copy(update={"model": next(iter(pool)) if len(pool) == 1 else pool})
    return recipe.model_copy(update={"models": models, "seats": seats})


def _role_with_model(role: Role | None, only: str | None) -> Role | None:
    return None if role is None else role.model_copy(update={"model": role.model or only})


def priced(settings: ModelSettings) -> ModelSettings:
    """A model with its own price, else a list price, else none: unknown stays unknown. The stand-in is free."""
    spec = parse_spec(settings.spec)
    if settings.price is not None:
        return settings
    if spec.provider == "scripted":
        return settings.model_copy(update={"price": Price(prompt=0, completion=0)})
    # A list price is for the maker's own endpoint.
    listed = None if settings.endpoints else list_price(spec)
    return settings.model_copy(update={"price": listed.price if listed else None})


def _refuse(problems: Iterator[tuple[Path, str]], marked: Marked, file: str, sets: Sequence[str]) -> None:
    """Raise `RecipeError` for the first problem, saying where it is."""
    for path, problem in problems:
        raise RecipeError(f"{_where(path, marked, file, sets)}: {problem}")


def _spec_problems(recipe: Recipe) -> Iterator[tuple[Path, str]]:
    for name, settings in recipe.models.items():
        try:
            parse_spec(settings.spec)
        except RecipeError as error:
            yield ("models", name, "spec"), str(error)


def _problems(recipe: Recipe) -> Iterator[tuple[Path, str]]:
    yield from _model_problems(recipe)
    yield from _seat_problems(recipe)
    yield from _protocol_problems(recipe)


def _model_problems(recipe: Recipe) -> Iterator[tuple[Path, str]]:
    for name, settings in recipe.models.items():
        if settings.price is None and _needs_prices(recipe, settings):
            yield ("models", name), "has no price, so a budget in usd cannot be kept; give it one or drop the budget"
    entries: dict[Path, Role | SeatEntry] = {("roles", name): role for name, role in recipe.roles if role is not None}
    entries |= {("seats", name): seat for name, seat in recipe.seats.items()}
    for path, entry in entries.items():
        yield from _named_models(recipe, path, entry)


def _needs_prices(recipe: Recipe, settings: ModelSettings) -> bool:
    """Whether a budget in usd needs the price of a model: that of a query always, that of the run where bills come."""
    own = parse_spec(settings.spec).base_url or ""
    is_free = all(is_private(address) for address in ([endpoint.url for endpoint in settings.endpoints] or [own]))
    others_are_priced = len(recipe.unpriced) < len(recipe.models)
    if recipe.budget.usd is not None and not (is_free and others_are_priced):
        return True
    return recipe.protocol.budget.usd is not None


def _named_models(recipe: Recipe, path: Path, entry: Role | SeatEntry) -> Iterator[tuple[Path, str]]:
    pool = entry.pool if isinstance(entry, SeatEntry) else dict.fromkeys(filter(None, [entry.model]), 1.0)
    if not pool:
        yield path, f"names no model; give it one of: {', '.join(recipe.models)}"
    for field, names in (("model", tuple(pool)), ("fallback", filter(None, [entry.fallback]))):
        for named in names:
            if named not in recipe.models:
                yield (*path, field), f"there is no model {named!r}; {did_you_mean(named, recipe.models)}"


def _seat_problems(recipe: Recipe) -> Iterator[tuple[Path, str]]:
    for seat in recipe.table:
        at, tokens = ("seats", seat.name), seat.budget.completion_tokens
        if not seat.name.isidentifier():
            yield at, f"the seat name {seat.name!r} must be an identifier: letters, digits and _"
        agent = recipe.seats[seat.name].agent
        if agent is not None:
            yield from (((*at, "agent", *path), problem) for path, problem in spec_problems(agent))
        if seat.name in RESERVED:
            yield at, f"the seat name {seat.name!r} is taken by a role; choose another"
        if tokens is not None and tokens < seat.longest:
            where = (*at, "budget", "completion_tokens")
            yield where, f"{tokens} do not cover one answer of max_tokens {seat.longest}; raise it or lower max_tokens"
    if not recipe.seats and recipe.protocol.max_rounds > 0:
        yield ("seats",), "there are rounds but no seats; add a seat or set protocol.max_rounds to 0"


def _protocol_problems(recipe: Recipe) -> Iterator[tuple[Path, str]]:
    protocol = recipe.protocol
    axes: dict[str, Mapping[str, object]] = {"order": ORDERS, "visibility": VISIBILITIES, "identity": IDENTITIES}
    for axis, known in axes.items():
        word = getattr(protocol, axis)
        if word not in known:
            yield ("protocol", axis), f"unknown {axis} {word!r}; {did_you_mean(word, known)}"
    if protocol.order == "simultaneous" and protocol.visibility == "previous":
        yield (
            ("protocol", "visibility"),
            "'previous' passes a turn to whoever is next, and simultaneous seats have none",
        )
    yield from (
        (("protocol", "consensus", field), problem)
        for field, problem in _consensus_problems(recipe, protocol.consensus)
    )


def _consensus_problems(recipe: Recipe, rule: Consensus) -> Iterator[tuple[str, str]]:
    seats = len(recipe.seats)
    if rule.rule not in RULES:
        yield "rule", f"unknown rule {rule.rule!r}; {did_you_mean(rule.rule, RULES)}"
    if seats and quorum_of(rule.rule, rule.quorum, seats) > seats:
        yield "quorum", f"a quorum of {rule.quorum} cannot be had from {seats} seats"
    for field in ("veto", "dissent"):
        named = getattr(rule, field)
        if named is not None and named not in recipe.seats:
            yield field, f"there is no seat {named!r}; {did_you_mean(named, recipe.seats)}"
    if rule.rule != "supermajority" and "thresholds" in rule.model_fields_set:
        yield "thresholds", f"thresholds are asked for by the rule 'supermajority', not by {rule.rule!r}"
    if rule.rule == "judge" and recipe.roles.judge is None:
        yield "rule", "the judge decides, and there is none: name its model in roles.judge"
    if rule.review and seats == 1:
        yield "review", "one seat cannot review its own edits; add a seat or leave review out"
