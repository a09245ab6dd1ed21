"""What can go wrong, flat, each error named by the boundary that was crossed.

    AidsafeError
    ├── InputError            the command, a file or a setting is wrong; nothing was started (exit 2)
    │   ├── SourceError       the queries
    │   ├── RecipeError       the recipe
    │   ├── PolicyError       a policy file
    │   ├── PromptError       a prompt or persona file
    │   ├── FolderError       the run folder
    │   └── ExtraMissing      an optional dependency
    ├── SurroundingsError     disk, endpoint or key stopped the run; the rest is pending (exit 4)
    ├── Suspended             a query cannot go on just now; it is pending
    │   ├── BudgetSpent       the run budget is used up (exit 3)
    │   └── Interrupted       a stop was wished for (exit 130)
    ├── ModelError            one model call failed for good
    └── ReplyError            a model answered, and the answer cannot be used

A failed query is data and becomes an event; a failed program is loud.
"""

from typing import Literal

__all__ = [
    "AidsafeError",
    "BudgetSpent",
    "ExtraMissing",
    "FolderError",
    "InputError",
    "Interrupted",
    "ModelError",
    "PolicyError",
    "PromptError",
    "RecipeError",
    "ReplyError",
    "ReplyFailure",
    "SourceError",
    "SurroundingsError",
    "Suspended",
]

ReplyFailure = Literal["invalid", "refused", "truncated", "filtered"]


class AidsafeError(Exception):
    """Raised when anything of ours fails; catch it to catch them all."""


class InputError(AidsafeError):
    """Raised when what the user gave cannot be used; nothing was started and nothing on disk was changed."""


class SourceError(InputError):
    """Raised when a file of queries cannot be read as queries."""


class RecipeError(InputError):
    """Raised when a recipe, a setting or a model spec says something that cannot be done."""


class PolicyError(InputError):
    """Raised when a policy file is not a policy."""


class PromptError(InputError):
    """Raised when a prompt or persona file breaks its contract."""


class FolderError(InputError):
    """Raised when a folder is not the run it should be, or is in use."""


class ExtraMissing(InputError):
    """Raised when an optional dependency is not installed; says which extra brings it."""

    def __init__(self, extra: str, *, purpose: str) -> None:
        super().__init__(f"{purpose} needs the extra {extra!r}: pip install 'aidsafe[{extra}]'")
        self.extra = extra


class SurroundingsError(AidsafeError):
    """Raised when the disk, an endpoint or a key stops the whole run; what was done is kept."""


class Suspended(AidsafeError):
    """Raised when a query has to wait for another sitting; it stays pending."""


class BudgetSpent(Suspended):
    """Raised when the run budget cannot cover the next call."""


class Interrupted(Suspended):
    """Raised when a stop is wished for before a request was sent."""


class ModelError(AidsafeError):
    """Raised when one model call fails for good: not overload, which waits, but a request that will never work."""


class ReplyError(AidsafeError):
    """Raised when a model's answer cannot be used: invalid after its repair, refused, truncated or filtered."""

    def __init__(self, failure: ReplyFailure, message: str) -> None:
        super().__init__(message)
        self.failure: ReplyFailure = failure
