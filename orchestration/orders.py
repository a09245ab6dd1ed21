"""Who speaks when within a round: each order is one function from seats to groups that have the floor in turn.

A group of several speaks at once, each blind to the others. To add an order, write one function and name it in
`ORDERS`.
"""

from collections.abc import Callable
from functools import lru_cache

from aidsafe.core.chance import shuffled

__all__ = ["ORDERS", "Groups", "Order"]

Groups = tuple[tuple[str, ...], ...]
Order = Callable[[tuple[str, ...], int, str], Groups]
"""(seats as given, round from 1, a key that is the query's own) -> groups, in the order they have the floor."""


def given(seats: tuple[str, ...], round: int, key: str) -> Groups:
    """As the recipe lists them, every round."""
    return tuple((seat,) for seat in seats)


@lru_cache(maxsize=1024)
def shuffled_by_seed(seats: tuple[str, ...], round: int, key: str) -> Groups:
    """Drawn anew every round, by seed, query and round."""
    return tuple((seat,) for seat in shuffled(seats, "order", key, round))


ORDERS: dict[str, Order] = {"given": given, "shuffled": shuffled_by_seed}
