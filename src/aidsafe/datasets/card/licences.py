"""Which licence a set can be under, given those of the sources its queries come from."""

import re
from collections.abc import Iterable, Iterator

__all__ = ["is_non_commercial", "licence_of", "stated"]

_SPELLED = re.compile(
    r"\b(?P<cc>cc[- ]by(?:[- ](?:nc|sa|nd))*)(?:[- ]?(?P<version>[1-4]\.0))?\b"
    r"|\b(?P<zero>cc[- ]?0(?:[- ]1\.0)?)(?!\w)"
    r"|\b(?P<apache>apache)(?:[- ](?:licen[cs]e[, -]*)?(?:version )?2(?:\.0)?)?\b"
    r"|\b(?P<other>mit|odc-by|odbl|bsd-[23]-clause|gpl-[23]\.0|agpl-3\.0|lgpl-3\.0|unlicense)\b",
    re.IGNORECASE,
)


def stated(text: str) -> tuple[str, ...]:
    """The licences that a text names, as the hub spells them."""
    return tuple(dict.fromkeys(_names(text)))


def licence_of(sources: Iterable[str]) -> str:
    """The licence for the top of a card, by what each source says of its own.

    Non-commercial where any source is; `unknown` where one tells nothing that can be read; the one licence that all
    share; else `other`. Terms of the models that wrote the rows are beyond this.
    """
    given = [stated(text) for text in sources]
    named = {licence for licences in given for licence in licences}
    bound = sorted((one for one in named if is_non_commercial(one)), key=len)
    if bound:
        return bound[-1]
    if not all(given) or not named:
        return "unknown"
    return named.pop() if len(named) == 1 else "other"


def is_non_commercial(licence: str) -> bool:
    """Tell whether a licence keeps out commercial use."""
    return "-nc" in licence


def _names(text: str) -> Iterator[str]:
    for found in _SPELLED.finditer(text):
        if found["cc"]:
            yield f"{found['cc'].lower().replace(' ', '-')}-{found['version'] or '4.0'}"
        elif found["zero"]:
            yield "cc0-1.0"
        elif found["apache"]:
            yield "apache-2.0"
        else:
            yield found["other"].lower()
