"""How long servers ask to stay away."""

import pytest
from multidict import CIMultiDict

from aidsafe.models.waiting import asked_wait_seconds

NOW = 1_700_000_000.0
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"
LATER = "Tue, 14 Nov 2023 22:13:50 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"retry-after": " 0.5 "}, 0.5),
        ({"Retry-After": LATER}, 30.0),
        ({"Retry-After": LATER, "Date": LATER}, 0.0),
        ({"Retry-After": DATE, "Date": LATER}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"retry-after-ms": "250", "Retry-After": "9"}, 0.25),
        ({"x-ratelimit-reset-requests": "20ms"}, 0.02),
        ({"x-ratelimit-reset-tokens": "6m0s"}, 60.0),
        ({"x-ratelimit-reset-tokens": "1m1.5s", "x-ratelimit-reset-requests": "2s"}, 2.0),
        (
            {"x-ratelimit-reset-tokens": "8s", "x-ratelimit-reset-requests": "2s", "x-ratelimit-remaining-tokens": "0"},
            8.0,
        ),
        ({"x-ratelimit-reset-requests": "12"}, 12.0),
        ({"x-ratelimit-reset-requests": str(NOW + 5)}, 5.0),
        ({"x-ratelimit-reset-requests": str(int((NOW + 5) * 1000))}, 5.0),
        ({"x-ratelimit-reset-requests": "tomorrow"}, None),
    ],
)
def test_every_way_of_saying_it_is_read(headers: dict[str, str], seconds: float | None) -> None:
    """Seconds, dates by the server's own clock, durations, moments; nonsense is nothing."""
    assert pytest.approx(seconds) == asked_wait_seconds(CIMultiDict(headers), NOW)
