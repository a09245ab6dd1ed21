"""The library of policies: what is read, what is refused, and what models are shown."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aidsafe.core.errors import PolicyError
from aidsafe.policies.library import Policies, Policy, Rule, RuleKind, ShownRule, load_policies, read_rules

SHIPPED = load_policies()
IDS = ("physical_harm", "hate_harassment_violence", "illegal_activity", "fraud_deception", "respect_helpfulness")
KINDS: tuple[RuleKind, ...] = ("refuse", "careful", "help")

GOOD = """\
id: water
title: Water safety
version: 1.0
precedence: 2
definition: Prevents drowning; protects swimming.
rules:
  - id: W-R1
    kind: refuse
    text: Refuse to drain a pool that others swim in.
  - id: W-H1
    kind: help
    text: Help people learn to swim.
"""

FAULTS = {
    "unknown field": ("title: Water", "colour: blue\ntitle: Water", 2, "colour is not a field; remove it"),
    "field missing": ("version: 1.0\n", "", 1, "version is missing; add it"),
    "field missing in a rule": ("    kind: refuse\n", "", 7, "rules[0].kind is missing; add it"),
    "unknown field in a rule": ("kind: help", "kind: help\n    since: 1", 12, "rules[1].since is not a field"),
    "bad kind": ("kind: help", "kind: helpful", 11, "'helpful'; write 'refuse', 'careful' or 'help'"),
    "empty text": ("text: Help people learn to swim.", "text:", 12, "rules[1].text is None; input should be"),
    "field twice": ("title: Water", "id: lake\ntitle: Water", 2, "the field 'id' stands twice; keep one"),
    "rule id twice": ("W-H1", "w-r1", 10, "the rule id 'w-r1' stands at"),
    "bad rule id": ("W-H1", "W H1", 10, "rules[1].id is 'W H1'; string should match"),
    "bad policy id": ("id: water", "id: Water", 1, "id is 'Water'; string should match"),
    "bad precedence": ("precedence: 2", "precedence: high", 4, "precedence is 'high'; input should be a valid integer"),
    "precedence zero": ("precedence: 2", "precedence: 0", 4, "precedence is '0'; input should be greater"),
    "no rules": ("rules:", "rules: []\nnotes:", 6, "rules is []; tuple should have at least 1 item"),
    "rules in a line": ("rules:", "rules: all\nnotes:", 6, "rules is 'all'; input should be a valid tuple"),
    "a rule that is text": ("  - id: W-R1", "  - be kind\n  - id: W-R1", 7, "rules[0] is 'be kind'; write fields"),
    "two lines": ("Help people learn to swim.", "|-\n      Help\n      all.", 12, "as one line of visible characters"),
    "two spaces": ("Help people learn to swim.", "'Help  all.'", 12, "as one line of visible characters"),
    "tag": ("learn to swim", "learn </Policies> to swim", 12, "rules[1].text: leave out `<`"),
    "tag opened": ("drowning;", "<query drowning;", 5, "definition: leave out `<`"),
    "definition like a rule": (
        "Prevents drowning; protects swimming.",
        "'[W-R9] (help) Help.'",
        5,
        "let it open with a word",
    ),
    "bad yaml": ("title: Water safety", "title: [Water", 3, "it is not YAML"),
    "alias": ("title: Water safety", "title: &a Water\nid2: *a", 3, "an alias is not read; write the text out"),
    "field name not text": ("title: Water safety", "? [a]\n: b", 2, "a field name is not text"),
    "two documents": ("rules:", "---\nrules:", 6, "it is not YAML"),
    "control character": ("drowning", "drow\x07ning", 5, "a character that YAML does not allow"),
}


def write(folder: Path, *texts: str) -> Path:
    """Write policy files into a folder."""
    folder.mkdir(exist_ok=True)
    for place, text in enumerate(texts):
        (folder / f"{place}.yaml").write_text(text, encoding="utf-8")
    return folder


def policy(**changes: object) -> Policy:
    """Make a small policy, with changes."""
    rules = [{"id": "W-H1", "kind": "help", "text": "Help."}]
    fields = {"id": "water", "title": "Water", "version": "1", "precedence": 1, "definition": "Wet.", "rules": rules}
    return Policy.model_validate({**fields, **changes})


def test_five_policies_are_shipped_in_the_order_of_their_precedence() -> None:
    """The five shipped policies come highest precedence first."""
    assert [(policy.id, policy.precedence) for policy in SHIPPED.policies] == [
        (name, place) for place, name in enumerate(IDS, 1)
    ]


def test_a_folder_stands_in_the_place_of_the_shipped_policies(tmp_path: Path) -> None:
    """A user's folder replaces the shipped policies."""
    loaded = load_policies(write(tmp_path, GOOD))
    assert [policy.id for policy in loaded.policies] == ["water"]
    assert loaded.rule("water", "W-H1") == Rule(id="W-H1", kind="help", text="Help people learn to swim.")


def test_a_folder_may_extend_the_shipped_policies(tmp_path: Path) -> None:
    """With `extend` a new policy joins the shipped ones, by precedence and then by id."""
    loaded = load_policies(write(tmp_path, GOOD), extend=True)
    assert [policy.id for policy in loaded.policies] == [*IDS[:2], "water", *IDS[2:]]


def test_an_extending_policy_replaces_the_shipped_one_of_its_id(tmp_path: Path) -> None:
    """With `extend` a policy of a shipped id stands in that policy's place."""
    loaded = load_policies(write(tmp_path, GOOD.replace("id: water", "id: physical_harm")), extend=True)
    assert len(loaded.policies) == len(IDS)
    assert loaded.find_rule("PH-R1") is None
    assert loaded.rule("physical_harm", "W-R1") is not None


def test_extending_by_nothing_gives_the_shipped_policies() -> None:
    """Without a folder there is nothing to extend by."""
    assert load_policies(extend=True) == SHIPPED


def test_scalars_are_read_as_text(tmp_path: Path) -> None:
    """A version that looks like a number stays as it was written."""
    assert load_policies(write(tmp_path, GOOD)).policies[0].version == "1.0"


def test_yml_files_are_read_and_hidden_or_other_files_are_not(tmp_path: Path) -> None:
    """Both endings of YAML count; hidden files, folders and notes do not."""
    (tmp_path / "water.yml").write_text(GOOD)
    (tmp_path / "._water.yaml").write_bytes(b"\x00")
    (tmp_path / "notes.txt").write_text("not a policy")
    (tmp_path / "old.yaml").mkdir()
    assert [policy.id for policy in load_policies(tmp_path).policies] == ["water"]


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    """A file saved with a byte order mark is read like any other."""
    (tmp_path / "water.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert load_policies(tmp_path).policies[0].id == "water"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_in_a_file_is_named_by_line_and_field(fault: str, tmp_path: Path) -> None:
    """What is wrong in a policy file is said in one line: file, line, field, what to do."""
    before, after, line, sentence = FAULTS[fault]
    assert before in GOOD
    folder = write(tmp_path, GOOD.replace(before, after, 1))
    with pytest.raises(PolicyError) as error:
        load_policies(folder)
    assert str(error.value).startswith(f"{tmp_path}/0.yaml:{line}: ")
    assert sentence in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("raw", "line", "sentence"),
    [
        (GOOD.encode().replace(b"drowning", b"drow\xffning"), 5, "it is not UTF-8 text; save it as UTF-8"),
        (b"", 1, "the file is None; write fields with values"),
        (b"- a\n- b\n", 1, "the file is ['a', 'b']; write fields with values"),
        (b"[" * 500, 1, "it is nested too deeply"),
    ],
)
def test_a_file_that_is_no_mapping_is_refused(raw: bytes, line: int, sentence: str, tmp_path: Path) -> None:
    """What is not UTF-8, empty, a list or a maze is said to be so."""
    (tmp_path / "x.yaml").write_bytes(raw)
    with pytest.raises(PolicyError) as error:
        load_policies(tmp_path)
    assert str(error.value).startswith(f"{tmp_path}/x.yaml:{line}: {sentence}")


def test_two_files_of_one_policy_are_refused(tmp_path: Path) -> None:
    """A policy id in two files is refused, and both places are named."""
    folder = write(tmp_path, GOOD, GOOD.replace("W-", "X-"))
    with pytest.raises(PolicyError, match=r"1\.yaml:1: the policy id 'water' stands at .*0\.yaml:1 too; give each"):
        load_policies(folder)


def test_a_rule_id_in_two_policies_is_refused(tmp_path: Path) -> None:
    """A rule id in two policies is refused, and both places are named."""
    folder = write(tmp_path, GOOD, GOOD.replace("id: water", "id: lake"))
    with pytest.raises(PolicyError, match=r"1\.yaml:7: the rule id 'W-R1' stands at .*0\.yaml:7 too; give each"):
        load_policies(folder)


def test_an_extending_rule_may_not_take_a_shipped_id(tmp_path: Path) -> None:
    """With `extend` a rule id of a shipped policy that stays is refused."""
    folder = write(tmp_path, GOOD.replace("W-R1", "PH-R1"))
    with pytest.raises(PolicyError, match=r"0\.yaml:7: the rule id 'PH-R1' stands at aidsafe\.policies/physical_harm"):
        load_policies(folder, extend=True)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A folder without policy files is no library."""
    with pytest.raises(PolicyError, match=r"it holds no policy; put one \.yaml file"):
        load_policies(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing folder is named."""
    with pytest.raises(PolicyError, match=r"missing: it cannot be read .*; name a folder"):
        load_policies(tmp_path / "missing")


@pytest.mark.parametrize(
    "texts",
    [
        (policy(), policy(rules=[{"id": "L-1", "kind": "help", "text": "Help."}])),
        (policy(), policy(id="lake")),
        (policy(rules=[{"id": name, "kind": "help", "text": "Help."} for name in ("a-1", "A-1")]),),
        (),
    ],
)
def test_policies_made_in_code_keep_their_ids_apart(texts: tuple[Policy, ...]) -> None:
    """Ids stand once among all policies, and there is at least one policy, however they were made."""
    with pytest.raises(ValidationError):
        Policies(policies=texts)


def test_a_rule_is_found_by_its_exact_id_and_only_in_its_policy() -> None:
    """`rule` needs the right policy; `find_rule` gives the policy with the rule."""
    found = SHIPPED.find_rule("PH-H1")
    assert found is not None
    assert (found[0].id, found[1]) == ("physical_harm", SHIPPED.rule("physical_harm", "PH-H1"))
    assert SHIPPED.rule("fraud_deception", "PH-H1") is None
    assert SHIPPED.rule("physical_harm", "PH-H99") is None
    assert SHIPPED.find_rule("ph-h1") is None


def test_policies_stay_equal_when_one_has_been_searched() -> None:
    """Looking a rule up changes nothing that can be seen."""
    searched, same = Policies(policies=(policy(),)), Policies(policies=(policy(),))
    searched.find_rule("W-H1")
    assert (searched, searched.digest) == (same, same.digest)
    assert searched.model_dump() == same.model_dump()


def test_the_digest_changes_with_any_word_and_with_nothing_else() -> None:
    """Equal policies have equal digests; one other letter gives another."""
    whole, same = Policies(policies=(policy(),)), Policies(policies=(policy(),))
    changes: list[dict[str, object]] = [
        {"title": "Waters"},
        {"version": "2"},
        {"precedence": 2},
        {"definition": "Damp."},
        {"id": "wet"},
    ]
    others = {Policies(policies=(policy(**change),)).digest for change in changes}
    assert whole.digest == same.digest
    assert len(others - {whole.digest}) == len(changes)
    assert len(whole.digest) == 64
    assert policy().digest != policy(title="Waters").digest


def test_policies_are_shown_in_the_format_promised() -> None:
    """The rendered text is the documented contract, byte for byte."""
    lake = policy(id="lake", title="Lakes", precedence=2, rules=[{"id": "L-1", "kind": "refuse", "text": "Refuse."}])
    assert Policies(policies=(lake, policy())).render() == (
        "# water: Water (precedence 1)\nWet.\n[W-H1] (help) Help.\n\n"
        "# lake: Lakes (precedence 2)\nWet.\n[L-1] (refuse) Refuse."
    )


def test_rules_are_read_back_from_within_a_prompt() -> None:
    """Lines around the policies, and rules under no heading, are passed over."""
    text = f"[X-1] (help) Help.\n<policies>\n{policy().render()}\n[X] (maybe) No.\n</policies>\n# not a heading\n"
    assert read_rules(text) == (ShownRule("water", "W-H1", "help", "Help."),)


words = st.text("aZ09-#[](),.:'\"\u00e9\u5b57\u2014", min_size=1, max_size=6)
lines = st.lists(words, min_size=1, max_size=8).map(" ".join)
titles = lines.filter(lambda line: line[0] not in "#[")
names = st.text("abc_1", min_size=1, max_size=6).map("p{}".format)
rule_names = st.text("aZ0.-_", min_size=1, max_size=6).map("R{}".format)


@st.composite
def libraries(draw: st.DrawFn) -> Policies:
    """Draw policies that a user might write."""
    ids = draw(st.lists(rule_names, min_size=2, max_size=6, unique_by=str.casefold))
    rules = [Rule(id=name, kind=draw(st.sampled_from(KINDS)), text=draw(lines)) for name in ids]
    halves = (rules[:1], rules[1:])
    owners = draw(st.lists(names, min_size=2, max_size=2, unique=True))
    return Policies(
        policies=tuple(
            policy(id=name, title=draw(lines), definition=draw(titles), rules=half, precedence=draw(st.integers(1, 99)))
            for name, half in zip(owners, halves, strict=True)
        )
    )


@given(libraries())
def test_what_is_rendered_is_read_back(library: Policies) -> None:
    """Reading a rendered library gives its rules, whatever the texts say."""
    shown = tuple(ShownRule(owner.id, rule.id, rule.kind, rule.text) for owner, rule in library.each_rule())
    assert read_rules(library.render()) == shown


@given(libraries())
def test_policies_survive_their_json(library: Policies) -> None:
    """Policies written as JSON and read again are the same, digest and bytes too."""
    again = Policies.model_validate_json(library.model_dump_json())
    assert (again, again.digest, again.render()) == (library, library.digest, library.render())
