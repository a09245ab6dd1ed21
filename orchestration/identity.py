"""What seats are called in each other's prompts: each identity is one function, named in `IDENTITIES`."""

from collections import Counter
from collections.abc import Callable, Mapping
from string import ascii_uppercase

from aidsafe.core.chance import shuffled
from aidsafe.orchestration.orders import Key
from aidsafe.orchestration.protocol import Seat

__all__ = ["IDENTITIES", "Identity"]

Identity = Callable[[tuple[Seat, ...], Key], Mapping[str, str]]
"""(seats, the query's key) -> shown names; a seat that is missing keeps its own."""


def named(seats: tuple[Seat, ...], key: Key) -> Mapping[str, str]:
    """By their names in the recipe."""
    return {}


def by_role(seats: tuple[Seat, ...], key: Key) -> Mapping[str, str]:
    """By their personas; numbered where several seats share one."""
    shared, count = Counter(seat.persona for seat in seats), Counter[str]()
    shown: dict[str, str] = {}
    for seat in seats:
        count[seat.persona] += 1
        numbered = f"{seat.persona}_{count[seat.persona]}"
        shown[seat.name] = numbered if shared[seat.persona] > 1 else seat.persona
    return shown


def anonymous(seats: tuple[Seat, ...], key: Key) -> Mapping[str, str]:
    """By letters, dealt anew for every query, so that no name carries weight (arXiv 2510.07517)."""
    letters = [f"reviewer_{_letters(place)}" for place in range(len(seats))]
    return dict(zip((seat.name for seat in seats), shuffled(letters, "identity", *key), strict=True))


IDENTITIES: dict[str, Identity] = {"named": named, "role": by_role, "anonymous": anonymous}


def _letters(place: int) -> str:
    """Name the places A, B … Z, AA, AB … in order."""
    before, last = divmod(place, len(ascii_uppercase))
    return (_letters(before - 1) if before else "") + ascii_uppercase[last]
