"""A card as text: front matter that the hub reads, then what people should know before they train on the rows."""

from collections.abc import Iterator, Mapping

import yaml

from aidsafe.datasets.card.facts import MADE, front_matter
from aidsafe.datasets.card.flaws import FLAWS
from aidsafe.datasets.card.marking import joined
from aidsafe.datasets.card.outcomes import CAME
from aidsafe.datasets.card.told import Card

__all__ = ["card"]


def card(told: Card, *, front: Mapping[str, object] | None = None, more: str = "") -> str:
    """The whole README: front matter, to which `front` adds, a section for all that is told, and `more` at its end."""
    whole = {**front_matter(told), **(front or {})}
    top = yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=100_000)
    return f"---\n{top}---\n\n{joined(_parts(told, more))}\n"


def _parts(told: Card, more: str) -> Iterator[str]:
    for part in (*MADE, *CAME, *FLAWS):
        yield part(told)
    yield more.strip()
