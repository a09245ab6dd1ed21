"""What can go wrong is one small tree, and each error says where the boundary was crossed."""

import pytest

from aidsafe.core import errors
from aidsafe.core.errors import AidsafeError, ExtraMissing, InputError, ReplyError


@pytest.mark.parametrize("name", [name for name in errors.__all__ if name != "ReplyFailure"])
def test_every_error_is_one_of_ours(name: str) -> None:
    """One class catches them all, and each says when it is raised."""
    error = getattr(errors, name)

    assert issubclass(error, AidsafeError)
    assert error.__doc__.startswith("Raised when")


def test_a_missing_extra_says_how_to_get_it() -> None:
    """The message holds the line to type."""
    error = ExtraMissing("parquet", purpose="reading Parquet")

    assert isinstance(error, InputError)
    assert "reading Parquet needs the extra 'parquet': pip install 'aidsafe[parquet]'" == str(error)


def test_a_reply_error_says_how_the_reply_failed() -> None:
    """The failure can be told without reading the message."""
    assert "refused" == ReplyError("refused", "no").failure
