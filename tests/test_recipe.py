"""A recipe is one page of YAML, read strictly: what is wrong is named with file, line, field and the nearest key."""

from pathlib import Path

import pytest

from aidsafe.core.errors import RecipeError
from aidsafe.models.settings import Price
from aidsafe.orchestration.protocol import Protocol, Weighted
from aidsafe.orchestration.recipe import PRESETS, Recipe, Role, load_recipe, preset_text, read_recipe, recipe


def read(text: str = "", *sets: str, model: str | None = None) -> Recipe:
    """The recipe in a text, as a file would hold it."""
    return read_recipe(text, file="r.yaml", sets=sets, model=model)


def refusal(text: str = "", *sets: str, model: str | None = None) -> str:
    """What is said of a recipe that cannot be used."""
    with pytest.raises(RecipeError, match=r".") as caught:
        read(text, *sets, model=model)
    message = str(caught.value)
    assert "\n" not in message
    return message


TWO = """\
models:
  big: {spec: "openai:big@http://127.0.0.1:8000/v1", price: {prompt: 1, completion: 2}}
  small: {spec: scripted}
roles: {decomposer: small, seeder: big, refiner: {model: big, fallback: small}}
seats:
  critic: {model: big, fallback: small, budget: {turns: 2}}
  cook: {persona: expander, model: small}
"""


def test_an_empty_file_is_the_preset() -> None:
    """On the scripted model, which costs nothing."""
    assert read("").model_copy(update={"description": recipe().description}) == recipe("aidsafe")
    assert {"model": Price(prompt=0, completion=0)} == {name: model.price for name, model in recipe().models.items()}


def test_seats_keep_the_order_and_name_their_models() -> None:
    """A seat's persona is its own name unless another is given."""
    critic, cook = read(TWO).table

    assert ("critic", "critic", (Weighted(model="big"),), "small") == (
        critic.name,
        critic.persona,
        critic.models,
        critic.fallback,
    )
    assert ("cook", "expander", None) == (cook.name, cook.persona, cook.fallback)
    assert (2, 1024) == (critic.budget.turns, critic.longest)


def test_a_role_is_a_model_or_more_than_that() -> None:
    """The short form is the model's name."""
    roles = read(TWO).roles

    assert (Role(model="small"), Role(model="big", fallback="small")) == (roles.decomposer, roles.refiner)


def test_a_role_may_be_left_out() -> None:
    """No intents, no refiner: the seeder alone is always there."""
    roles = read("roles: {decomposer: null, refiner: null}").roles

    assert (None, Role(model="model"), None) == (roles.decomposer, roles.seeder, roles.refiner)


def test_the_only_model_is_everyones() -> None:
    """Where there is one, nobody has to name it."""
    single = read("models: {mine: {spec: scripted, max_tokens: 99}}")

    assert {"mine"} == {seat.models[0].model for seat in single.table}
    assert {99} == {seat.longest for seat in single.table}


REFUSED = {
    "unknown key": ("protocl: {}", "r.yaml:1: protocl: unknown key 'protocl'; did you mean 'protocol'?"),
    "unknown key within": (
        "name: x\nprotocol:\n  max_round: 3",
        "r.yaml:3: protocol.max_round: unknown key 'max_round'; did you mean 'max_rounds'?",
    ),
    "unknown key of a seat": (
        "seats:\n  critic: {modle: x}",
        "r.yaml:2: seats.critic.modle: unknown key 'modle'; did you mean 'model'?",
    ),
    "unknown key of a role": (
        "roles:\n  refiner: {fallbak: x}",
        "r.yaml:2: roles.refiner.fallbak: unknown key 'fallbak'; did you mean 'fallback'?",
    ),
    "unknown key of a model": ("models: {m: {temp: 1}}", "r.yaml:1: models.m.temp: unknown key 'temp'; known: "),
    "unknown key of a price": ("models: {m: {price: {promt: 1}}}", "did you mean 'prompt'?"),
    "a key twice": ("seats:\n  critic: {}\n  critic: {}", "r.yaml:3: the key 'critic' stands twice"),
    "not YAML": ("name: [", "r.yaml:1: "),
    "a list": ("- critic", "r.yaml:1: a recipe is a mapping of fields, not list"),
    "a wrong type": ("\nseed: abc", "r.yaml:2: seed: input should be a valid integer, unable to parse string"),
    "a wrong number": ("protocol: {max_rounds: -1}", "protocol.max_rounds: input should be greater than or equal to 0"),
    "rounds in no order": ("protocol:\n  min_rounds: 5", "r.yaml:1: protocol: min_rounds 5 is more than max_rounds 3"),
    "no seeder": ("roles: {seeder: null}", "r.yaml:1: roles.seeder: input should be a valid dictionary"),
    "no model": ("models: {}", "r.yaml:1: models: dictionary should have at least 1 item"),
    "a seat names no model": (
        "models: {big: {}, small: {}}\nroles: {decomposer: big, seeder: big, refiner: big}\nseats:\n  critic: {}",
        "r.yaml:4: seats.critic: names no model; give it one of: big, small",
    ),
    "a role names no model": ("models: {big: {}, small: {}}", "roles.decomposer: names no model"),
    "no model's name": (
        "seats:\n  critic:\n    model: 5",
        "r.yaml:3: seats.critic.model: input should be a valid string",
    ),
    "a weight of nothing": (
        "seats:\n  critic:\n    model: {scripted: 0}",
        "r.yaml:3: seats.critic.model.scripted: input should be greater than 0, found 0",
    ),
    "a model of a pool that is not there": (
        "seats: {critic: {model: {model: 1, bog: 2}}}",
        "r.yaml:1: seats.critic.model: there is no model 'bog'; known: model",
    ),
    "a model that is not there": (
        "models:\n  big: {}\nseats:\n  critic:\n    model: bog",
        "r.yaml:5: seats.critic.model: there is no model 'bog'; did you mean 'big'?",
    ),
    "a fallback that is not there": (
        "seats: {critic: {fallback: other}}",
        "r.yaml:1: seats.critic.fallback: there is no model 'other'; known: model",
    ),
    "a bad spec": (
        "models:\n  m:\n    spec: opnai:x",
        "r.yaml:3: models.m.spec: unknown provider: 'opnai'; did you mean 'openai'?",
    ),
    "a seat name": ("seats: {the-critic: {}}", "the seat name 'the-critic' must be an identifier"),
    "a seat named as a role": ("seats: {refiner: {}}", "the seat name 'refiner' is taken by a role"),
    "rounds without seats": ("seats: {}", "r.yaml:1: seats: there are rounds but no seats"),
    "an order": (
        "protocol: {order: shufled}",
        "r.yaml:1: protocol.order: unknown order 'shufled'; did you mean 'shuffled'?",
    ),
    "a visibility": (
        "protocol: {visibility: nothing}",
        "protocol.visibility: unknown visibility 'nothing'; known: all",
    ),
    "an identity": ("protocol: {identity: nmed}", "protocol.identity: unknown identity 'nmed'; did you mean 'named'?"),
    "a consensus rule": (
        "protocol:\n  consensus:\n    rule: unanimos",
        "r.yaml:3: protocol.consensus.rule: unknown rule 'unanimos'; did you mean 'unanimous'?",
    ),
    "a quorum": ("protocol: {consensus: {quorum: 9}}", "a quorum of 9 cannot be had from 3 seats"),
    "dollars without a price": (
        "models: {m: {spec: 'openai:mine@http://127.0.0.1:1/v1'}}\nbudget: {usd: 5}",
        "r.yaml:1: models.m: has no price, so a budget in usd cannot be kept",
    ),
    "dollars of a query without a price": (
        "models: {m: {spec: 'openai:mine@http://127.0.0.1:1/v1'}}\nprotocol: {budget: {usd: 5}}",
        "models.m: has no price",
    ),
    "a seat budget below one answer": (
        "seats: {critic: {budget: {completion_tokens: 100}}}",
        "r.yaml:1: seats.critic.budget.completion_tokens: 100 do not cover one answer of max_tokens 1024",
    ),
    "a limit of nothing": ("budget: {usd: .inf}", "budget.usd: input should be a finite number"),
}


@pytest.mark.parametrize(("text", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_mistake_is_named_where_it_stands(text: str, says: str) -> None:
    """File, line, field, what is wrong and what to do, in one line."""
    assert says in refusal(text)


@pytest.mark.parametrize(
    ("setting", "path", "expected"),
    [
        ("protocol.max_rounds=1", ("protocol", "max_rounds"), 1),
        ("protocol.consensus.rule=majority", ("protocol", "consensus", "rule"), "majority"),
        ("budget.usd=0.5", ("budget", "usd"), 0.5),
        ("seed=8", ("seed",), 8),
        ("models.small.temperature=0", ("models", "small", "temperature"), 0),
        ("seats.critic.model=small", ("seats", "critic", "model"), "small"),
        ("roles.decomposer.fallback=big", ("roles", "decomposer", "fallback"), "big"),
        ("roles.refiner=null", ("roles", "refiner"), None),
        ("name=mine=yours", ("name",), "mine=yours"),
    ],
)
def test_a_setting_reaches_any_field(setting: str, path: tuple[str, ...], expected: object) -> None:
    """`KEY=VALUE`, the value as YAML; what stands beside it stays."""
    found: object = read(TWO, setting)
    for step in path:
        found = found[step] if isinstance(found, dict) else getattr(found, step)

    assert expected == found
    assert ["critic", "cook"] == [seat.name for seat in read(TWO, setting).table]


def test_a_setting_of_one_seat_takes_no_other_away() -> None:
    """Also where the recipe leaves the seats as they are by default."""
    assert ["critic", "expander", "policy_aligner"] == [
        seat.name for seat in read("", "seats.critic.budget.turns=1").table
    ]


def test_a_setting_replaces_what_was_short() -> None:
    """`decomposer: small` becomes a role with a model and a fallback."""
    assert Role(model="small", fallback="big") == read(TWO, "roles.decomposer.fallback=big").roles.decomposer


@pytest.mark.parametrize(
    ("address", "free"),
    [
        ("@http://127.0.0.1:8001/v1", True),
        ("@http://localhost:8001/v1", True),
        ("@http://10.1.2.3/v1", True),
        ("@https://api.example.com/v1", False),
        ("", False),
    ],
)
def test_a_server_of_ones_own_needs_no_price_beside_one_that_has(address: str, *, free: bool) -> None:
    """No bill comes from there; from elsewhere one may come that no budget would stop."""
    text = (
        "models: {big: {spec: 'openai:a', price: {prompt: 1, completion: 2}}, "
        f"small: {{spec: 'openai:b{address}'}}}}\nroles: {{decomposer: small, seeder: big, refiner: big}}\n"
        "seats: {critic: {model: big}}\nbudget: {usd: 50.0}\n"
    )
    if free:
        assert ("small",) == read(text).unpriced
    else:
        assert "models.small: has no price" in refusal(text)


def test_a_setting_reaches_names_with_dots_and_places_in_lists() -> None:
    """`models.gpt-4.1.temperature` is a field of `gpt-4.1`, and `endpoints.1` is the second one."""
    text = (
        "models: {gpt-4.1: {spec: 'openai:m', endpoints: [{url: 'http://127.0.0.1:1'}, {url: 'http://127.0.0.1:2'}]}}"
    )
    settings = read(text, "models.gpt-4.1.temperature=0.5", "models.gpt-4.1.endpoints.1.in_flight=2").models["gpt-4.1"]

    assert (0.5, [None, 2]) == (settings.temperature, [endpoint.in_flight for endpoint in settings.endpoints])
    assert "'2' is none of the numbers 0 to 1" in refusal(text, "models.gpt-4.1.endpoints.2.in_flight=2")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("seed", "--set 'seed' is not KEY=VALUE, for example --set protocol.max_rounds=1"),
        ("=3", "is not KEY=VALUE"),
        ("seed=[", "--set 'seed=[': "),
        ("sed=3", "--set sed=3: unknown key 'sed'; did you mean 'seed'?"),
        ("seed.deep=3", "--set seed.deep=3: input should be a valid integer"),
        ("protocol.min_rounds=9", "--set protocol.min_rounds=9: min_rounds 9 is more than max_rounds 3"),
        ("protocol.order=never", "--set protocol.order=never: unknown order 'never'"),
        ("seats.critic.model=mine", "--set seats.critic.model=mine: there is no model 'mine'"),
    ],
)
def test_a_wrong_setting_is_named_as_it_was_typed(setting: str, says: str) -> None:
    """Not as a line of the file, where it does not stand."""
    assert says in refusal("", setting)


def test_one_model_for_everyone() -> None:
    """Every role and seat, no fallback, no price of another model; how it is asked stays."""
    one = read(TWO.replace("price: {", "temperature: 0.1, price: {"), model="scripted:latency=0.1")

    assert ["model"] == list(one.models)
    assert ("scripted:latency=0.1", 0.1, Price(prompt=0, completion=0)) == (
        one.models["model"].spec,
        one.models["model"].temperature,
        one.models["model"].price,
    )
    assert {(Weighted(model="model"),)} == {seat.models for seat in one.table}
    assert {None} == {seat.fallback for seat in one.table}
    assert Role(model="model") == one.roles.refiner


def test_one_model_leaves_out_what_was_left_out() -> None:
    """A step that is not taken has no model."""
    assert read("roles: {refiner: null}", model="scripted").roles.refiner is None


def test_a_wrong_model_is_named_as_it_was_typed() -> None:
    """On the command line, not in the file."""
    assert refusal("", model="opnai:x").startswith("--model: unknown provider: 'opnai'; did you mean 'openai'?")


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_loads(name: str) -> None:
    """Under its own name, with a sentence about it, and the same each time."""
    loaded = recipe(name)

    assert name == loaded.name
    assert loaded.description
    assert loaded.digest == recipe(name).digest
    assert loaded == read_recipe(preset_text(name), file=name)


@pytest.mark.parametrize("name", ["aidsafe", "aidsafe-paper", "single"])
def test_the_presets_that_others_build_on_are_there(name: str) -> None:
    """The default, the paper's table, the paper's baseline."""
    assert name in PRESETS


def test_the_baseline_is_one_call() -> None:
    """No intents, no rounds, no seats, no refiner."""
    single = recipe("single")

    assert (None, None, (), 0) == (
        single.roles.decomposer,
        single.roles.refiner,
        single.table,
        single.protocol.max_rounds,
    )


def test_the_papers_table_has_two_alike() -> None:
    """One persona, two seats; the first agreement ends it, in the first turn if need be."""
    paper = recipe("aidsafe-paper")

    assert ["deliberator"] * 2 == [seat.persona for seat in paper.table]
    assert ("first_agreement", 0) == (paper.protocol.consensus.rule, paper.protocol.fewest_rounds)


def test_a_recipe_can_be_written_out_and_read_again() -> None:
    """What a manifest keeps is a whole recipe."""
    resolved = read(TWO)

    assert resolved == Recipe.model_validate(resolved.model_dump(mode="json"))


def test_a_file_is_read_by_its_path(tmp_path: Path) -> None:
    """Errors name it."""
    path = tmp_path / "mine.yaml"
    path.write_text(TWO)

    assert read(TWO) == load_recipe(path)
    assert read(TWO) == recipe(str(path))
    path.write_text("sed: 3")
    with pytest.raises(RecipeError, match=r"mine\.yaml:1: sed: unknown key"):
        load_recipe(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("none.yaml", None, "cannot be read (No such file or directory); presets are aidsafe"),
        ("latin.yaml", "name: é".encode("latin-1"), "byte 6 is not UTF-8; save the file as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_says_so(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    """In one line, with its path."""
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(RecipeError, match=r".") as caught:
        load_recipe(path)
    assert f"{path}: {says}" in str(caught.value)


def test_an_unknown_preset_names_the_nearest() -> None:
    """And says how to name a file."""
    with pytest.raises(
        RecipeError, match=r"no recipe 'aidsave', and no file that ends in .yaml; did you mean 'aidsafe'\?"
    ):
        load_recipe("aidsave")


SAME = [
    "budget.usd=9",
    "budget.strict=true",
    "description=another",
    "models.big.price.prompt=9",
    "models.big.timeout_seconds=5",
    "models.big.down_seconds=5",
    "models.big.in_flight=3",
    "models.big.requests_per_minute=3",
    "models.big.tokens_per_minute=3",
    "models.big.spec=openai:big@http://other:9/v1",
    "models.small.spec=scripted:latency=0.5",
]
OTHER = [
    "seed=8",
    "protocol.max_rounds=2",
    "protocol.budget.calls=9",
    "seats.critic.budget.turns=1",
    "seats.critic.persona=expander",
    "models.big.temperature=0",
    "models.big.max_tokens=9",
    "models.big.spec=openai:bigger@http://127.0.0.1:8000/v1",
    "models.small.spec=scripted:malformed=0.5",
    "roles.refiner.model=small",
]


@pytest.mark.parametrize("setting", SAME)
def test_what_may_differ_on_resume_is_no_part_of_the_shape(setting: str) -> None:
    """Run budget, prices, time-outs, caps and addresses."""
    assert read(TWO).digest == read(TWO, setting).digest


@pytest.mark.parametrize("setting", OTHER)
def test_what_shapes_an_answer_is_part_of_the_shape(setting: str) -> None:
    """Seed, protocol, seats, models and how they are asked."""
    assert read(TWO).digest != read(TWO, setting).digest


def test_the_shape_is_plain_json_without_secrets() -> None:
    """No addresses, no prices."""
    shape = read(TWO).shape

    assert Protocol() == Protocol.model_validate(shape["protocol"])
    assert "127.0.0.1" not in str(shape)
    assert "price" not in str(shape)
