"""Personal data: what patterns with checksums find by themselves, and what Presidio adds.

Addresses and numbers that are public or made up on purpose are left alone: reserved example domains, toll-free lines,
numbers set aside for fiction, networks of a house. Names and places are not looked for.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from ipaddress import AddressValueError, IPv4Address
from typing import NamedTuple

from aidsafe.datasets.audit.finding import AuditCode, AuditFinding, Where
from aidsafe.datasets.rows import Row

__all__ = ["PATTERNS_LABEL", "Recognise", "Spotted", "personal_findings", "spot"]

PATTERNS_LABEL = "built-in patterns: e-mail, telephone, payment card (Luhn), IBAN (mod 97), IP; no names, no places"
"""What can be said of an audit that used nothing else."""

_EMAIL = re.compile(r"(?<![\w.+-])[A-Za-z0-9][\w.+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}(?![\w@])")
_RESERVED = re.compile(
    r"@(?:[\w-]+\.)*(?:example\.(?:com|org|net)|[\w-]+\.(?:example|test|invalid|localhost))\Z", re.IGNORECASE
)
_CARD = re.compile(r"(?<![\w.,-])[3-6]\d(?:[ -]?\d){11,17}(?![\w-]|\.\d)")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
_PHONE = re.compile(
    r"(?<![\w.,/+-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d(?:[ .-]?\d){6,12}|(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[ "
    r".-])\d{3}[ .-]\d{4}|"
    r"0\d{2,4}[ /-]\d{3,4}[ -]?\d{3,4})(?![\w-]|\.\d)"
)
_IP = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w-]|\.\d)")
_PUBLIC_PHONE = re.compile(r"\A(?:\+?1)?8(?:00|33|44|55|66|77|88)|555(?:01)?\d\d$|\A(?:\+44)?0?(?:800|808)")


class Spotted(NamedTuple):
    """Something personal: which kind, where it stands in the text, how sure that is (0 to 1), and who says so."""

    kind: str
    start: int
    end: int
    score: float
    by: str = "pattern"


Recognise = Callable[[str], Iterable[Spotted]]
"""Anything that spots personal data in a text."""


def spot(text: str) -> Iterator[Spotted]:
    """What the built-in patterns find; nothing is reported twice."""
    taken: list[tuple[int, int]] = []
    for kind, pattern, holds in _KINDS:
        for found in pattern.finditer(text):
            free = all(found.end() <= start or found.start() >= end for start, end in taken)
            if free and holds(found[0]):
                taken.append(found.span())
                yield Spotted(kind, *found.span(), 1.0)


def personal_findings(row: Row, recognise: Recognise | None = None) -> Iterator[AuditFinding]:
    """What is personal in a row, masked; `recognise` adds to the built-in patterns."""
    parts: tuple[tuple[Where, str], ...] = (("prompt", row.prompt), ("chain", row.chain), ("response", row.response))
    for where, text in parts:
        spotted = [*spot(text), *(recognise(text) if recognise and text else ())]
        for one in _distinct(spotted):
            yield _finding(row, where, one, text[one.start : one.end])


def _distinct(spotted: Iterable[Spotted]) -> Iterator[Spotted]:
    """Each stretch of text once, by whoever came first."""
    taken: list[Spotted] = []
    for one in spotted:
        if all(one.end <= other.start or one.start >= other.end for other in taken):
            taken.append(one)
            yield one


def _finding(row: Row, where: Where, one: Spotted, text: str) -> AuditFinding:
    codes: dict[str, AuditCode] = {
        "email": "personal.email",
        "phone": "personal.phone",
        "card": "personal.card",
        "iban": "personal.iban",
        "ip": "personal.ip",
    }
    return AuditFinding(
        code=codes.get(one.kind, "personal.other"),
        row=row.id,
        number=row.number,
        where=where,
        matched=one.kind,
        score=round(one.score, 4),
        message=f"the {where} holds what looks like {one.kind}, {_masked(text)!r} ({one.by})",
    )


def _masked(text: str) -> str:
    """The first two characters, and as many stars as there were others."""
    return text[:2] + re.sub(r"\w", "*", text[2:])


def _real_email(text: str) -> bool:
    return not _RESERVED.search(text)


def _real_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return 8 <= len(digits) <= 15 and len(set(digits)) > 2 and not _PUBLIC_PHONE.search(digits)


def _real_card(text: str) -> bool:
    """Luhn's sum, and a length that cards have."""
    digits = [int(digit) for digit in re.sub(r"\D", "", text)]
    if not 13 <= len(digits) <= 19 or len(set(digits)) < 3:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(doubled) + sum(digits[::-2])) % 10 == 0


def _real_iban(text: str) -> bool:
    """ISO 13616: rearranged and read as a number, it leaves 1 modulo 97."""
    plain = text.replace(" ", "")
    if not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(character, 36)) for character in plain[4:] + plain[:4])) % 97 == 1


def _real_ip(text: str) -> bool:
    """An address of the open network; small numbers all through are a version."""
    try:
        address = IPv4Address(text)
    except AddressValueError:
        return False
    return address.is_global and max(address.packed) >= 20


_KINDS: tuple[tuple[str, "re.Pattern[str]", Callable[[str], bool]], ...] = (
    ("email", _EMAIL, _real_email),
    ("iban", _IBAN, _real_iban),
    ("card", _CARD, _real_card),
    ("ip", _IP, _real_ip),
    ("phone", _PHONE, _real_phone),
)
