"""What a model client answers: AutoGen's result, and the facts it leaves out."""

from autogen_core.models import CreateResult

__all__ = ["Answer"]


class Answer(CreateResult):
    """AutoGen's `CreateResult` with what the server said beside the text.

    `reported` is the model the server named, `refusal` the text of a refusal field, tokens are counts,
    `latency_seconds` runs from the first attempt to the answer, `attempts` counts every request sent for it.
    Clients that are not ours return a plain `CreateResult`; then these are unknown and read as the defaults.
    """

    reported: str = ""
    refusal: str | None = None
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    latency_seconds: float | None = None
    attempts: int = 1
