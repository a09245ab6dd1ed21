"""Front matter, and what the rows were made of: queries, licences, policies, models."""

from collections.abc import Callable, Iterator
from typing import Final

from aidsafe.datasets.card.licences import is_non_commercial, licence_of
from aidsafe.datasets.card.marking import cell, joined, section, table
from aidsafe.datasets.card.told import Card

__all__ = ["MADE", "front_matter"]

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_DIGITS = 12


def front_matter(told: Card) -> dict[str, object]:
    """What the hub reads of the set itself: licence, name, size, tags."""
    size = next((name for most, name in _SIZES if told.completed < most), "1M<n<10M")
    return {
        "license": told.licence or licence_of(origin.licence for origin in told.origins),
        "pretty_name": told.title,
        "task_categories": ["text-generation"],
        "size_categories": [size],
        "annotations_creators": ["machine-generated"],
        "tags": ["safety", "reasoning", "synthetic", *(("not-training-data",) if told.scripted else ())],
    }


def _opening(told: Card) -> str:
    return joined((f"# {cell(told.title)}", *_scripted(told), _what(told)))


def _scripted(told: Card) -> Iterator[str]:
    if told.scripted:
        yield f"> **These rows are not training data.** {' '.join(told.scripted.split())}"


def _what(told: Card) -> str:
    return (
        f"{told.completed:,} rows of a query, a chain of thoughts that cite policies, and a response. Models wrote the "
        "chains and responses; nobody has checked them unless whoever publishes them says so. Queries may be hostile "
        "and offensive by design."
    )


def _asked(told: Card) -> str:
    limit = f", the first {told.limit:,}" if told.limit is not None and told.limit < told.source_rows else ""
    times = f", {told.replicas} times each" if told.replicas > 1 else ""
    what = f"{told.source_rows:,} queries in {cell(told.source)}{limit}{times}: {told.queries:,} to be answered."
    how = f"Recipe {cell(told.recipe)}, seed {told.seed}, aidsafe {cell(told.aidsafe)}."
    digests = ", ".join(f"{name} `{digest}`" for name, digest in told.digests.items())
    return section("What was asked", f"{what} {how}", f"Digests (SHA-256): {digests}.")


def _origins(told: Card) -> str:
    rows = [(one.name, one.rows, one.licence or "not stated") for one in told.origins]
    of_set = f"This set: {cell(told.licence or 'no licence is named')}."
    return section("Sources and licences", table(("source", "rows", "licence"), rows), of_set, *_notes(told))


def _notes(told: Card) -> Iterator[str]:
    bound = [cell(one.name) for one in told.origins if is_non_commercial(licence_of([one.licence]))]
    if bound:
        yield f"Not for commercial use: the licence of {', '.join(bound)} forbids it, and binds the whole set."
    if not all(one.licence for one in told.origins):
        yield "The licence of some queries is not stated: find it before you pass them on."
    yield "What models wrote is bound by the terms of their makers as well, which are not known here."


def _policies(told: Card) -> str:
    rows = [(p.id, p.title, p.version, p.rules, p.rows, p.digest[:_DIGITS]) for p in told.policies]
    heads = ("policy", "title", "version", "rules", "rows citing it", "digest")
    lost = (
        "" if told.policies else "Their texts were not at hand when this card was written; the digest above names them."
    )
    return section("Policies", table(heads, rows), lost)


def _models(told: Card) -> str:
    rows = [(one.name, one.asked, ", ".join(one.reported) or "nothing reported") for one in told.models]
    return section("Models", table(("in the recipe", "asked for", "as reported by the server"), rows))


MADE: Final[tuple[Callable[[Card], str], ...]] = (_opening, _asked, _origins, _policies, _models)
