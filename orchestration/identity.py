"""What seats are called in each other's prompts: each identity is one function, named in `IDENTITIES`."""

from collections.abc import Callable, Mapping

from aidsafe.orchestration.protocol import Seat

__all__ = ["IDENTITIES", "Identity"]

Identity = Callable[[tuple[Seat, ...], str], Mapping[str, str]]
"""(seats, a key that is the query's own) -> shown names; a seat that is missing keeps its own."""


def named(seats: tuple[Seat, ...], key: str) -> Mapping[str, str]:
    """By their names in the recipe."""
    return {}


IDENTITIES: dict[str, Identity] = {"named": named}
