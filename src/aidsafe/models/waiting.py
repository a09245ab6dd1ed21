"""How long a server asks to stay away: `Retry-After` in its two forms, and the rate-limit headers."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Final

__all__ = ["asked_wait_seconds"]

_LONGEST_RESET_SECONDS: Final = 60.0
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LIMITS: Final = ("requests", "tokens")


def asked_wait_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds the server asks to wait, or None where it does not say; `now` is the wall clock, seconds since 1970.

    `Retry-After` comes first. A rate-limit reset tells when a limit is whole again, which is later than when the next
    request fits, so at most a minute of it is taken.
    """
    exact = _number(headers.get("retry-after-ms"))
    if exact is not None:
        return exact / 1000
    after = headers.get("Retry-After")
    if after is not None:
        number = _number(after)
        return number if number is not None else _until(after, headers.get("Date"), now)
    return _reset(headers, now)


def _number(text: str | None) -> float | None:
    """A plain number of seconds; anything else is None."""
    return float(text) if text is not None and re.fullmatch(r"\s*\d{1,15}(\.\d{1,9})?\s*", text) else None


def _until(date: str, sent: str | None, now: float) -> float | None:
    """Seconds to an HTTP date, by the server's own clock where it gave its time."""
    moment = _moment(date)
    if moment is None:
        return None
    there = None if sent is None else _moment(sent)
    return max(0.0, moment - (now if there is None else there))


def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _reset(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds to the reset of the limit that is used up; of the nearest one where none is said to be."""
    resets = {name: _duration(headers.get(f"x-ratelimit-reset-{name}"), now) for name in _LIMITS}
    known = {name: seconds for name, seconds in resets.items() if seconds is not None}
    spent = [seconds for name, seconds in known.items() if headers.get(f"x-ratelimit-remaining-{name}") == "0"]
    if not known:
        return None
    return min(max(spent) if spent else min(known.values()), _LONGEST_RESET_SECONDS)


def _duration(text: str | None, now: float) -> float | None:
    """Seconds in `6m0s`, `20ms` or `1.5`; a number too large for a pause is a moment, in seconds or milliseconds."""
    number = _number(text)
    if number is not None:
        seconds = number / 1000 if number > 1e11 else number
        return max(0.0, seconds - now) if seconds > 1e8 else seconds
    if not text or _PART.sub("", text.strip()):
        return None
    return sum(float(amount) * _SECONDS[unit] for amount, unit in _PART.findall(text))
