"""Who speaks when within a round: each order is one function from seats to groups that have the floor in turn.

A group of several speaks at once, each blind to the others. To add an order, write one function and name it in
`ORDERS`.
"""

from collections.abc import Callable
from typing import NamedTuple

from aidsafe.core.chance import shuffled

__all__ = ["ORDERS", "Groups", "Key", "Order"]

Groups = tuple[tuple[str, ...], ...]


class Key(NamedTuple):
    """What a query's draws hang on: the run's seed, the query's row and replica."""

    seed: int
    row: int
    replica: int = 0


Order = Callable[[tuple[str, ...], int, Key], Groups]
"""(seats as given, round from 1, the query's key) -> groups, in the order they have the floor."""


def given(seats: tuple[str, ...], round: int, key: Key) -> Groups:
    """As the recipe lists them, every round."""
    return tuple((seat,) for seat in seats)


def shuffled_by_seed(seats: tuple[str, ...], round: int, key: Key) -> Groups:
    """Drawn anew every round, by seed, query and round."""
    return tuple((seat,) for seat in shuffled(seats, "order", *key, round))


def reversed_every_other(seats: tuple[str, ...], round: int, key: Key) -> Groups:
    """As listed on even rows, backwards on odd ones, so that what hangs on position averages out."""
    return given(seats[::-1] if (key.row + key.replica) % 2 else seats, round, key)


def simultaneous(seats: tuple[str, ...], round: int, key: Key) -> Groups:
    """All at once, each blind to what the others say in this round."""
    return (seats,)


ORDERS: dict[str, Order] = {
    "given": given,
    "shuffled": shuffled_by_seed,
    "reversed": reversed_every_other,
    "simultaneous": simultaneous,
}
