"""Texts that are none: empty, or the message of a failure."""

import re
from collections.abc import Iterator

from aidsafe.datasets.lint.finding import Check
from aidsafe.datasets.lint.known import Known
from aidsafe.datasets.lint.reading import Part, Reading, excerpt
from aidsafe.datasets.lint.wording import pattern

__all__ = ["CHECKS", "is_nothing"]

_NOTHING = pattern(
    r"""
    \A[\W_]*+(?:n/?a|null|none|nil|nan|undefined|todo|tbd|empty|no (?:response|thoughts?|answer|content|output)|error|
      failed|xxx)?[\W_]*+\Z
    """,
    flags=re.IGNORECASE,
)
_FAILED = pattern(
    r"""
    \A\s*(?:error\b[: ]|(?:http|status)(?: code)? ?[45]\d\d|rate limit|timed? ?out\b|internal server error|
      request failed|connection (?:error|refused|reset)|(?:the |this |your )?(?:request|call|query|connection|
      server|api|generation)(?: \w+)? (?:timed out|failed|errored|crashed)|\[error|exception:|traceback|openai\.|
      api error|
      content filter|\[?filtered\]?\W*\Z|the model (?:did not|returned|produced)|generation (?:failed|stopped)|
      max(?:imum)? (?:tokens|length|context))
    \A\W*(?:an? )?(?:\w+ ){0,2}?(?:errors?|exceptions?|failures?|problems?) (?:\w+ )?(?:occurred|happened|
      was (?:raised|thrown|encountered)|while|
      during|when|encountered)\b
    \A\W*(?:the |this |your |our )?(?:model|service|server|engine|system|api|backend|endpoint|gateway|request|
      response|content|prompt|
      output|generation|completion|message|answer)s? (?:\w+ ){0,3}?(?:overloaded|unavailable|busy|down|blocked|
      filtered|flagged|timed out|
      failed|refused|rejected|denied|exceeded|truncated|could not be (?:generated|completed|processed|parsed)|
      not (?:available|found|
      responding|generated))\b
    \A\W*(?:content|response|output|message|answer|text|reply|completion)? ?(?:was |has been |is )?(?:filtered|
      blocked|removed|withheld|redacted|
      moderated|flagged|truncated|unavailable|censored)(?: (?:by|due|for|because)[^.!?]{0,60})?\W*\Z
    \A\W*(?:oops|whoops|sorry)?\W*something went wrong\b|\A\W*(?:[45]\d\d\b|bad gateway|service unavailable|
      too many requests|unauthori[sz]ed|
      forbidden\W*\Z|not found\W*\Z|gateway time-?out|quota (?:exceeded|reached)|out of memory|segmentation fault|
      cuda|killed\W*\Z)
    \A\W*(?:no|empty|missing|invalid|malformed|unparsable|null) (?:response|output|completion|content|answer|reply|
      json|api key|data|text|result)s?
      (?: (?:from|was|returned|received|generated)[^.!?]{0,60})?\W*\Z
    \A\W*(?:max_tokens|finish_reason|stop_reason|status_code|error_code|context_length_exceeded|rate_limit)\w*
    \A\W*(?:unable|failed|could not|cannot|couldn't) to? ?(?:connect|reach|parse|generate|process|complete|load)\b
    \A\W*(?:internal|unknown|unexpected|server|network|api|fatal) (?:\w+ )?error\b
    \A\W*(?:please )?(?:try again|retry)(?: (?:later|in)\b[^.!?]{0,30})?\W*\Z
    """,
    flags=re.IGNORECASE,
)
_NAMED = re.compile(
    r"\A[^.!?\n]{0,40}(?:Error|Exception|Timeout|Fault)\b ?[:(\[]|"
    r"\A\W*\w{4,}(?:Error|Exceeded|Exception|Timeout)\W*\Z"
)
_SHORT = 400


def is_nothing(text: str) -> bool:
    """Tell whether a text holds nothing, or a word for nothing."""
    return bool(_NOTHING.match(text))


def _empty(reading: Reading, known: Known) -> Iterator[str]:
    if is_nothing(reading.row.prompt):
        yield "the prompt is empty"
    if is_nothing(reading.row.response):
        yield f"the response is empty: {reading.row.response[:20]!r}"
    if not reading.row.thoughts and (reading.row.stepwise or known.chain_words > 0):
        yield "the chain is empty"
    yield from (f"{part.place} is empty: {part.text[:20]!r}" for part in reading.thoughts if is_nothing(part.text))


def _failure(reading: Reading, known: Known) -> Iterator[str]:
    for part in reading.parts:
        if len(part.text) < _SHORT and _is_message(part) and not is_nothing(part.text):
            yield f"{part.place} is the message of a failure: {excerpt(part.text)}"


def _is_message(part: Part) -> bool:
    return bool(_FAILED.match(part.text) or _NAMED.match(part.text))


CHECKS = (
    Check(
        "text.empty",
        "A prompt, chain, thought or response holds nothing.",
        "write it, or leave the row out",
        _empty,
    ),
    Check(
        "text.failure",
        "The message of a failure stands where a text should.",
        "ask the model again, or leave the row out",
        _failure,
    ),
)
