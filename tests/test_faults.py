"""Failures classed by status and code alone."""

import errno
import ssl

import pytest
from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorSSLError,
    ClientPayloadError,
    ServerDisconnectedError,
)
from aiohttp.client_reqrep import ConnectionKey

from aidsafe.core.errors import ModelError, SurroundingsError
from aidsafe.models.faults import Fault, error_of, fault_of_exception, fault_of_status, plain

KEY = ConnectionKey("127.0.0.1", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (429, None, "overloaded"),
        (503, "busy", "overloaded"),
        (504, {}, "overloaded"),
        (500, {"message": "maximum context length exceeded, rate limit, invalid api key"}, "broken"),
        (520, None, "broken"),
        (408, None, "broken"),
        (501, None, "rejected"),
        (400, {"code": "context_length_exceeded"}, "rejected"),
        (400, {"type": "exceed_context_size_error", "code": 400}, "rejected"),
        (500, {"code": "context_length_exceeded"}, "rejected"),
        (400, {"code": "content_filter"}, "filtered"),
        (400, {"code": None, "innererror": {"code": "ResponsibleAIPolicyViolation"}}, "filtered"),
        (429, {"code": "insufficient_quota"}, "unusable"),
        (429, {"type": "insufficient_quota", "code": None}, "unusable"),
        (401, None, "unusable"),
        (403, None, "unusable"),
        (404, None, "unusable"),
        (302, None, "unusable"),
        (400, {"param": "top_p", "code": "unsupported_value"}, "unusable"),
        (400, {"param": "messages", "code": "unsupported_value"}, "rejected"),
        (418, ["odd"], "rejected"),
        (429, {"code": {"deep": [["code"]]}, "type": ["odd"]}, "overloaded"),
    ],
)
def test_the_kind_follows_status_and_code(status: int, error: object, kind: str) -> None:
    """Codes that say more than the status win; the words of a message never count."""
    assert kind == fault_of_status(status, error).kind  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), "timeout"),
        (ConnectionResetError(), "connection"),
        (ServerDisconnectedError(), "connection"),
        (ClientPayloadError(), "broken"),
        (OSError(errno.EMFILE, "too many open files"), "overloaded"),
        (OSError(errno.ECONNREFUSED, "refused"), "connection"),
        (ClientConnectorSSLError(KEY, OSError(errno.EPROTO, "handshake")), "connection"),
        (ClientConnectorCertificateError(KEY, ssl.SSLCertVerificationError("self-signed")), "unusable"),
    ],
)
def test_what_a_connection_raises_is_classed(error: Exception, kind: str) -> None:
    """Time-outs, resets, cut-off bodies; too few open files mean that we should send less."""
    assert kind == fault_of_exception(error).kind


def test_a_message_is_made_safe_to_show() -> None:
    """One line, printable, short, and without the key."""
    assert "bad  [31mred [key]" == plain("bad \x1b[31mred sk-1", "sk-1", 60)
    assert 10 == len(plain("x" * 100, "", 10))


def test_the_error_fits_the_fault() -> None:
    """A wrong request is the call's error, an unusable endpoint the run's."""
    assert isinstance(error_of(Fault("rejected", 400), "m"), ModelError)
    assert isinstance(error_of(Fault("unusable", 401), "m"), SurroundingsError)
    assert "m rejected the request: status 400, code: why" == str(
        error_of(Fault("rejected", 400, ("code",), "", "why"), "m")
    )
