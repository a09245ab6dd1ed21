"""One file to share: everything is in it, and nothing in it can run but the page's own script."""

import re
import shutil
from base64 import b64encode
from contextlib import closing
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from viewing import HOSTILE, made

from aidsafe.core.errors import FolderError
from aidsafe.orchestration.run import Run
from aidsafe.viewer.assets import whole_page
from aidsafe.viewer.saving import write_page
from aidsafe.viewer.shelf import policies_of


class Tags(HTMLParser):
    """The tags of a page, and what stands in its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.within: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write a tag down."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Write down what stands in a script or a style."""
        if self.cdata_elem:
            self.within.append(data)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run over hostile queries."""
    return made(tmp_path_factory.mktemp("run") / "run", HOSTILE)


def given_in(page: str) -> dict[str, object]:
    """What a page was given to show."""
    found = re.search(r'id="given">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    value = orjson.loads(found[1])
    assert isinstance(value, dict)
    return value


def test_the_page_holds_what_the_run_holds(run: Path, tmp_path: Path) -> None:
    """Every chosen query is there word for word, in the order asked."""
    with closing(Run(run)) as opened:
        assert 2 == write_page(opened, ["row-2", "row-0"], tmp_path / "page.html")
    shown = given_in((tmp_path / "page.html").read_text())

    lines = shown["lines"]
    assert isinstance(lines, list)
    assert ["row-2", "row-0"] == [line["id"] for line in lines]
    assert [HOSTILE[2], HOSTILE[0]] == [line["head"] for line in lines]


def test_without_ids_the_first_queries_are_saved(run: Path, tmp_path: Path) -> None:
    """A small run goes on the page whole."""
    with closing(Run(run)) as opened:
        assert len(HOSTILE) == write_page(opened, None, tmp_path / "page.html")


def test_a_run_is_shown_with_the_policies_it_went_by(root: Path, tmp_path: Path) -> None:
    """Policies of one's own are found where they lay, or where one says, and only while they are what they were."""
    policies = tmp_path / "policies"
    policies.mkdir()
    for name in ("physical_harm", "respect_helpfulness"):
        shutil.copy(root / "policies" / f"{name}.yaml", policies)
    with closing(Run(made(tmp_path / "run", ["One?"], sets=[f"policies={policies}"]))) as own:
        digest = own.manifest.digests.policies
        found = [policies_of(own), policies_of(own, policies.rename(tmp_path / "moved")), policies_of(own)]

    assert [digest, digest, None] == [one and one.digest for one in found]


def test_an_unknown_query_leaves_no_file(run: Path, tmp_path: Path) -> None:
    """Nothing is written where something is missing."""
    with closing(Run(run)) as opened, pytest.raises(FolderError, match="nobody"):
        write_page(opened, ["nobody"], tmp_path / "page.html")
    assert [] == list(tmp_path.iterdir())


def test_no_tag_comes_from_a_query(run: Path, tmp_path: Path) -> None:
    """The tags of the page are ours alone, however the queries look, and its bytes are plain."""
    with closing(Run(run)) as opened:
        write_page(opened, None, tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    ours = Tags(whole_page(b"{}")).tags

    assert ours == Tags(page).tags
    assert page.split('id="given">')[1].split("</script>")[0].isascii()


def test_only_our_own_script_may_run(run: Path) -> None:
    """The page's policy names our script and style by what is in them, and nothing else."""
    tags = Tags(whole_page(b'{"a": 1}'))
    policy = next(attrs["content"] or "" for tag, attrs in tags.tags if attrs.get("http-equiv"))
    style, _, script = tags.within

    hashes = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in (script, style)]
    assert policy.startswith("default-src 'none'; ")
    assert hashes == re.findall(r"(?:script|style)-src (\S+);", policy)


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=40), max_size=3))
def test_any_text_survives_the_page(words: dict[str, str]) -> None:
    """What was given is read back as it was."""
    try:
        stored = orjson.dumps(words)
    except TypeError:
        return

    assert words == given_in(whole_page(stored))
