"""What can go wrong with one request, classed by status and error code, never by the words of a message.

| kind | what it means | what follows |
|---|---|---|
| `overloaded` | the endpoint asks for less (429, 503, 504, 529) | wait, and send less |
| `timeout` | no answer in time | wait longer |
| `connection` | refused, reset, no such host | wait; several in a row shut the gate |
| `broken` | the server failed, or what it sent is no answer | wait |
| `rejected` | this request will never work | `ModelError` |
| `filtered` | the provider's content filter took it | an answer that says so |
| `unusable` | key, quota, model or address | `SurroundingsError`: the run stops |
"""

import errno
from typing import Final, Literal, NamedTuple

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientPayloadError,
    ClientResponseError,
)
from pydantic import JsonValue

from aidsafe.core.errors import AidsafeError, ModelError, SurroundingsError

__all__ = [
    "EXPLAINED",
    "UNSUPPORTED",
    "Fault",
    "FaultKind",
    "error_of",
    "fault_of_exception",
    "fault_of_status",
    "plain",
]

FaultKind = Literal["overloaded", "timeout", "connection", "broken", "rejected", "filtered", "unusable"]


class Fault(NamedTuple):
    """One failed request. `codes` are what the server's error object calls it, `param` what it blames.

    `note` is the server's own sentence, for people only; `wait_seconds` is how long the server asks to stay away;
    `sent` is false where no connection came about.
    """

    kind: FaultKind
    status: int | None = None
    codes: tuple[str, ...] = ()
    param: str = ""
    note: str = ""
    wait_seconds: float | None = None
    sent: bool = True

    @property
    def shown(self) -> str:
        """The fault in a few words, for a message."""
        number = "" if self.status is None else f"status {self.status}"
        words = ", ".join(part for part in (number, *self.codes) if part) or self.kind
        return f"{words}: {self.note}" if self.note else words


_OVERLOADED: Final = frozenset({429, 503, 504, 529})
_RETRYABLE: Final = frozenset({408, 409, 425})
_NEVER_IMPLEMENTED: Final = frozenset({501, 505})
_UNUSABLE: Final = frozenset({401, 402, 403, 404, 407})
_NO_FILES_LEFT: Final = frozenset({errno.EMFILE, errno.ENFILE})

# Only codes that say more than the status they come with.
_CODES: Final[dict[str, FaultKind]] = {
    "context_length_exceeded": "rejected",
    "string_above_max_length": "rejected",
    "exceed_context_size_error": "rejected",
    "content_filter": "filtered",
    "content_policy_violation": "filtered",
    "ResponsibleAIPolicyViolation": "filtered",
    "insufficient_quota": "unusable",
    "billing_hard_limit_reached": "unusable",
    "billing_not_active": "unusable",
    "invalid_api_key": "unusable",
    "model_not_found": "unusable",
    "DeploymentNotFound": "unusable",
}

EXPLAINED: Final = frozenset(code for code, kind in _CODES.items() if kind == "rejected")
"""Codes that say by themselves why a request was rejected."""

UNSUPPORTED: Final = frozenset({"unsupported_parameter", "unsupported_value"})
"""Codes that blame the field they name for being there at all."""

_SETTINGS: Final = frozenset({"temperature", "top_p", "max_tokens", "max_completion_tokens"})


def fault_of_status(
    status: int, error: JsonValue = None, *, wait_seconds: float | None = None, secret: str = ""
) -> Fault:
    """Class an answer that is an error: its status, its error object, and how long it asks to wait."""
    found = error if isinstance(error, dict) else {}
    inner = found.get("innererror")
    named = (found.get("code"), found.get("type"), inner.get("code") if isinstance(inner, dict) else None)
    codes = tuple(
        plain(str(code), secret, 60)
        for code in named
        if isinstance(code, str | int) and code not in ("", status, str(status))
    )
    param = plain(str(found.get("param") or ""), secret, 60)
    note = found.get("message", error)
    return Fault(
        kind=_kind(status, codes, param),
        status=status,
        codes=codes,
        param=param,
        note=plain(note, secret, 300) if isinstance(note, str) else "",
        wait_seconds=wait_seconds,
    )


def _kind(status: int, codes: tuple[str, ...], param: str) -> FaultKind:
    for code in codes:
        if code in _CODES:
            return _CODES[code]
    if param in _SETTINGS and not UNSUPPORTED.isdisjoint(codes):
        return "unusable"
    if status in _OVERLOADED:
        return "overloaded"
    if status in _RETRYABLE or (status >= 500 and status not in _NEVER_IMPLEMENTED):
        return "broken"
    return "unusable" if status in _UNUSABLE or status < 400 else "rejected"


def fault_of_exception(error: Exception) -> Fault:
    """Class what the connection raised; the exception itself goes no further, for it may hold the request's headers."""
    name = type(error).__name__
    if isinstance(error, TimeoutError):
        return Fault("timeout", note="no answer in time")
    if isinstance(error, ClientConnectorCertificateError):
        return Fault("unusable", note=f"{name}: the server's certificate is not accepted")
    if isinstance(error, OSError) and error.errno in _NO_FILES_LEFT:
        return Fault("overloaded", note="no open files are left for connections; raise the limit (ulimit -n)")
    if isinstance(error, ClientResponseError | ClientPayloadError):
        return Fault("broken", note=f"{name}: the answer was cut off or is no HTTP")
    return Fault("connection", note=name, sent=not isinstance(error, ClientConnectorError | ConnectionRefusedError))


def error_of(fault: Fault, shown: str) -> AidsafeError:
    """The error that ends a call to the endpoint `shown`; for faults that no waiting mends."""
    if fault.kind != "unusable":
        return ModelError(f"{shown} rejected the request: {fault.shown}")
    return SurroundingsError(f"{shown} cannot be used: {fault.shown}; {_advice(fault.status)}")


def _advice(status: int | None) -> str:
    match status:
        case 401 | 403 | 407:
            return "check the key in the environment, and that it may use this model"
        case 404:
            return "check the model's name and the base address, which often ends in /v1"
        case 402 | 429:
            return "check the account's balance and quota"
        case int() if status < 400:
            return "give the address that answers by itself: redirects are not followed, for the key would travel along"
        case _:
            return "check the model's settings in the recipe"


def plain(text: str, secret: str, length: int) -> str:
    """A server's words made safe to show: on one line, printable, short, and never the key."""
    shown = text.replace(secret, "[key]") if secret else text
    return "".join(letter if letter.isprintable() else " " for letter in shown[: 4 * length])[:length].strip()
