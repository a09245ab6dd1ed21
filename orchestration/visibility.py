"""Which turns a seat may read: each visibility is one function. To add one, write it and name it in `VISIBILITIES`.

The query, the intents and the draft are everyone's; visibility is about the turns of others: their words and stances.
"""

from collections.abc import Callable, Sequence

from aidsafe.core.transcript import Turn

__all__ = ["VISIBILITIES", "Visibility"]

Visibility = Callable[[str, tuple[int, Turn], Sequence[tuple[int, Turn]]], bool]
"""(reading seat, a numbered turn, all numbered turns so far) -> whether the seat may read it."""


def everything(seat: str, turn: tuple[int, Turn], turns: Sequence[tuple[int, Turn]]) -> bool:
    """Everyone reads everything said before."""
    return True


VISIBILITIES: dict[str, Visibility] = {"all": everything}
